#define _GNU_SOURCE
#include "floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 32, DATAGRAM_BYTES = 65536, BUCKETS = 1024, BUCKET_OFFSET = 512 };

struct floor_packets {
    unsigned count;
    uint64_t timings;
    uint8_t **bytes;
    size_t *lengths;
};

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13, *state ^= *state >> 7, *state ^= *state << 17;
    return *state;
}

floor_packets *floor_packets_create(unsigned packet_count, size_t packet_bytes, unsigned series,
                                    unsigned values_per_line) {
    floor_packets *packets = calloc(1, sizeof *packets);
    packets->count = packet_count;
    packets->bytes = calloc(packet_count, sizeof *packets->bytes);
    packets->lengths = calloc(packet_count, sizeof *packets->lengths);
    uint64_t random = 88172645463325252ull;
    for (unsigned i = 0; i < packet_count; i++) {
        packets->bytes[i] = malloc(packet_bytes + 64 + 16 * (size_t)values_per_line);
        size_t used = 0;
        for (;;) {
            unsigned place = (unsigned)(next_random(&random) >> 32) % series;
            char line[64 + 16 * values_per_line];
            int n = sprintf(line, "inference.latency");
            for (unsigned value = 0; value < values_per_line; value++) {
                unsigned us = 3000 + (unsigned)(next_random(&random) >> 8) % 60000;
                n += sprintf(line + n, ":%u.%03u", us / 1000, us % 1000);
            }
            n += sprintf(line + n, "|ms|#model:m%u,stage:s%u\n", place / 8, place % 8);
            if (used > 0 && used + (size_t)n > packet_bytes) break;
            memcpy(packets->bytes[i] + used, line, (size_t)n);
            used += (size_t)n;
            packets->timings += values_per_line;
            if (used >= packet_bytes) break;
        }
        packets->lengths[i] = used;
    }
    return packets;
}

void floor_packets_free(floor_packets *packets) {
    for (unsigned i = 0; i < packets->count; i++) free(packets->bytes[i]);
    free(packets->bytes);
    free(packets->lengths);
    free(packets);
}

uint64_t floor_packets_timings(const floor_packets *packets) { return packets->timings; }

int floor_socket_pair(int pair[2]) {
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) return -1;
    int bytes = 8 << 20;
    for (int i = 0; i < 2; i++) {
        setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes);
        setsockopt(pair[i], SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    }
    int on = 1;
    return setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
}

int floor_send(const floor_packets *packets, int fd, unsigned rounds) {
    int process = fork();
    if (process != 0) return process;
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    memset(messages, 0, sizeof messages);
    uint64_t total = (uint64_t)packets->count * rounds;
    for (uint64_t sent = 0; sent < total;) {
        unsigned n = total - sent < BATCH ? (unsigned)(total - sent) : BATCH;
        for (unsigned i = 0; i < n; i++) {
            unsigned p = (unsigned)((sent + i) % packets->count);
            vectors[i] = (struct iovec){packets->bytes[p], packets->lengths[p]};
            messages[i].msg_hdr.msg_iov = &vectors[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        int done = sendmmsg(fd, messages, n, 0);
        if (done < 0) _exit(1);
        sent += (unsigned)done;
    }
    _exit(0);
}

void floor_wait(int process) { waitpid(process, NULL, 0); }

double floor_cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

typedef struct {
    uint64_t hash;
    uint32_t *buckets;
} slot;

static uint64_t mix(uint64_t hash, const uint8_t *p, size_t n) {
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        unsigned __int128 product = (unsigned __int128)(hash ^ word) * 0xD6E8FEB86659FD93ull;
        hash = (uint64_t)product ^ (uint64_t)(product >> 64);
    }
    uint64_t tail = 0;
    memcpy(&tail, p, n);
    unsigned __int128 product = (unsigned __int128)(hash ^ tail) * 0xA0761D6478BD642Full;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t count_packet(const uint8_t *p, const uint8_t *end, slot *table, size_t mask) {
    static const double scale[] = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6};
    uint64_t counted = 0;
    while (p < end) {
        const uint8_t *line_end = memchr(p, '\n', (size_t)(end - p));
        if (!line_end) line_end = end;
        const uint8_t *colon = memchr(p, ':', (size_t)(line_end - p));
        const uint8_t *q = colon + 1;
        uint64_t mantissa = 0;
        unsigned decimals = 0, point = 0;
        for (; *q != '|'; q++) {
            if (*q == '.') {
                point = 1;
            } else {
                mantissa = mantissa * 10 + (*q - '0');
                decimals += point;
            }
        }
        const uint8_t *tags = memchr(q, '#', (size_t)(line_end - q));
        uint64_t hash = mix(mix(1, p, (size_t)(colon - p)), tags, (size_t)(line_end - tags));
        size_t i = hash & mask;
        while (table[i].hash && table[i].hash != hash) i = (i + 1) & mask;
        if (!table[i].hash) table[i] = (slot){hash, calloc(BUCKETS, sizeof(uint32_t))};
        double value = (double)mantissa * scale[decimals];
        uint64_t bits;
        memcpy(&bits, &value, 8);
        // 32 buckets an octave, linear inside it: cheaper than the logarithmic bounds.
        int64_t bucket = (int64_t)(bits >> 47) - (1023 << 5) + BUCKET_OFFSET;
        table[i].buckets[bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : bucket]++;
        counted++;
        p = line_end + 1;
    }
    return counted;
}

double floor_ingest(int fd, uint64_t timings, unsigned series_max) {
    size_t size = 64;
    while (size < (size_t)series_max * 4) size *= 2;
    slot *table = calloc(size, sizeof *table);
    uint8_t *memory = malloc((size_t)BATCH * DATAGRAM_BYTES);
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){memory + (size_t)i * DATAGRAM_BYTES, DATAGRAM_BYTES};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    double start = floor_cpu_seconds();
    for (uint64_t counted = 0; counted < timings;) {
        int n = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
        if (n < 0) break;
        for (int i = 0; i < n; i++)
            counted += count_packet(vectors[i].iov_base, (uint8_t *)vectors[i].iov_base + messages[i].msg_len, table,
                                    size - 1);
    }
    double used = floor_cpu_seconds() - start;
    for (size_t i = 0; i < size; i++) free(table[i].buckets);
    free(table);
    free(memory);
    return used;
}

uint64_t floor_lines(const uint8_t *bytes, size_t count) {
    uint64_t lines = 0;
    const uint8_t *end = bytes + count;
    for (const uint8_t *p = bytes; (p = memchr(p, '\n', (size_t)(end - p))); p++) lines++;
    return lines;
}
