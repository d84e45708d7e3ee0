// The plain signals of a device: utilisation, memory, clocks, power, temperatures, PCIe, errors.
#include <stdio.h>
#include <time.h>

#include "fake.h"

#define U32(function, type, key)                                     \
    nvmlReturn_t function(nvmlDevice_t device, type *value) {        \
        BEGIN(device);                                               \
        return value_u32(device, key, (unsigned int *)value);        \
    }
#define U64(function, key)                                           \
    nvmlReturn_t function(nvmlDevice_t device, unsigned long long *value) { \
        BEGIN(device);                                               \
        return value_u64(device, key, value);                        \
    }

// Utilisation: none for a GPU in MIG mode.

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *value) {
    BEGIN(device);
    REQUIRE(value);
    if (mig_is_on(device)) return NVML_ERROR_NOT_SUPPORTED;
    nvmlReturn_t result = value_u32(device, "utilization.gpu", &value->gpu);
    return result != NVML_SUCCESS ? result : value_u32(device, "utilization.memory", &value->memory);
}

#define UTILIZATION(function, key)                                   \
    nvmlReturn_t function(nvmlDevice_t device, unsigned int *value, unsigned int *period) { \
        BEGIN(device);                                               \
        REQUIRE(value && period);                                    \
        if (mig_is_on(device)) return NVML_ERROR_NOT_SUPPORTED;      \
        *period = 167000;                                            \
        return value_u32(device, key, value);                        \
    }
UTILIZATION(nvmlDeviceGetEncoderUtilization, "utilization.encoder")
UTILIZATION(nvmlDeviceGetDecoderUtilization, "utilization.decoder")
UTILIZATION(nvmlDeviceGetJpgUtilization, "utilization.jpeg")
UTILIZATION(nvmlDeviceGetOfaUtilization, "utilization.ofa")

// Memory: version 1 counts what is reserved as used.

static nvmlReturn_t memory(nvmlDevice_t device, nvmlMemory_v2_t *value) {
    nvmlReturn_t result = value_u64(device, "memory.total", &value->total);
    if (result == NVML_SUCCESS) result = value_u64(device, "memory.used", &value->used);
    if (result != NVML_SUCCESS) return result;
    if (value_u64(device, "memory.reserved", &value->reserved) != NVML_SUCCESS) value->reserved = 0;
    value->free = value->total - value->used - value->reserved;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *value) {
    BEGIN(device);
    REQUIRE(value);
    nvmlMemory_v2_t found;
    nvmlReturn_t result = memory(device, &found);
    if (result != NVML_SUCCESS) return result;
    *value = (nvmlMemory_t){.total = found.total, .free = found.free, .used = found.used + found.reserved};
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t *value) {
    BEGIN(device);
    REQUIRE(value);
    REQUIRE_VERSION(value->version, nvmlMemory_v2);
    return memory(device, value);
}

nvmlReturn_t nvmlDeviceGetBAR1MemoryInfo(nvmlDevice_t device, nvmlBAR1Memory_t *value) {
    BEGIN(device);
    REQUIRE(value);
    nvmlReturn_t result = value_u64(device, "bar1.total", &value->bar1Total);
    if (result == NVML_SUCCESS) result = value_u64(device, "bar1.used", &value->bar1Used);
    if (result == NVML_SUCCESS) value->bar1Free = value->bar1Total - value->bar1Used;
    return result;
}

// Clocks

static nvmlReturn_t by_clock(nvmlDevice_t device, const char *group, nvmlClockType_t type, unsigned int *value) {
    static const char *const names[] = {"graphics", "sm", "memory", "video"};
    REQUIRE((unsigned int)type < NVML_CLOCK_COUNT);
    char key[64];
    snprintf(key, sizeof key, "%s.%s", group, names[type]);
    return value_u32(device, key, value);
}

nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, nvmlClockType_t type, unsigned int *value) {
    BEGIN(device);
    return by_clock(device, "clock", type, value);
}

nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t device, nvmlClockType_t type, unsigned int *value) {
    BEGIN(device);
    return by_clock(device, "max_clock", type, value);
}

nvmlReturn_t nvmlDeviceGetApplicationsClock(nvmlDevice_t device, nvmlClockType_t type, unsigned int *value) {
    BEGIN(device);
    return by_clock(device, "applications_clock", type, value);
}

nvmlReturn_t nvmlDeviceGetDefaultApplicationsClock(nvmlDevice_t device, nvmlClockType_t type, unsigned int *value) {
    BEGIN(device);
    return by_clock(device, "default_clock", type, value);
}

nvmlReturn_t nvmlDeviceGetClock(
    nvmlDevice_t device, nvmlClockType_t type, nvmlClockId_t which, unsigned int *value) {
    BEGIN(device);
    REQUIRE((unsigned int)which < NVML_CLOCK_ID_COUNT);
    return by_clock(device, which == NVML_CLOCK_ID_CURRENT ? "clock" : "applications_clock", type, value);
}

U64(nvmlDeviceGetCurrentClocksEventReasons, "reasons")
U64(nvmlDeviceGetCurrentClocksThrottleReasons, "reasons")
U64(nvmlDeviceGetSupportedClocksEventReasons, "reasons.supported")
U64(nvmlDeviceGetSupportedClocksThrottleReasons, "reasons.supported")

nvmlReturn_t nvmlDeviceGetViolationStatus(
    nvmlDevice_t device, nvmlPerfPolicyType_t policy, nvmlViolationTime_t *value) {
    BEGIN(device);
    REQUIRE(value && (unsigned int)policy < NVML_PERF_POLICY_COUNT);
    char key[32];
    snprintf(key, sizeof key, "violation.%u", (unsigned int)policy);
    value->referenceTime = wall_clock_microseconds();
    return value_u64(device, key, &value->violationTime);
}

// Power and performance state

U32(nvmlDeviceGetPowerUsage, unsigned int, "power")
U32(nvmlDeviceGetPowerManagementLimit, unsigned int, "power.limit")
U32(nvmlDeviceGetPowerManagementDefaultLimit, unsigned int, "power.default_limit")
U32(nvmlDeviceGetEnforcedPowerLimit, unsigned int, "power.enforced_limit")
U64(nvmlDeviceGetTotalEnergyConsumption, "energy")
U32(nvmlDeviceGetPerformanceState, nvmlPstates_t, "pstate")
U32(nvmlDeviceGetPowerState, nvmlPstates_t, "pstate")
U32(nvmlDeviceGetPersistenceMode, nvmlEnableState_t, "persistence")
U32(nvmlDeviceGetComputeMode, nvmlComputeMode_t, "compute_mode")

nvmlReturn_t nvmlDeviceGetPowerManagementLimitConstraints(
    nvmlDevice_t device, unsigned int *least, unsigned int *most) {
    BEGIN(device);
    nvmlReturn_t result = value_u32(device, "power.min_limit", least);
    return result != NVML_SUCCESS ? result : value_u32(device, "power.max_limit", most);
}

// Temperatures and fans

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, nvmlTemperatureSensors_t sensor, unsigned int *value) {
    BEGIN(device);
    REQUIRE(sensor == NVML_TEMPERATURE_GPU);
    return value_u32(device, "temperature", value);
}

nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t device, nvmlTemperature_t *value) {
    BEGIN(device);
    REQUIRE(value);
    REQUIRE_VERSION(value->version, nvmlTemperature_v1);
    REQUIRE(value->sensorType == NVML_TEMPERATURE_GPU);
    return value_i32(device, "temperature", &value->temperature);
}

nvmlReturn_t nvmlDeviceGetTemperatureThreshold(
    nvmlDevice_t device, nvmlTemperatureThresholds_t threshold, unsigned int *value) {
    BEGIN(device);
    REQUIRE((unsigned int)threshold < NVML_TEMPERATURE_THRESHOLD_COUNT);
    char key[64];
    snprintf(key, sizeof key, "temperature.threshold.%u", (unsigned int)threshold);
    return value_u32(device, key, value);
}

nvmlReturn_t nvmlDeviceGetMarginTemperature(nvmlDevice_t device, nvmlMarginTemperature_t *value) {
    BEGIN(device);
    REQUIRE(value);
    REQUIRE_VERSION(value->version, nvmlMarginTemperature_v1);
    return value_i32(device, "temperature.margin", &value->marginTemperature);
}

U32(nvmlDeviceGetFanSpeed, unsigned int, "fan")
U32(nvmlDeviceGetNumFans, unsigned int, "fans")

nvmlReturn_t nvmlDeviceGetFanSpeed_v2(nvmlDevice_t device, unsigned int fan, unsigned int *value) {
    BEGIN(device);
    REQUIRE(fan < 16);
    return value_u32(device, "fan", value);
}

// PCIe

U32(nvmlDeviceGetCurrPcieLinkGeneration, unsigned int, "pcie.generation")
U32(nvmlDeviceGetMaxPcieLinkGeneration, unsigned int, "pcie.max_generation")
U32(nvmlDeviceGetGpuMaxPcieLinkGeneration, unsigned int, "pcie.gpu_max_generation")
U32(nvmlDeviceGetCurrPcieLinkWidth, unsigned int, "pcie.width")
U32(nvmlDeviceGetMaxPcieLinkWidth, unsigned int, "pcie.max_width")
U32(nvmlDeviceGetPcieReplayCounter, unsigned int, "pcie.replays")

// Looks on for 20 ms, as the real one does.
nvmlReturn_t nvmlDeviceGetPcieThroughput(nvmlDevice_t device, nvmlPcieUtilCounter_t counter, unsigned int *value) {
    BEGIN(device);
    REQUIRE((unsigned int)counter < NVML_PCIE_UTIL_COUNT);
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    return value_u32(device, counter == NVML_PCIE_UTIL_TX_BYTES ? "pcie.tx" : "pcie.rx", value);
}

// Memory errors

nvmlReturn_t nvmlDeviceGetEccMode(nvmlDevice_t device, nvmlEnableState_t *current, nvmlEnableState_t *pending) {
    BEGIN(device);
    REQUIRE(current && pending);
    nvmlReturn_t result = value_u32(device, "ecc.mode", (unsigned int *)current);
    if (result == NVML_SUCCESS) *pending = *current;
    return result;
}

static nvmlReturn_t ecc(
    nvmlDevice_t device, nvmlMemoryErrorType_t kind, nvmlEccCounterType_t since, unsigned long long *value) {
    REQUIRE((unsigned int)kind < NVML_MEMORY_ERROR_TYPE_COUNT && (unsigned int)since < NVML_ECC_COUNTER_TYPE_COUNT);
    char key[64];
    snprintf(key, sizeof key, "ecc.%s.%s", kind == NVML_MEMORY_ERROR_TYPE_CORRECTED ? "corrected" : "uncorrected",
             since == NVML_VOLATILE_ECC ? "volatile" : "aggregate");
    return value_u64(device, key, value);
}

nvmlReturn_t nvmlDeviceGetTotalEccErrors(
    nvmlDevice_t device, nvmlMemoryErrorType_t kind, nvmlEccCounterType_t since, unsigned long long *value) {
    BEGIN(device);
    return ecc(device, kind, since, value);
}

nvmlReturn_t nvmlDeviceGetMemoryErrorCounter(
    nvmlDevice_t device, nvmlMemoryErrorType_t kind, nvmlEccCounterType_t since, nvmlMemoryLocation_t location,
    unsigned long long *value) {
    BEGIN(device);
    return location == NVML_MEMORY_LOCATION_DEVICE_MEMORY ? ecc(device, kind, since, value) : NVML_ERROR_NOT_SUPPORTED;
}

nvmlReturn_t nvmlDeviceGetRemappedRows(
    nvmlDevice_t device, unsigned int *correctable, unsigned int *uncorrectable, unsigned int *pending,
    unsigned int *failure) {
    BEGIN(device);
    nvmlReturn_t result = value_u32(device, "remapped.correctable", correctable);
    if (result == NVML_SUCCESS) result = value_u32(device, "remapped.uncorrectable", uncorrectable);
    if (result == NVML_SUCCESS) result = value_u32(device, "remapped.pending", pending);
    return result != NVML_SUCCESS ? result : value_u32(device, "remapped.failure", failure);
}

U32(nvmlDeviceGetRetiredPagesPendingStatus, nvmlEnableState_t, "retired.pending")

// The addresses mean nothing here.
nvmlReturn_t nvmlDeviceGetRetiredPages(
    nvmlDevice_t device, nvmlPageRetirementCause_t cause, unsigned int *length, unsigned long long *addresses) {
    BEGIN(device);
    REQUIRE(length);
    unsigned int pages;
    bool is_double = cause == NVML_PAGE_RETIREMENT_CAUSE_DOUBLE_BIT_ECC_ERROR;
    nvmlReturn_t result = value_u32(device, is_double ? "retired.double" : "retired.single", &pages);
    if (result != NVML_SUCCESS) return result;
    unsigned int room = *length;
    *length = pages;
    if (room < pages) return NVML_ERROR_INSUFFICIENT_SIZE;
    for (unsigned int page = 0; page < pages; page++) addresses[page] = page << 12;
    return NVML_SUCCESS;
}
