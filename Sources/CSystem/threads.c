#define _GNU_SOURCE
#include "csystem_threads.h"

#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#define NANOSECONDS 1000000000LL

extern char **environ;

void csystem_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

char **csystem_environment(void) {
    return environ;
}

const int csystem_sched_other = SCHED_OTHER;
const int csystem_sched_batch = SCHED_BATCH;
const int csystem_sched_idle = SCHED_IDLE;

// 0 stands for the calling thread in all of these, not for its process.
csystem_scheduling csystem_get_scheduling(void) {
    int policy = sched_getscheduler(0);
    csystem_scheduling scheduling = {
        .policy = policy < 0 ? -1 : policy & ~SCHED_RESET_ON_FORK,
        .nice = getpriority(PRIO_PROCESS, 0),
    };
    return scheduling;
}

void csystem_restore_scheduling(void) {
    csystem_scheduling scheduling = csystem_get_scheduling();
    if (scheduling.policy == SCHED_BATCH || scheduling.policy == SCHED_IDLE) {
        struct sched_param parameters = {0};
        (void)sched_setscheduler(0, SCHED_OTHER, &parameters);
    }
    if (scheduling.nice > 0) (void)setpriority(PRIO_PROCESS, 0, 0);
}

void csystem_lower_scheduling(void) {
    struct sched_param parameters = {0};
    (void)sched_setscheduler(0, SCHED_BATCH, &parameters);
    (void)setpriority(PRIO_PROCESS, 0, 10);
}

void csystem_set_least_timer_slack(void) {
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
}

int64_t csystem_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

int64_t csystem_sleep_until(int64_t target_ns) {
    struct timespec target = {.tv_sec = target_ns / NANOSECONDS, .tv_nsec = target_ns % NANOSECONDS};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &target, NULL) == EINTR) {}
    return csystem_monotonic_ns();
}
