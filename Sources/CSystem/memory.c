#include "csystem_memory.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

void csystem_give_back_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void csystem_keep_freed_memory(int byte_count, int block_byte_count) {
#ifdef __GLIBC__
    mallopt(M_TRIM_THRESHOLD, byte_count);
    mallopt(M_MMAP_THRESHOLD, block_byte_count);
#else
    (void)byte_count;
    (void)block_byte_count;
#endif
}
