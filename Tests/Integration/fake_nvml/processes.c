// Processes: `process DEVICE compute|graphics|mps PID BYTES [GPU-INSTANCE COMPUTE-INSTANCE]`, and what they use:
// `process-use DEVICE PID SM MEMORY ENCODER DECODER`.
#include <stdio.h>
#include <string.h>

#include "fake.h"

static unsigned int optional_id(const Line *line, int word) {
    return line->word_count > word ? (unsigned int)number_u64(line->words[word]) : UINT32_MAX;
}

// A GPU in MIG mode lists the processes of its instances as well.
static bool concerns(const Line *line, nvmlDevice_t device) {
    if (device_is(device, line->words[1])) return true;
    char own[16];
    device_word(device, own);
    size_t length = strlen(own);
    return device->instance < 0 && strncmp(line->words[1], own, length) == 0 && line->words[1][length] == '/';
}

static nvmlProcessInfo_t process_info(const Line *line) {
    return (nvmlProcessInfo_t){
        .pid = (unsigned int)number_u64(line->words[3]),
        .usedGpuMemory = number_u64(line->words[4]),
        .gpuInstanceId = optional_id(line, 5),
        .computeInstanceId = optional_id(line, 6),
    };
}

// Writes into structs of `size` bytes, which may be the old, smaller ones: they begin alike.
static nvmlReturn_t list(nvmlDevice_t device, const char *kind, unsigned int *length, void *infos, size_t size) {
    REQUIRE(length && (infos || *length == 0));
    script_lock();
    unsigned int found = 0, room = *length;
    for (Line *line = NULL; (line = script_next(line, "process"));) {
        if (line->word_count < 5) script_fail(line, "`process DEVICE KIND PID BYTES` is meant");
        if (strcmp(line->words[2], kind) != 0 || !concerns(line, device)) continue;
        nvmlProcessInfo_t info = process_info(line);
        if (found < room) memcpy((char *)infos + found * size, &info, size);
        found++;
    }
    script_unlock();
    *length = found;
    return found > room ? NVML_ERROR_INSUFFICIENT_SIZE : NVML_SUCCESS;
}

#define LIST(function, kind, type)                                   \
    nvmlReturn_t function(nvmlDevice_t device, unsigned int *length, type *infos) { \
        BEGIN_LIST(device, length);                                  \
        return list(device, kind, length, infos, sizeof(type));      \
    }
LIST(nvmlDeviceGetComputeRunningProcesses, "compute", nvmlProcessInfo_v1_t)
LIST(nvmlDeviceGetComputeRunningProcesses_v2, "compute", nvmlProcessInfo_v2_t)
LIST(nvmlDeviceGetComputeRunningProcesses_v3, "compute", nvmlProcessInfo_t)
LIST(nvmlDeviceGetGraphicsRunningProcesses, "graphics", nvmlProcessInfo_v1_t)
LIST(nvmlDeviceGetGraphicsRunningProcesses_v2, "graphics", nvmlProcessInfo_v2_t)
LIST(nvmlDeviceGetGraphicsRunningProcesses_v3, "graphics", nvmlProcessInfo_t)
LIST(nvmlDeviceGetMPSComputeRunningProcesses, "mps", nvmlProcessInfo_v1_t)
LIST(nvmlDeviceGetMPSComputeRunningProcesses_v2, "mps", nvmlProcessInfo_v2_t)
LIST(nvmlDeviceGetMPSComputeRunningProcesses_v3, "mps", nvmlProcessInfo_t)

nvmlReturn_t nvmlSystemGetProcessName(unsigned int pid, char *name, unsigned int length) {
    BEGIN_WITHOUT_DEVICE();
    REQUIRE(name && length > 0);
    snprintf(name, length, "/usr/bin/process-%u", pid);
    return NVML_SUCCESS;
}

// One sample of each process a second.
nvmlReturn_t nvmlDeviceGetProcessUtilization(
    nvmlDevice_t device, nvmlProcessUtilizationSample_t *samples, unsigned int *length, unsigned long long last_seen) {
    BEGIN_LIST(device, length);
    REQUIRE(length);
    if (mig_is_on(device) || device->instance >= 0) return NVML_ERROR_NOT_SUPPORTED;
    unsigned long long time = wall_clock_microseconds() / 1000000 * 1000000, skew = 0;
    if (value_u64(device, "samples.skew", &skew) == NVML_SUCCESS) time += skew;
    if (time <= last_seen) return NVML_ERROR_NOT_FOUND;
    script_lock();
    unsigned int found = 0, room = samples ? *length : 0;
    for (Line *line = NULL; (line = script_next(line, "process-use"));) {
        if (line->word_count != 7) script_fail(line, "`process-use DEVICE PID SM MEMORY ENCODER DECODER` is meant");
        if (!device_is(device, line->words[1])) continue;
        if (found < room)
            samples[found] = (nvmlProcessUtilizationSample_t){
                .pid = (unsigned int)number_u64(line->words[2]), .timeStamp = time,
                .smUtil = (unsigned int)number_u64(line->words[3]), .memUtil = (unsigned int)number_u64(line->words[4]),
                .encUtil = (unsigned int)number_u64(line->words[5]),
                .decUtil = (unsigned int)number_u64(line->words[6])};
        found++;
    }
    script_unlock();
    *length = found;
    if (found == 0) return NVML_ERROR_NOT_FOUND;
    return found > room ? NVML_ERROR_INSUFFICIENT_SIZE : NVML_SUCCESS;
}
