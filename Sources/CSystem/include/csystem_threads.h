// Threads: what is hidden from Swift's Glibc module.
#ifndef CSYSTEM_THREADS_H
#define CSYSTEM_THREADS_H

// Names the calling thread, as seen in `top -H`; at most 15 bytes are kept.
void csystem_name_thread(const char *name);

#endif
