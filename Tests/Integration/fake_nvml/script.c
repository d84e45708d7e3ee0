// Reads the script named by FAKE_NVML_SCRIPT into lines of words, and again whenever the file is another one.
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fake.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Line *lines;
static int line_count;
static struct stat seen;

void script_lock(void) { pthread_mutex_lock(&lock); }
void script_unlock(void) { pthread_mutex_unlock(&lock); }

_Noreturn void script_fail(const Line *line, const char *complaint) {
    fprintf(stderr, "fake_nvml: line %d: %s: %s\n", line ? line->number : 0, complaint, line ? line->text : "");
    abort();
}

static void *checked(void *memory) {
    if (!memory) abort();
    return memory;
}

// A `device` line has four words at most, so that a value may have blanks.
static void split(Line *line) {
    char *rest = checked(strdup(line->text));
    while (line->word_count < words_max) {
        while (isspace((unsigned char)*rest)) rest++;
        if (!*rest) return;
        line->words[line->word_count++] = rest;
        if (line->word_count == 4 && strcmp(line->words[0], "device") == 0) return;
        while (*rest && !isspace((unsigned char)*rest)) rest++;
        if (*rest) *rest++ = 0;
    }
    script_fail(line, "too many words");
}

static bool is_known(const Line *line) {
    static const char *const kinds[] = {
        "call", "device", "devices", "driver", "event", "nvml", "process", "process-use"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(line->words[0], kinds[i]) == 0) return true;
    return false;
}

static void forget(Line *list, int length) {
    for (int i = 0; i < length; i++) {
        free(list[i].words[0]);
        free(list[i].text);
    }
    free(list);
}

static void read_lines(FILE *file) {
    Line *before = lines;
    int before_count = line_count;
    lines = NULL;
    line_count = 0;
    char text[1024];
    for (int number = 1; fgets(text, sizeof text, file); number++) {
        char *start = text + strspn(text, " \t");
        start[strcspn(start, "#\n")] = 0;
        size_t length = strlen(start);
        while (length > 0 && isspace((unsigned char)start[length - 1])) start[--length] = 0;
        if (length == 0) continue;
        lines = checked(realloc(lines, (size_t)(line_count + 1) * sizeof *lines));
        Line *line = &lines[line_count++];
        *line = (Line){.text = checked(strdup(start)), .number = number};
        split(line);
        if (!is_known(line)) script_fail(line, "unknown kind of line");
        if (strcmp(line->words[0], "device") == 0) value_line_check(line);
        for (int i = 0; i < before_count; i++)
            if (strcmp(before[i].text, line->text) == 0) line->used = before[i].used;
    }
    forget(before, before_count);
}

void script_refresh(void) {
    const char *path = getenv("FAKE_NVML_SCRIPT");
    struct stat now;
    if (!path || stat(path, &now) != 0) return;
    if (now.st_ino == seen.st_ino && now.st_size == seen.st_size &&
        now.st_mtim.tv_sec == seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == seen.st_mtim.tv_nsec)
        return;
    FILE *file = fopen(path, "re");
    if (!file) return;
    seen = now;
    read_lines(file);
    fclose(file);
}

Line *script_next(const Line *previous, const char *kind) {
    for (int i = previous ? (int)(previous - lines) + 1 : 0; i < line_count; i++)
        if (strcmp(lines[i].words[0], kind) == 0) return &lines[i];
    return NULL;
}

void device_word(nvmlDevice_t device, char word[static 16]) {
    if (device->instance < 0)
        snprintf(word, 16, "%d", device->device);
    else
        snprintf(word, 16, "%d/%d", device->device, device->instance);
}

bool device_is(nvmlDevice_t device, const char *word) {
    char own[16];
    device_word(device, own);
    return strcmp(word, own) == 0;
}
