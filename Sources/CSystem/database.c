#include "csystem_database.h"

#include <stddef.h>

#include "csystem_threads.h"

// How many of SQLite's own instructions run between two looks at the clock.
#define INSTRUCTIONS 10000

int csystem_database_bind_text(sqlite3_stmt *statement, int place, const char *bytes, int64_t count) {
    return sqlite3_bind_text64(statement, place, bytes, (sqlite3_uint64)count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int csystem_database_bind_blob(sqlite3_stmt *statement, int place, const void *bytes, int64_t count) {
    // A NULL pointer would bind NULL instead of no bytes.
    if (count == 0) return sqlite3_bind_zeroblob(statement, place, 0);
    return sqlite3_bind_blob64(statement, place, bytes, (sqlite3_uint64)count, SQLITE_TRANSIENT);
}

static int is_overdue(void *deadline_ns) {
    return csystem_monotonic_ns() > *(int64_t *)deadline_ns;
}

void csystem_database_set_deadline(sqlite3 *database, int64_t *deadline_ns) {
    sqlite3_progress_handler(database, INSTRUCTIONS, deadline_ns ? is_overdue : NULL, deadline_ns);
}
