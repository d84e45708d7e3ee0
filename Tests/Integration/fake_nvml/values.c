// The values of a device: `device 0 power 350000 | 360000 | error 15`, one step for each time it is read.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

// A misspelt key would look like a signal that the device does not support.
static const char *const keys[] = {
    "affinity.cpus", "affinity.memory", "applications_clock.graphics", "applications_clock.memory",
    "applications_clock.sm", "applications_clock.video", "architecture", "bar1.total", "bar1.used", "brand",
    "capability", "clock.graphics", "clock.memory", "clock.sm", "clock.video", "compute_instance",
    "compute_mode", "default_clock.graphics", "default_clock.memory", "default_clock.sm", "default_clock.video",
    "ecc.corrected.aggregate", "ecc.corrected.volatile", "ecc.mode", "ecc.uncorrected.aggregate",
    "ecc.uncorrected.volatile", "energy", "event_types", "fan", "fans", "gpm.supported", "gpu_instance",
    "index", "irq", "max_clock.graphics", "max_clock.memory", "max_clock.sm", "max_clock.video",
    "memory.reserved", "memory.total", "memory.used", "mig.max", "mig.mode", "minor", "name", "numa_node",
    "pci.bus_id", "pcie.generation", "pcie.gpu_max_generation", "pcie.max_generation", "pcie.max_width",
    "pcie.replays", "pcie.rx", "pcie.tx", "pcie.width", "persistence", "power", "power.default_limit",
    "power.enforced_limit", "power.limit", "power.max_limit", "power.min_limit", "pstate", "reasons",
    "reasons.supported", "remapped.correctable", "remapped.failure", "remapped.pending",
    "remapped.uncorrectable", "retired.double", "retired.pending", "retired.single", "samples.skew", "serial",
    "slices.compute", "slices.gpu", "temperature", "temperature.margin", "utilization.decoder",
    "utilization.encoder", "utilization.gpu", "utilization.jpeg", "utilization.memory", "utilization.ofa",
    "uuid",
};
// These go on with a number or a word.
static const char *const prefixes[] = {"field.", "gpm.", "nvlink.", "samples.", "temperature.threshold.", "violation."};

void value_line_check(const Line *line) {
    if (line->word_count != 4) script_fail(line, "`device NUMBER KEY VALUE` is meant");
    const char *key = line->words[2];
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0) return;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(prefixes[i], key, strlen(prefixes[i])) == 0) return;
    script_fail(line, "unknown key");
}

// The line for this device, or else the one for `*`, which is every GPU but no MIG instance. The last one counts.
static Line *find(nvmlDevice_t device, const char *key) {
    Line *own = NULL, *common = NULL;
    for (Line *line = NULL; (line = script_next(line, "device"));) {
        if (strcmp(line->words[2], key) != 0) continue;
        if (device_is(device, line->words[1])) own = line;
        if (device->instance < 0 && strcmp(line->words[1], "*") == 0) common = line;
    }
    return own ? own : common;
}

static void take_step(const char *steps, unsigned long step, char text[static text_max]) {
    const char *end;
    while ((end = strstr(steps, " | ")) && step-- > 0) steps = end + 3;
    size_t length = end ? (size_t)(end - steps) : strlen(steps);
    if (length >= text_max) length = text_max - 1;
    memcpy(text, steps, length);
    text[length] = 0;
}

uint64_t number_u64(const char *text) {
    char *end;
    errno = 0;
    uint64_t number = strtoull(text, &end, 0);
    if (errno || *end || end == text) {
        fprintf(stderr, "fake_nvml: \"%s\" is no number\n", text);
        abort();
    }
    return number;
}

double number_f64(const char *text) {
    char *end;
    double number = strtod(text, &end);
    if (*end || end == text) {
        fprintf(stderr, "fake_nvml: \"%s\" is no number\n", text);
        abort();
    }
    return number;
}

nvmlReturn_t value_text(nvmlDevice_t device, const char *key, char text[static text_max]) {
    script_lock();
    Line *line = find(device, key);
    if (line) take_step(line->words[3], line->used++, text);
    script_unlock();
    if (!line) return NVML_ERROR_NOT_SUPPORTED;
    if (strncmp(text, "error ", 6) == 0) return (nvmlReturn_t)number_u64(text + 6);
    return NVML_SUCCESS;
}

nvmlReturn_t value_u64(nvmlDevice_t device, const char *key, unsigned long long *value) {
    REQUIRE(value);
    char text[text_max];
    nvmlReturn_t result = value_text(device, key, text);
    if (result == NVML_SUCCESS) *value = number_u64(text);
    return result;
}

nvmlReturn_t value_u32(nvmlDevice_t device, const char *key, unsigned int *value) {
    REQUIRE(value);
    unsigned long long wide;
    nvmlReturn_t result = value_u64(device, key, &wide);
    if (result == NVML_SUCCESS) *value = (unsigned int)wide;
    return result;
}

nvmlReturn_t value_i32(nvmlDevice_t device, const char *key, int *value) {
    REQUIRE(value);
    return value_u32(device, key, (unsigned int *)value);
}

nvmlReturn_t value_f64(nvmlDevice_t device, const char *key, double *value) {
    char text[text_max];
    nvmlReturn_t result = value_text(device, key, text);
    if (result == NVML_SUCCESS) *value = number_f64(text);
    return result;
}

nvmlReturn_t value_string(nvmlDevice_t device, const char *key, char *buffer, unsigned int length) {
    REQUIRE(buffer);
    char text[text_max];
    nvmlReturn_t result = value_text(device, key, text);
    if (result != NVML_SUCCESS) return result;
    if (strcmp(text, "(endless)") == 0) {
        memset(buffer, 'A', length);
        return NVML_SUCCESS;
    }
    if (strcmp(text, "(bytes)") == 0) {
        for (unsigned int i = 0; i < length; i++) buffer[i] = (char)(i + 1 < length ? 128 + i : 0);
        return NVML_SUCCESS;
    }
    if (strlen(text) + 1 > length) return NVML_ERROR_INSUFFICIENT_SIZE;
    memcpy(buffer, text, strlen(text) + 1);
    return NVML_SUCCESS;
}
