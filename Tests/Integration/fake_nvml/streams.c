// Signals that the driver gathers by itself: field values, samples, NVLink, events, GPM.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake.h"

// Field values: `device 0 field.186 u32 350000`, `device 0 field.138/2 99` for scope 2. The type is u64 unless said.

typedef struct {
    const char *word;
    nvmlValueType_t type;
} TypeWord;

static const TypeWord type_words[] = {
    {"u32", NVML_VALUE_TYPE_UNSIGNED_INT}, {"u64", NVML_VALUE_TYPE_UNSIGNED_LONG_LONG},
    {"i32", NVML_VALUE_TYPE_SIGNED_INT}, {"i64", NVML_VALUE_TYPE_SIGNED_LONG_LONG},
    {"f64", NVML_VALUE_TYPE_DOUBLE}, {"u16", NVML_VALUE_TYPE_UNSIGNED_SHORT},
    {"ulong", NVML_VALUE_TYPE_UNSIGNED_LONG}, {"type99", (nvmlValueType_t)99},
};

// Nothing is written beside the member of the type: the rest keeps what the caller left there, or worse.
static void set_value(const char *text, nvmlValueType_t *type, nvmlValue_t *value) {
    *type = NVML_VALUE_TYPE_UNSIGNED_LONG_LONG;
    for (size_t i = 0; i < sizeof type_words / sizeof *type_words; i++) {
        size_t length = strlen(type_words[i].word);
        if (strncmp(text, type_words[i].word, length) != 0 || text[length] != ' ') continue;
        *type = type_words[i].type;
        text += length + 1;
        break;
    }
    memset(value, 0xa5, sizeof *value);
    switch (*type) {
    case NVML_VALUE_TYPE_DOUBLE: value->dVal = number_f64(text); break;
    case NVML_VALUE_TYPE_UNSIGNED_INT: value->uiVal = (unsigned int)number_u64(text); break;
    case NVML_VALUE_TYPE_UNSIGNED_SHORT: value->usVal = (unsigned short)number_u64(text); break;
    case NVML_VALUE_TYPE_SIGNED_INT: value->siVal = (int)number_u64(text); break;
    default: value->ullVal = number_u64(text); break;
    }
}

static nvmlReturn_t field_text(nvmlDevice_t device, const nvmlFieldValue_t *field, char text[static text_max]) {
    char key[64];
    snprintf(key, sizeof key, "field.%u/%u", field->fieldId, field->scopeId);
    nvmlReturn_t result = value_text(device, key, text);
    if (result != NVML_ERROR_NOT_SUPPORTED || (field->scopeId != 0 && field->scopeId != UINT32_MAX)) return result;
    snprintf(key, sizeof key, "field.%u", field->fieldId);
    return value_text(device, key, text);
}

nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t device, int length, nvmlFieldValue_t *values) {
    BEGIN(device);
    REQUIRE(values && length > 0);
    for (nvmlFieldValue_t *field = values; field < values + length; field++) {
        char text[text_max], asked[32];
        snprintf(asked, sizeof asked, "field %u", field->fieldId);
        script_lock();
        count(asked, NULL);
        script_unlock();
        field->timestamp = (long long)wall_clock_microseconds();
        field->latencyUsec = 0;
        field->nvmlReturn = field_text(device, field, text);
        if (field->nvmlReturn == NVML_SUCCESS) set_value(text, &field->valueType, &field->value);
    }
    return NVML_SUCCESS;
}

// Samples: `device 0 samples.gpu 70 75 80`. The driver takes one each 100 ms, these values in turn, and keeps as
// many as there are values. `samples.skew` moves their times, in microseconds.

enum { sample_period_us = 100000 };

static int parse_samples(char *text, nvmlValue_t values[static words_max], nvmlValueType_t *type) {
    int length = 0;
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word && length < words_max; word = strtok_r(NULL, " ", &rest)) {
        char typed[text_max];
        snprintf(typed, sizeof typed, "%s%s", strpbrk(word, ".n") ? "f64 " : "u32 ", word);
        set_value(typed, type, &values[length++]);
    }
    return length;
}

nvmlReturn_t nvmlDeviceGetSamples(
    nvmlDevice_t device, nvmlSamplingType_t kind, unsigned long long last_seen, nvmlValueType_t *type,
    unsigned int *length, nvmlSample_t *samples) {
    static const char *const names[] = {
        "power", "gpu", "memory", "encoder", "decoder", "sm_clock", "memory_clock", "module_power", "jpeg", "ofa"};
    BEGIN_LIST(device, length);
    REQUIRE(type && length && (unsigned int)kind < sizeof names / sizeof *names && !(samples && *length == 0));
    if (mig_is_on(device) && kind >= NVML_GPU_UTILIZATION_SAMPLES && kind <= NVML_DEC_UTILIZATION_SAMPLES)
        return NVML_ERROR_NOT_SUPPORTED;
    char key[64], text[text_max];
    snprintf(key, sizeof key, "samples.%s", names[kind]);
    nvmlReturn_t result = value_text(device, key, text);
    if (result != NVML_SUCCESS) return result;
    nvmlValue_t values[words_max];
    int kept = parse_samples(text, values, type);
    if (!samples) {
        *length = (unsigned int)kept;
        return NVML_SUCCESS;
    }
    unsigned long long skew = 0, newest = wall_clock_microseconds() / sample_period_us;
    if (value_u64(device, "samples.skew", &skew) != NVML_SUCCESS) skew = 0;
    unsigned int written = 0;
    for (unsigned long long slot = newest - (unsigned)kept + 1; slot <= newest && written < *length; slot++) {
        unsigned long long time = slot * sample_period_us + skew;
        if (time <= last_seen) continue;
        samples[written++] = (nvmlSample_t){.timeStamp = time, .sampleValue = values[slot % (unsigned)kept]};
    }
    *length = written;
    return written ? NVML_SUCCESS : NVML_ERROR_NOT_FOUND;
}

// NVLink: `device 0 nvlink.3.state 1`, `nvlink.3.version`, `nvlink.3.error.0` and so on.

static nvmlReturn_t by_link(nvmlDevice_t device, unsigned int link, const char *what, unsigned long long *value) {
    REQUIRE(link < NVML_NVLINK_MAX_LINKS);
    char key[64];
    snprintf(key, sizeof key, "nvlink.%u.%s", link, what);
    return value_u64(device, key, value);
}

#define BY_LINK(function, type, what)                                \
    nvmlReturn_t function(nvmlDevice_t device, unsigned int link, type *value) { \
        BEGIN(device);                                               \
        REQUIRE(value);                                              \
        unsigned long long wide;                                     \
        nvmlReturn_t result = by_link(device, link, what, &wide);    \
        if (result == NVML_SUCCESS) *value = (type)wide;             \
        return result;                                               \
    }
BY_LINK(nvmlDeviceGetNvLinkState, nvmlEnableState_t, "state")
BY_LINK(nvmlDeviceGetNvLinkVersion, unsigned int, "version")

nvmlReturn_t nvmlDeviceGetNvLinkErrorCounter(
    nvmlDevice_t device, unsigned int link, nvmlNvLinkErrorCounter_t counter, unsigned long long *value) {
    BEGIN(device);
    REQUIRE((unsigned int)counter < NVML_NVLINK_ERROR_COUNT);
    char what[32];
    snprintf(what, sizeof what, "error.%u", (unsigned int)counter);
    return by_link(device, link, what, value);
}

// Events: `event DEVICE KIND DATA [GPU-INSTANCE COMPUTE-INSTANCE]`, each line once, in their order.

struct nvmlEventSet_st {
    unsigned long long types[devices_max];
};

nvmlReturn_t nvmlDeviceGetSupportedEventTypes(nvmlDevice_t device, unsigned long long *types) {
    BEGIN(device);
    REQUIRE(types);
    nvmlReturn_t result = value_u64(device, "event_types", types);
    if (result == NVML_ERROR_NOT_SUPPORTED) {
        *types = nvmlEventTypeXidCriticalError | nvmlEventTypePState | nvmlEventTypeClock |
                 nvmlEventTypeSingleBitEccError | nvmlEventTypeDoubleBitEccError;
        result = NVML_SUCCESS;
    }
    return result;
}

nvmlReturn_t nvmlEventSetCreate(nvmlEventSet_t *set) {
    BEGIN_WITHOUT_DEVICE();
    REQUIRE(set);
    *set = calloc(1, sizeof **set);
    return *set ? NVML_SUCCESS : NVML_ERROR_MEMORY;
}

nvmlReturn_t nvmlEventSetFree(nvmlEventSet_t set) {
    BEGIN_WITHOUT_DEVICE();
    REQUIRE(set);
    free(set);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceRegisterEvents(nvmlDevice_t device, unsigned long long types, nvmlEventSet_t set) {
    BEGIN(device);
    REQUIRE(set && device->instance < 0);
    unsigned long long supported = 0;
    nvmlReturn_t result = value_u64(device, "event_types", &supported);
    if (result == NVML_SUCCESS && (types & ~supported)) return NVML_ERROR_NOT_SUPPORTED;
    if (result != NVML_SUCCESS && result != NVML_ERROR_NOT_SUPPORTED) return result;
    set->types[device->device] |= types;
    return NVML_SUCCESS;
}

static unsigned long long event_type(const Line *line) {
    static const struct { const char *word; unsigned long long type; } kinds[] = {
        {"xid", nvmlEventTypeXidCriticalError}, {"pstate", nvmlEventTypePState}, {"clock", nvmlEventTypeClock},
        {"single_bit", nvmlEventTypeSingleBitEccError}, {"double_bit", nvmlEventTypeDoubleBitEccError},
        {"power_source", nvmlEventTypePowerSourceChange},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(line->words[2], kinds[i].word) == 0) return kinds[i].type;
    return number_u64(line->words[2]);
}

// The first event that nobody got yet and that the set is registered for.
static bool take_event(nvmlEventSet_t set, nvmlEventData_t *data) {
    for (Line *line = NULL; (line = script_next(line, "event"));) {
        if (line->word_count < 4) script_fail(line, "`event DEVICE KIND DATA` is meant");
        uint64_t device = number_u64(line->words[1]);
        if (line->used || device >= devices_max || !(set->types[device] & event_type(line))) continue;
        line->used = 1;
        *data = (nvmlEventData_t){
            .device = device_handle((int)device, -1),
            .eventType = event_type(line),
            .eventData = number_u64(line->words[3]),
            .gpuInstanceId = line->word_count > 4 ? (unsigned int)number_u64(line->words[4]) : UINT32_MAX,
            .computeInstanceId = line->word_count > 5 ? (unsigned int)number_u64(line->words[5]) : UINT32_MAX,
        };
        return true;
    }
    return false;
}

// A rule about one GPU of the set concerns the whole set, as with the driver.
static nvmlReturn_t set_code(const char *function, nvmlEventSet_t set) {
    for (int device = 0; device < devices_max; device++) {
        if (!set->types[device]) continue;
        nvmlReturn_t code = scripted_code(function, device_handle(device, -1));
        if (code != NVML_SUCCESS) return code;
    }
    return NVML_SUCCESS;
}

static nvmlReturn_t event_wait(
    const char *function, nvmlEventSet_t set, nvmlEventData_t *data, unsigned int timeout_ms) {
    REQUIRE(set && data);
    uint64_t deadline = wall_clock_microseconds() + timeout_ms * 1000ULL;
    for (;;) {
        script_lock();
        script_refresh();
        nvmlReturn_t code = set_code(function, set);
        bool found = code == NVML_SUCCESS && take_event(set, data);
        script_unlock();
        if (code != NVML_SUCCESS) return code;
        if (found) return NVML_SUCCESS;
        if (wall_clock_microseconds() >= deadline) return NVML_ERROR_TIMEOUT;
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

nvmlReturn_t nvmlEventSetWait_v2(nvmlEventSet_t set, nvmlEventData_t *data, unsigned int timeout_ms) {
    BEGIN_WITHOUT_DEVICE();
    return event_wait(__func__, set, data, timeout_ms);
}

// Version 1 knows no instances: its struct ends before them.
nvmlReturn_t nvmlEventSetWait(nvmlEventSet_t set, nvmlEventData_t *data, unsigned int timeout_ms) {
    BEGIN_WITHOUT_DEVICE();
    nvmlEventData_t found;
    nvmlReturn_t result = event_wait(__func__, set, data ? &found : NULL, timeout_ms);
    if (result == NVML_SUCCESS) memcpy(data, &found, offsetof(nvmlEventData_t, gpuInstanceId));
    return result;
}

// GPM: `device 0 gpm.supported 1`, `device 0 gpm.2 55.5`.

struct nvmlGpmSample_st {
    nvmlDevice_t device;
    uint64_t time_us;
};

nvmlReturn_t nvmlGpmQueryDeviceSupport(nvmlDevice_t device, nvmlGpmSupport_t *support) {
    BEGIN(device);
    REQUIRE(support);
    REQUIRE_VERSION(support->version, NVML_GPM_SUPPORT_VERSION);
    nvmlReturn_t result = value_u32(device, "gpm.supported", &support->isSupportedDevice);
    if (result != NVML_ERROR_NOT_SUPPORTED) return result;
    support->isSupportedDevice = 0;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlGpmSampleAlloc(nvmlGpmSample_t *sample) {
    BEGIN_WITHOUT_DEVICE();
    REQUIRE(sample);
    *sample = calloc(1, sizeof **sample);
    return *sample ? NVML_SUCCESS : NVML_ERROR_MEMORY;
}

nvmlReturn_t nvmlGpmSampleFree(nvmlGpmSample_t sample) {
    BEGIN_WITHOUT_DEVICE();
    REQUIRE(sample);
    free(sample);
    return NVML_SUCCESS;
}

static nvmlReturn_t gpm_sample(nvmlDevice_t device, nvmlGpmSample_t sample) {
    REQUIRE(device && sample);
    unsigned int supported;
    nvmlDevice_t gpu = device_handle(device->device, -1);
    if (value_u32(gpu, "gpm.supported", &supported) != NVML_SUCCESS || !supported) return NVML_ERROR_NOT_SUPPORTED;
    *sample = (struct nvmlGpmSample_st){.device = device, .time_us = wall_clock_microseconds()};
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlGpmSampleGet(nvmlDevice_t device, nvmlGpmSample_t sample) {
    BEGIN(device);
    return gpm_sample(device, sample);
}

nvmlReturn_t nvmlGpmMigSampleGet(nvmlDevice_t device, unsigned int gpu_instance, nvmlGpmSample_t sample) {
    BEGIN(device);
    REQUIRE(device->instance < 0);
    return gpm_sample(mig_instance_with_id(device, gpu_instance), sample);
}

// Samples that were taken within 100 ms of each other are counted as "gpm too close".
nvmlReturn_t nvmlGpmMetricsGet(nvmlGpmMetricsGet_t *get) {
    BEGIN_WITHOUT_DEVICE();
    REQUIRE(get);
    REQUIRE_VERSION(get->version, NVML_GPM_METRICS_GET_VERSION);
    REQUIRE(get->numMetrics > 0 && get->numMetrics < NVML_GPM_METRIC_MAX && get->sample1 && get->sample2);
    REQUIRE(get->sample1->device && get->sample1->device == get->sample2->device);
    if (get->sample2->time_us - get->sample1->time_us < 100000) {
        script_lock();
        count("gpm too close", NULL);
        script_unlock();
    }
    for (nvmlGpmMetric_t *metric = get->metrics; metric < get->metrics + get->numMetrics; metric++) {
        char key[32];
        snprintf(key, sizeof key, "gpm.%u", metric->metricId);
        metric->nvmlReturn = value_f64(get->sample2->device, key, &metric->value);
        metric->metricInfo.shortName = metric->metricInfo.longName = metric->metricInfo.unit = NULL;
    }
    return NVML_SUCCESS;
}
