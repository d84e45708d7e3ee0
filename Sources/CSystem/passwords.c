#define _GNU_SOURCE
#include "csystem_passwords.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

int csystem_bcrypt(const char *phrase, const char *setting, char *hash, size_t size) {
    // 32 KiB: more than a small stack should hold.
    struct crypt_data *data = calloc(1, sizeof *data);
    if (!data) return -1;
    const char *found = crypt_rn(phrase, setting, data, sizeof *data);
    int failed = !found || strlen(found) + 1 > size;
    if (!failed) memcpy(hash, found, strlen(found) + 1);
    // It holds the phrase.
    explicit_bzero(data, sizeof *data);
    free(data);
    return failed ? -1 : 0;
}
