// The C library's memory: what Swift does not import of it.
#ifndef CSYSTEM_MEMORY_H
#define CSYSTEM_MEMORY_H

// Gives memory that was freed and kept back to the kernel. Nothing where the C library has no such call.
void csystem_give_back_memory(void);

#endif
