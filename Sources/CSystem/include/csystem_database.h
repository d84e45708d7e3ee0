// SQLite: what Swift cannot express of its interface.
#ifndef CSYSTEM_DATABASE_H
#define CSYSTEM_DATABASE_H

#include <sqlite3.h>
#include <stdint.h>

// Binds a copy of `count` bytes. 0 or a result code.
int csystem_database_bind_text(sqlite3_stmt *statement, int place, const char *bytes, int64_t count);
int csystem_database_bind_blob(sqlite3_stmt *statement, int place, const void *bytes, int64_t count);

// Lets every statement on `database` that begins or goes on after the monotonic moment `deadline_ns` end with
// SQLITE_INTERRUPT. The moment is kept in `*deadline_ns`, which must stay where it is until NULL is set here.
void csystem_database_set_deadline(sqlite3 *database, int64_t *deadline_ns);

#endif
