// Passwords: libcrypt's bcrypt.
#ifndef CSYSTEM_PASSWORDS_H
#define CSYSTEM_PASSWORDS_H

#include <stddef.h>

// The bcrypt hash of `phrase` with the cost and the salt of `setting`, at most `size` bytes with the final zero. Takes
// as long as the cost says. 0, or -1 when memory is short or `setting` is none.
int csystem_bcrypt(const char *phrase, const char *setting, char *hash, size_t size);

#endif
