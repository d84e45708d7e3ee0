// What every call does before it answers: it is counted, and the rules of the script are asked:
// `call FUNCTION [device N] (return CODE | hang SECONDS | length N) [after CALLS] [for CALLS]`.
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"

enum { counters_max = 4096 };

// The file of counts is an array of these; an empty name ends it.
typedef struct {
    char name[72];  // "FUNCTION" or "FUNCTION DEVICE"
    uint64_t calls;
} Counter;

static int initialized;
static _Thread_local uint64_t last_length;

void library_up(int by) {
    script_lock();
    initialized = initialized + by < 0 ? 0 : initialized + by;
    script_unlock();
}

bool scripted_length(unsigned int *length) {
    if (last_length == UINT64_MAX) return false;
    *length = (unsigned int)last_length;
    return true;
}

static Counter *open_counters(void) {
    const char *path = getenv("FAKE_NVML_COUNTS");
    if (!path) return NULL;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    size_t size = counters_max * sizeof(Counter);
    if (file < 0 || ftruncate(file, (off_t)size) != 0) abort();
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory == MAP_FAILED) abort();
    return memory;
}

void count(const char *name, const char *device) {
    static Counter *counters;
    static bool opened;
    if (!opened) counters = open_counters();
    opened = true;
    if (!counters) return;
    char wanted[sizeof counters->name] = {0};
    int length = snprintf(wanted, sizeof wanted, "%s%s%s", name, device ? " " : "", device ? device : "");
    if (length >= (int)sizeof wanted) abort();
    for (int i = 0; i < counters_max; i++) {
        if (!counters[i].name[0]) memcpy(counters[i].name, wanted, sizeof wanted);
        if (strcmp(counters[i].name, wanted) != 0) continue;
        __atomic_add_fetch(&counters[i].calls, 1, __ATOMIC_RELEASE);
        return;
    }
    abort();
}

typedef struct {
    bool is_there;
    bool hangs;
    uint64_t number;  // seconds to hang, or the code to return
    uint64_t length;  // UINT64_MAX for none
} Rule;

static bool matches(const Line *line, const char *function, nvmlDevice_t device, int *word) {
    *word = 2;
    if (line->word_count < 4) script_fail(line, "too few words");
    if (fnmatch(line->words[1], function, 0) != 0) return false;
    if (strcmp(line->words[2], "device") != 0) return true;
    *word = 4;
    char own[16];
    if (!device) return false;
    device_word(device, own);
    return fnmatch(line->words[3], own, 0) == 0;
}

static Rule parse(const Line *line, int word, uint64_t *after, uint64_t *duration) {
    Rule rule = {.is_there = true, .length = UINT64_MAX};
    *after = 0;
    *duration = UINT64_MAX;
    for (; word + 1 < line->word_count; word += 2) {
        uint64_t number = number_u64(line->words[word + 1]);
        if (strcmp(line->words[word], "return") == 0 || strcmp(line->words[word], "hang") == 0) {
            rule.hangs = line->words[word][0] == 'h';
            rule.number = number;
        } else if (strcmp(line->words[word], "length") == 0) {
            rule.length = number;
        } else if (strcmp(line->words[word], "after") == 0) {
            *after = number;
        } else if (strcmp(line->words[word], "for") == 0) {
            *duration = number;
        } else {
            script_fail(line, "`return CODE`, `hang SECONDS`, `length N`, `after CALLS` and `for CALLS` are meant");
        }
    }
    if (word != line->word_count) script_fail(line, "a number is missing");
    return rule;
}

// The first rule that is in force. Asking counts as a call of it only where `counting`.
static Rule find_rule(const char *function, nvmlDevice_t device, bool counting) {
    for (Line *line = NULL; (line = script_next(line, "call"));) {
        int word;
        if (!matches(line, function, device, &word)) continue;
        uint64_t after, duration;
        Rule rule = parse(line, word, &after, &duration);
        uint64_t earlier = counting ? line->used++ : line->used - (line->used > 0);
        if (earlier >= after && earlier - after < duration) return rule;
    }
    return (Rule){.length = UINT64_MAX};
}

nvmlReturn_t scripted_code(const char *function, nvmlDevice_t device) {
    Rule rule = find_rule(function, device, false);
    return rule.is_there && !rule.hangs ? (nvmlReturn_t)rule.number : NVML_SUCCESS;
}

// Until the time is over or the script has no such rule any more.
static void hang(const char *function, nvmlDevice_t device, uint64_t seconds) {
    for (uint64_t tick = 0; tick < seconds * 100; tick++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        script_lock();
        script_refresh();
        Rule rule = find_rule(function, device, false);
        script_unlock();
        if (!rule.is_there || !rule.hangs) return;
    }
}

// The scripted answer, or SUCCESS where the call is to go on.
static nvmlReturn_t scripted(const char *function, nvmlDevice_t device, bool *up) {
    char word[16];
    if (device) device_word(device, word);
    script_lock();
    script_refresh();
    count(function, NULL);
    if (device) count(function, word);
    Rule rule = find_rule(function, device, true);
    *up = initialized > 0;
    script_unlock();
    last_length = rule.length;
    if (rule.hangs) hang(function, device, rule.number);
    return rule.is_there && !rule.hangs ? (nvmlReturn_t)rule.number : NVML_SUCCESS;
}

nvmlReturn_t call_begin_uninitialized(const char *function) {
    bool up;
    return scripted(function, NULL, &up);
}

nvmlReturn_t call_begin_without_device(const char *function) {
    bool up;
    nvmlReturn_t result = scripted(function, NULL, &up);
    if (result != NVML_SUCCESS) return result;
    return up ? NVML_SUCCESS : NVML_ERROR_UNINITIALIZED;
}

nvmlReturn_t call_begin(const char *function, nvmlDevice_t device) {
    bool up, valid = device_is_valid(device);
    nvmlReturn_t result = scripted(function, valid ? device : NULL, &up);
    if (result != NVML_SUCCESS) return result;
    if (!up) return NVML_ERROR_UNINITIALIZED;
    return valid ? NVML_SUCCESS : NVML_ERROR_INVALID_ARGUMENT;
}
