// How late a thread of each CPU wakes up: one thread a CPU, bound to it, sleeps until moments a millisecond apart.
// usage: wakeup SECONDS
// Prints one line: the number of wake-ups of all threads together, and their P50, P99, P99.9 and longest delay in
// microseconds.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD_NS = 1000000, BILLION = 1000000000 };

typedef struct {
    int cpu;
    size_t count;
    double *delays;
    struct timespec begin;
} probe;

static void *run(void *argument) {
    probe *probe = argument;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(probe->cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set)) return perror("sched_setaffinity"), NULL;
    // Otherwise the kernel may put a wake-up off by 50 microseconds.
    prctl(PR_SET_TIMERSLACK, 1ul);
    struct timespec due = probe->begin, now;
    for (size_t i = 0; i < probe->count; i++) {
        due.tv_nsec += PERIOD_NS;
        if (due.tv_nsec >= BILLION) due.tv_sec++, due.tv_nsec -= BILLION;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
        probe->delays[i] = (double)(now.tv_sec - due.tv_sec) * 1e6 + (double)(now.tv_nsec - due.tv_nsec) * 1e-3;
    }
    return NULL;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int count, char **arguments) {
    size_t each = count == 2 ? (size_t)(atof(arguments[1]) * 1000) : 0;
    if (each == 0) return fputs("usage: wakeup SECONDS\n", stderr), 2;
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed)) return perror("sched_getaffinity"), 1;
    int cpus = CPU_COUNT(&allowed), started = 0;
    double *delays = calloc(each * (size_t)cpus, sizeof *delays);
    probe *probes = calloc((size_t)cpus, sizeof *probes);
    pthread_t *threads = calloc((size_t)cpus, sizeof *threads);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (int cpu = 0; started < cpus; cpu++) {
        if (!CPU_ISSET(cpu, &allowed)) continue;
        // The threads of two CPUs are due at different moments.
        struct timespec begin = {now.tv_sec, now.tv_nsec + started * (PERIOD_NS / cpus)};
        if (begin.tv_nsec >= BILLION) begin.tv_sec++, begin.tv_nsec -= BILLION;
        probes[started] = (probe){cpu, each, delays + each * (size_t)started, begin};
        if (pthread_create(&threads[started], NULL, run, &probes[started])) return perror("pthread_create"), 1;
        started++;
    }
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
    size_t all = each * (size_t)cpus;
    qsort(delays, all, sizeof *delays, compare);
    printf("%zu %.2f %.2f %.2f %.2f\n", all, delays[all / 2], delays[all * 99 / 100], delays[all * 999 / 1000],
           delays[all - 1]);
    return 0;
}
