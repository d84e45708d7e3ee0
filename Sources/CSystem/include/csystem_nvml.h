// NVML: what its functions read and write, as laid out on 64-bit Linux. The library is opened at run time; nothing
// here links against it.
#ifndef CSYSTEM_NVML_H
#define CSYSTEM_NVML_H

#include <stdint.h>

// A GPU or a MIG instance; only the library knows what is behind it.
typedef struct csystem_nvml_device_body *csystem_nvml_device;
typedef struct csystem_nvml_event_set_body *csystem_nvml_event_set;
typedef struct csystem_nvml_gpm_sample_body *csystem_nvml_gpm_sample;

typedef struct csystem_nvml_pci_info {
    char bus_id_legacy[16];
    uint32_t domain;
    uint32_t bus;
    uint32_t device;
    uint32_t device_id;
    uint32_t subsystem_id;
    char bus_id[32];
} csystem_nvml_pci_info;

// Per cent of the time in which kernels ran, and in which memory was read or written.
typedef struct csystem_nvml_utilization {
    uint32_t gpu;
    uint32_t memory;
} csystem_nvml_utilization;

// Bytes. `used` includes what the driver keeps for itself.
typedef struct csystem_nvml_memory_v1 {
    uint64_t total;
    uint64_t free;
    uint64_t used;
} csystem_nvml_memory_v1;

// Bytes. `reserved` is the driver's and the firmware's own.
typedef struct csystem_nvml_memory_v2 {
    uint32_t version;
    uint64_t total;
    uint64_t reserved;
    uint64_t free;
    uint64_t used;
} csystem_nvml_memory_v2;

typedef union csystem_nvml_value {
    double number;
    int32_t signed_int;
    uint32_t unsigned_int;
    uint64_t unsigned_long;
    uint64_t unsigned_long_long;
    int64_t signed_long_long;
    uint16_t unsigned_short;
} csystem_nvml_value;

// `timestamp` is in microseconds of the CPU's clock.
typedef struct csystem_nvml_sample {
    uint64_t timestamp;
    csystem_nvml_value value;
} csystem_nvml_sample;

// `result` is this field's own return code; `value` and `type` count only where it is 0.
typedef struct csystem_nvml_field_value {
    uint32_t field;
    uint32_t scope;
    int64_t timestamp;
    int64_t latency_us;
    int32_t type;
    int32_t result;
    csystem_nvml_value value;
} csystem_nvml_field_value;

// What the functions without a version in their name write.
typedef struct csystem_nvml_process_v1 {
    uint32_t pid;
    uint64_t memory_bytes;
} csystem_nvml_process_v1;

// What the functions _v2 and _v3 write. Instances are UINT32_MAX outside MIG.
typedef struct csystem_nvml_process_v2 {
    uint32_t pid;
    uint64_t memory_bytes;
    uint32_t gpu_instance;
    uint32_t compute_instance;
} csystem_nvml_process_v2;

// Per cent.
typedef struct csystem_nvml_process_utilization {
    uint32_t pid;
    uint64_t timestamp;
    uint32_t sm;
    uint32_t memory;
    uint32_t encoder;
    uint32_t decoder;
} csystem_nvml_process_utilization;

typedef struct csystem_nvml_temperature_v1 {
    uint32_t version;
    uint32_t sensor;
    int32_t celsius;
} csystem_nvml_temperature_v1;

typedef struct csystem_nvml_margin_v1 {
    uint32_t version;
    int32_t celsius;
} csystem_nvml_margin_v1;

typedef struct csystem_nvml_event {
    csystem_nvml_device device;
    uint64_t type;
    uint64_t data;
    uint32_t gpu_instance;
    uint32_t compute_instance;
} csystem_nvml_event;

typedef struct csystem_nvml_gpm_metric {
    uint32_t metric;
    int32_t result;
    double value;
    const char *short_name;
    const char *long_name;
    const char *unit;
} csystem_nvml_gpm_metric;

// The length of the last array grows from release to release; the library looks at the first `count` of it.
enum { CSYSTEM_NVML_GPM_METRICS = 512 };

typedef struct csystem_nvml_gpm_metrics {
    uint32_t version;
    uint32_t count;
    csystem_nvml_gpm_sample first;
    csystem_nvml_gpm_sample second;
    csystem_nvml_gpm_metric metrics[CSYSTEM_NVML_GPM_METRICS];
} csystem_nvml_gpm_metrics;

typedef struct csystem_nvml_gpm_support {
    uint32_t version;
    uint32_t is_supported;
} csystem_nvml_gpm_support;

// What a MIG instance has.
typedef struct csystem_nvml_attributes {
    uint32_t multiprocessors;
    uint32_t shared_copy_engines;
    uint32_t shared_decoders;
    uint32_t shared_encoders;
    uint32_t shared_jpeg_engines;
    uint32_t shared_ofa_engines;
    uint32_t gpu_instance_slices;
    uint32_t compute_instance_slices;
    uint64_t memory_mib;
} csystem_nvml_attributes;

// A structure's size and its version, by which the library knows what it is given.
enum {
    CSYSTEM_NVML_MEMORY_V2 = sizeof(csystem_nvml_memory_v2) | 2 << 24,
    CSYSTEM_NVML_TEMPERATURE_V1 = sizeof(csystem_nvml_temperature_v1) | 1 << 24,
    CSYSTEM_NVML_MARGIN_V1 = sizeof(csystem_nvml_margin_v1) | 1 << 24,
};

// GPM's structures carry a plain number instead.
enum { CSYSTEM_NVML_GPM_METRICS_V1 = 1, CSYSTEM_NVML_GPM_SUPPORT_V1 = 1 };

#endif
