// Calls about files that Swift's Glibc module hides.
#ifndef CSYSTEM_FILES_H
#define CSYSTEM_FILES_H

#include <stdint.h>

// The magic number (<linux/magic.h>) of the file system that an open file is on; 0 when the kernel does not tell.
int64_t csystem_file_system(int descriptor);

#endif
