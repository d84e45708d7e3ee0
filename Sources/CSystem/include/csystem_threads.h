// Threads: what is hidden from Swift's Glibc module.
#ifndef CSYSTEM_THREADS_H
#define CSYSTEM_THREADS_H

#include <stdint.h>

// Names the calling thread, as seen in `top -H`; at most 15 bytes are kept.
void csystem_name_thread(const char *name);

// How the kernel schedules a thread.
typedef struct csystem_scheduling {
    // SCHED_OTHER and its like, as sched_getscheduler gives it, without flags; -1 when it does not say.
    int policy;
    int nice;
} csystem_scheduling;

extern const int csystem_sched_other;
extern const int csystem_sched_batch;
extern const int csystem_sched_idle;

// The calling thread's.
csystem_scheduling csystem_get_scheduling(void);
// Takes back a lower priority that the calling thread inherited, as far as the kernel allows.
void csystem_restore_scheduling(void);
// Lets the calling thread come after all others that have the usual priority.
void csystem_lower_scheduling(void);

// Lets the calling thread's timers expire as exactly as the kernel can.
void csystem_set_least_timer_slack(void);

// CLOCK_MONOTONIC in nanoseconds.
int64_t csystem_monotonic_ns(void);
// Sleeps until that clock shows `target_ns`. Returns what it shows afterwards.
int64_t csystem_sleep_until(int64_t target_ns);

// The environment: NULL-terminated `NAME=value` strings.
char **csystem_environment(void);

#endif
