// The library itself, its devices, what they are called and where they are, and MIG.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake.h"

static struct nvmlDevice_st table[devices_max][1 + instances_max];

nvmlDevice_t device_handle(int device, int instance) {
    nvmlDevice_t handle = &table[device][1 + instance];
    handle->device = device;
    handle->instance = instance;
    return handle;
}

bool device_is_valid(nvmlDevice_t device) {
    return (char *)device >= (char *)table && (char *)device < (char *)table + sizeof table;
}

uint64_t wall_clock_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

// The one word of the last line such as `devices 2`, or `otherwise`.
static void setting(const char *kind, const char *otherwise, char text[static text_max]) {
    script_lock();
    const Line *line = NULL;
    for (const Line *next = NULL; (next = script_next(next, kind));) line = next;
    snprintf(text, text_max, "%s", line && line->word_count > 1 ? line->words[1] : otherwise);
    script_unlock();
}

static unsigned int device_count(void) {
    char text[text_max];
    setting("devices", "0", text);
    return (unsigned int)number_u64(text);
}

// Life

nvmlReturn_t nvmlInitWithFlags(unsigned int flags) {
    nvmlReturn_t result = call_begin_uninitialized(__func__);
    if (result != NVML_SUCCESS) return result;
    if (!getenv("FAKE_NVML_SCRIPT")) return NVML_ERROR_DRIVER_NOT_LOADED;
    if (device_count() == 0 && !(flags & NVML_INIT_FLAG_NO_GPUS)) return NVML_ERROR_GPU_NOT_FOUND;
    library_up(1);
    return NVML_SUCCESS;
}

static nvmlReturn_t init(const char *function) {
    nvmlReturn_t result = call_begin_uninitialized(function);
    if (result != NVML_SUCCESS) return result;
    if (!getenv("FAKE_NVML_SCRIPT")) return NVML_ERROR_DRIVER_NOT_LOADED;
    if (device_count() == 0) return NVML_ERROR_GPU_NOT_FOUND;
    library_up(1);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlInit_v2(void) { return init(__func__); }
nvmlReturn_t nvmlInit(void) { return init(__func__); }

nvmlReturn_t nvmlShutdown(void) {
    BEGIN_WITHOUT_DEVICE();
    library_up(-1);
    return NVML_SUCCESS;
}

const char *nvmlErrorString(nvmlReturn_t result) {
    static _Thread_local char text[32];
    snprintf(text, sizeof text, "fake error %d", (int)result);
    return text;
}

static nvmlReturn_t system_text(const char *kind, const char *otherwise, char *buffer, unsigned int length) {
    char text[text_max];
    setting(kind, otherwise, text);
    if (strcmp(text, "(endless)") == 0) {
        memset(buffer, 'A', length);
        return NVML_SUCCESS;
    }
    if (strlen(text) + 1 > length) return NVML_ERROR_INSUFFICIENT_SIZE;
    memcpy(buffer, text, strlen(text) + 1);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int length) {
    BEGIN_WITHOUT_DEVICE();
    REQUIRE(version);
    return system_text("driver", "999.99", version, length);
}

nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned int length) {
    BEGIN_WITHOUT_DEVICE();
    REQUIRE(version);
    return system_text("nvml", "12.999.99", version, length);
}

nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int *version) {
    BEGIN_WITHOUT_DEVICE();
    REQUIRE(version);
    *version = 12090;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlSystemGetCudaDriverVersion(int *version) {
    BEGIN_WITHOUT_DEVICE();
    REQUIRE(version);
    *version = 12090;
    return NVML_SUCCESS;
}

// Handles

#define COUNT(function)                                              \
    nvmlReturn_t function(unsigned int *value) {                     \
        BEGIN_WITHOUT_DEVICE();                                      \
        REQUIRE(value);                                              \
        *value = device_count();                                     \
        return NVML_SUCCESS;                                         \
    }
COUNT(nvmlDeviceGetCount)
COUNT(nvmlDeviceGetCount_v2)

// A rule about a device concerns getting its handle too.
#define HANDLE_BY_INDEX(function)                                    \
    nvmlReturn_t function(unsigned int index, nvmlDevice_t *device) { \
        bool known = index < devices_max && index < device_count();  \
        BEGIN(known ? device_handle((int)index, -1) : NULL);         \
        REQUIRE(device);                                             \
        *device = device_handle((int)index, -1);                     \
        return NVML_SUCCESS;                                         \
    }
HANDLE_BY_INDEX(nvmlDeviceGetHandleByIndex)
HANDLE_BY_INDEX(nvmlDeviceGetHandleByIndex_v2)

static nvmlReturn_t handle_with(const char *key, const char *wanted, nvmlDevice_t *device) {
    REQUIRE(wanted && device);
    unsigned int devices = device_count();
    for (int index = 0; index < devices_max && index < (int)devices; index++) {
        char text[text_max];
        nvmlDevice_t handle = device_handle(index, -1);
        if (value_text(handle, key, text) != NVML_SUCCESS || strcmp(text, wanted) != 0) continue;
        *device = handle;
        return NVML_SUCCESS;
    }
    return NVML_ERROR_NOT_FOUND;
}

nvmlReturn_t nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *device) {
    BEGIN_WITHOUT_DEVICE();
    return handle_with("uuid", uuid, device);
}

nvmlReturn_t nvmlDeviceGetHandleByPciBusId(const char *id, nvmlDevice_t *device) {
    BEGIN_WITHOUT_DEVICE();
    return handle_with("pci.bus_id", id, device);
}

nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char *id, nvmlDevice_t *device) {
    BEGIN_WITHOUT_DEVICE();
    return handle_with("pci.bus_id", id, device);
}

// What they are called

#define STRING(function, key)                                        \
    nvmlReturn_t function(nvmlDevice_t device, char *text, unsigned int length) { \
        BEGIN(device);                                               \
        return value_string(device, key, text, length);              \
    }
STRING(nvmlDeviceGetName, "name")
STRING(nvmlDeviceGetUUID, "uuid")
STRING(nvmlDeviceGetSerial, "serial")

nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t device, unsigned int *index) {
    BEGIN(device);
    REQUIRE(index);
    nvmlReturn_t result = value_u32(device, "index", index);
    if (result != NVML_ERROR_NOT_SUPPORTED) return result;
    *index = (unsigned int)(device->instance < 0 ? device->device : device->instance);
    return NVML_SUCCESS;
}

#define NUMBER(function, type, key)                                  \
    nvmlReturn_t function(nvmlDevice_t device, type *value) {        \
        BEGIN(device);                                               \
        return value_u32(device, key, (unsigned int *)value);        \
    }
NUMBER(nvmlDeviceGetMinorNumber, unsigned int, "minor")
NUMBER(nvmlDeviceGetBrand, nvmlBrandType_t, "brand")
NUMBER(nvmlDeviceGetArchitecture, nvmlDeviceArchitecture_t, "architecture")
NUMBER(nvmlDeviceGetNumaNodeId, unsigned int, "numa_node")
NUMBER(nvmlDeviceGetIrqNum, unsigned int, "irq")

// The value is "9.0".
nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int *major, int *minor) {
    BEGIN(device);
    REQUIRE(major && minor);
    char text[text_max];
    nvmlReturn_t result = value_text(device, "capability", text);
    if (result != NVML_SUCCESS) return result;
    char *point = strchr(text, '.');
    if (!point) abort();
    *point = 0;
    *major = (int)number_u64(text);
    *minor = (int)number_u64(point + 1);
    return NVML_SUCCESS;
}

// Before version 3 the struct ended where `busId` is now, after four reserved words.
static nvmlReturn_t pci_info(nvmlDevice_t device, nvmlPciInfo_t *pci, bool has_bus_id) {
    REQUIRE(pci);
    nvmlPciInfo_t info = {.pciDeviceId = 0x233010de};
    nvmlReturn_t result = value_string(device, "pci.bus_id", info.busId, sizeof info.busId);
    if (result != NVML_SUCCESS) return result;
    sscanf(info.busId, "%x:%x:%x", &info.domain, &info.bus, &info.device);
    snprintf(info.busIdLegacy, sizeof info.busIdLegacy, "%04X:%02X:%02X.0", info.domain & 0xffff, info.bus & 0xff,
             info.device & 0xff);
    memcpy(pci, &info, has_bus_id ? sizeof info : offsetof(nvmlPciInfo_t, busId));
    return NVML_SUCCESS;
}

#define PCI_INFO(function, has_bus_id)                               \
    nvmlReturn_t function(nvmlDevice_t device, nvmlPciInfo_t *pci) { \
        BEGIN(device);                                               \
        return pci_info(device, pci, has_bus_id);                    \
    }
PCI_INFO(nvmlDeviceGetPciInfo, false)
PCI_INFO(nvmlDeviceGetPciInfo_v2, false)
PCI_INFO(nvmlDeviceGetPciInfo_v3, true)

// Where they are: a list of numbers such as "0 1 32" becomes a mask.
static nvmlReturn_t mask(nvmlDevice_t device, const char *key, unsigned int words, unsigned long *set) {
    REQUIRE(words > 0 && set);
    char text[text_max];
    nvmlReturn_t result = value_text(device, key, text);
    if (result != NVML_SUCCESS) return result;
    memset(set, 0, words * sizeof *set);
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        uint64_t bit = number_u64(word);
        if (bit / 64 < words) set[bit / 64] |= 1UL << bit % 64;
    }
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCpuAffinity(nvmlDevice_t device, unsigned int words, unsigned long *set) {
    BEGIN(device);
    return mask(device, "affinity.cpus", words, set);
}

nvmlReturn_t nvmlDeviceGetCpuAffinityWithinScope(
    nvmlDevice_t device, unsigned int words, unsigned long *set, nvmlAffinityScope_t scope) {
    BEGIN(device);
    REQUIRE(scope <= NVML_AFFINITY_SCOPE_SOCKET);
    return mask(device, "affinity.cpus", words, set);
}

nvmlReturn_t nvmlDeviceGetMemoryAffinity(
    nvmlDevice_t device, unsigned int words, unsigned long *set, nvmlAffinityScope_t scope) {
    BEGIN(device);
    REQUIRE(scope <= NVML_AFFINITY_SCOPE_SOCKET);
    return mask(device, "affinity.memory", words, set);
}

// MIG. An instance is there when the script gives its GPU instance id.

bool mig_is_on(nvmlDevice_t device) {
    unsigned int mode = 0;
    return device->instance < 0 && value_u32(device, "mig.mode", &mode) == NVML_SUCCESS && mode == 1;
}

static bool instance_has_id(nvmlDevice_t device, int instance, unsigned int *id) {
    return value_u32(device_handle(device->device, instance), "gpu_instance", id) == NVML_SUCCESS;
}

nvmlDevice_t mig_instance_with_id(nvmlDevice_t device, unsigned int gpu_instance) {
    for (int instance = 0; instance < instances_max; instance++) {
        unsigned int id;
        if (instance_has_id(device, instance, &id) && id == gpu_instance)
            return device_handle(device->device, instance);
    }
    return NULL;
}

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int *current, unsigned int *pending) {
    BEGIN(device);
    REQUIRE(current && pending && device->instance < 0);
    nvmlReturn_t result = value_u32(device, "mig.mode", current);
    if (result == NVML_SUCCESS) *pending = *current;
    return result;
}

nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, unsigned int *value) {
    BEGIN(device);
    REQUIRE(value);
    if (value_u32(device, "mig.max", value) == NVML_SUCCESS) return NVML_SUCCESS;
    *value = mig_is_on(device) ? 7 : 0;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index, nvmlDevice_t *instance) {
    BEGIN(device);
    REQUIRE(instance && device->instance < 0);
    unsigned int id;
    if (index >= instances_max || !mig_is_on(device) || !instance_has_id(device, (int)index, &id))
        return NVML_ERROR_NOT_FOUND;
    *instance = device_handle(device->device, (int)index);
    return NVML_SUCCESS;
}

NUMBER(nvmlDeviceGetGpuInstanceId, unsigned int, "gpu_instance")
NUMBER(nvmlDeviceGetComputeInstanceId, unsigned int, "compute_instance")

nvmlReturn_t nvmlDeviceIsMigDeviceHandle(nvmlDevice_t device, unsigned int *is_instance) {
    BEGIN(device);
    REQUIRE(is_instance);
    *is_instance = device->instance >= 0;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetDeviceHandleFromMigDeviceHandle(nvmlDevice_t instance, nvmlDevice_t *device) {
    BEGIN(instance);
    REQUIRE(device && instance->instance >= 0);
    *device = device_handle(instance->device, -1);
    return NVML_SUCCESS;
}

static nvmlReturn_t attributes(nvmlDevice_t device, nvmlDeviceAttributes_t *found) {
    REQUIRE(found);
    nvmlDeviceAttributes_t result = {.multiprocessorCount = 16};
    unsigned long long bytes = 0;
    nvmlReturn_t code = value_u32(device, "slices.gpu", &result.gpuInstanceSliceCount);
    if (code == NVML_SUCCESS) code = value_u32(device, "slices.compute", &result.computeInstanceSliceCount);
    if (code == NVML_SUCCESS) code = value_u64(device, "memory.total", &bytes);
    if (code != NVML_SUCCESS) return code;
    result.memorySizeMB = bytes >> 20;
    *found = result;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetAttributes(nvmlDevice_t device, nvmlDeviceAttributes_t *found) {
    BEGIN(device);
    return attributes(device, found);
}

nvmlReturn_t nvmlDeviceGetAttributes_v2(nvmlDevice_t device, nvmlDeviceAttributes_t *found) {
    BEGIN(device);
    return attributes(device, found);
}
