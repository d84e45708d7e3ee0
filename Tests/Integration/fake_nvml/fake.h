// A stand-in for NVIDIA's management library: it answers from a script that a test writes. README.md has the format.
#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nvml.h>

enum {
    devices_max = 1024,
    instances_max = 16,  // MIG instances of a device
    words_max = 16,
    text_max = 256,
};

// A GPU, or an instance of a GPU in MIG mode; -1 for the GPU itself.
struct nvmlDevice_st {
    int device;
    int instance;
};

// script.c: the lines of the script. Every function here wants the lock to be held but for script_lock.

typedef struct {
    char *text;               // as written, for recognising the line after a change
    char *words[words_max];   // the last one runs to the end of the line
    int word_count;
    int number;
    unsigned long used;       // how often a value was read or a rule matched
} Line;

void script_lock(void);
void script_unlock(void);
// Reads the script anew when the file was replaced or changed.
void script_refresh(void);
// The next line after `previous` (NULL: the first) that begins with the word `kind`; NULL at the end.
Line *script_next(const Line *previous, const char *kind);
// Ends the process: a test must not go on with a script that says something else than it means.
_Noreturn void script_fail(const Line *line, const char *complaint);
// How a handle is called in a script: "0", or "0/1" for the MIG instance 1 of device 0.
void device_word(nvmlDevice_t device, char word[static 16]);
bool device_is(nvmlDevice_t device, const char *word);

// calls.c: what every call does first: counting, scripted return codes, hanging.

nvmlReturn_t call_begin(const char *function, nvmlDevice_t device);
nvmlReturn_t call_begin_without_device(const char *function);
nvmlReturn_t call_begin_uninitialized(const char *function);
// Whether the rule that answered this thread's last call says a length.
bool scripted_length(unsigned int *length);
// What the script answers to this call, without counting it. Wants the lock to be held.
nvmlReturn_t scripted_code(const char *function, nvmlDevice_t device);
// Adds one to a counter of the file of counts.
void count(const char *name, const char *device);
void library_up(int by);

#define BEGIN(device)                                                \
    do {                                                             \
        nvmlReturn_t scripted_ = call_begin(__func__, device);       \
        if (scripted_ != NVML_SUCCESS) return scripted_;             \
    } while (0)
#define BEGIN_WITHOUT_DEVICE()                                       \
    do {                                                             \
        nvmlReturn_t scripted_ = call_begin_without_device(__func__);\
        if (scripted_ != NVML_SUCCESS) return scripted_;             \
    } while (0)
// For functions that give a list: a rule may say a length that is none.
#define BEGIN_LIST(device, length)                                   \
    do {                                                             \
        unsigned int *length_ = (length);                            \
        nvmlReturn_t scripted_ = call_begin(__func__, device);       \
        if (length_ && scripted_length(length_)) return scripted_;   \
        if (scripted_ != NVML_SUCCESS) return scripted_;             \
    } while (0)
#define REQUIRE(condition)                                           \
    do {                                                             \
        if (!(condition)) return NVML_ERROR_INVALID_ARGUMENT;        \
    } while (0)
#define REQUIRE_VERSION(given, wanted)                               \
    do {                                                             \
        if ((given) != (wanted)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH; \
    } while (0)

// values.c: the values of a device. NOT_SUPPORTED where the script has none, the code where it says `error CODE`.

void value_line_check(const Line *line);
nvmlReturn_t value_text(nvmlDevice_t device, const char *key, char text[static text_max]);
nvmlReturn_t value_u32(nvmlDevice_t device, const char *key, unsigned int *value);
nvmlReturn_t value_i32(nvmlDevice_t device, const char *key, int *value);
nvmlReturn_t value_u64(nvmlDevice_t device, const char *key, unsigned long long *value);
nvmlReturn_t value_f64(nvmlDevice_t device, const char *key, double *value);
// Copies a text into a caller's buffer, as NVML does: INSUFFICIENT_SIZE when it is too short.
nvmlReturn_t value_string(nvmlDevice_t device, const char *key, char *buffer, unsigned int length);
uint64_t number_u64(const char *text);
double number_f64(const char *text);

// devices.c

nvmlDevice_t device_handle(int device, int instance);
bool device_is_valid(nvmlDevice_t device);
bool mig_is_on(nvmlDevice_t device);
// The instance of `device` that has this GPU instance id; NULL when there is none.
nvmlDevice_t mig_instance_with_id(nvmlDevice_t device, unsigned int gpu_instance);
uint64_t wall_clock_microseconds(void);

#endif
