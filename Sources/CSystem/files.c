#include "csystem_files.h"

#include <sys/vfs.h>

int64_t csystem_file_system(int descriptor) {
    struct statfs information;
    return fstatfs(descriptor, &information) == 0 ? (int64_t)information.f_type : 0;
}
