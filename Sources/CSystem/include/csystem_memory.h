// The C library's memory: what Swift does not import of it.
#ifndef CSYSTEM_MEMORY_H
#define CSYSTEM_MEMORY_H

// Gives memory that was freed and kept back to the kernel. Nothing where the C library has no such call.
void csystem_give_back_memory(void);

// From now on `byte_count` of freed memory are kept for what comes next, and blocks below `block_byte_count` are a part of it.
void csystem_keep_freed_memory(int byte_count, int block_byte_count);

#endif
