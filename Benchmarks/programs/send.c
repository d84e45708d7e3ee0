// Pushes timings to a Unix datagram socket, each value a new one.
// usage: send SOCKET SERIES BYTES COUNT RATE [NAME]
//   COUNT timings of the metric NAME (inference.latency) in datagrams of BYTES at the most; RATE timings a second, 0 for as fast as they are taken. Nothing is
//   dropped: it waits where the socket is full. Prints the timings sent, the wall seconds, and its own CPU seconds.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

enum { PACKETS = 2048, BATCH = 32, LINES_MAX = 256, DATAGRAM_MAX = 65536 };

typedef struct {
    char *bytes;
    size_t length;
    unsigned lines;
    uint32_t value[LINES_MAX];  // where each line's value of the form NN.NNN begins
} packet;

static uint64_t state = 88172645463325252ull;

static uint64_t next_random(void) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

// Fills a packet with lines of the series that come next.
static void fill(packet *packet, size_t bytes, unsigned series, unsigned *next, const char *name) {
    packet->bytes = malloc(bytes + 128);
    while (packet->lines < LINES_MAX) {
        char line[128];
        unsigned s = *next % series;
        int n = snprintf(line, sizeof line, "%.60s:10.000|ms|#model:m%u,stage:s%u\n", name, s / 8, s % 8);
        if (packet->lines > 0 && packet->length + (size_t)n > bytes) break;
        memcpy(packet->bytes + packet->length, line, (size_t)n);
        packet->value[packet->lines++] = (uint32_t)(packet->length + strlen(name) + 1);
        packet->length += (size_t)n;
        ++*next;
    }
}

// Five random digits a line: 10.000 to 99.999.
static void renew(packet *packet) {
    for (unsigned i = 0; i < packet->lines; i++) {
        uint32_t number = 10000 + (uint32_t)(next_random() >> 32) % 90000;
        char *digits = packet->bytes + packet->value[i];
        digits[5] = (char)('0' + number % 10), number /= 10;
        digits[4] = (char)('0' + number % 10), number /= 10;
        digits[3] = (char)('0' + number % 10), number /= 10;
        digits[1] = (char)('0' + number % 10), number /= 10;
        digits[0] = (char)('0' + number);
    }
}

int main(int count, char **arguments) {
    if (count < 6 || count > 7) return fputs("usage: send SOCKET SERIES BYTES COUNT RATE [NAME]\n", stderr), 2;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, arguments[1], sizeof address.sun_path - 1);
    unsigned series = (unsigned)atol(arguments[2]), next = 0;
    size_t bytes = (size_t)atol(arguments[3]);
    uint64_t total = strtoull(arguments[4], NULL, 10), sent = 0;
    double rate = atof(arguments[5]);
    const char *name = count == 7 ? arguments[6] : "inference.latency";
    if (strlen(name) > 60) return fputs("send: a name has at most 60 letters\n", stderr), 2;
    if (series == 0 || bytes == 0 || bytes > DATAGRAM_MAX) return fputs("send: series and bytes from 1\n", stderr), 2;

    int fd = socket(AF_UNIX, SOCK_DGRAM, 0), room = 8 << 20;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) return perror(arguments[1]), 1;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    prctl(PR_SET_TIMERSLACK, 1ul);
    packet *packets = calloc(PACKETS, sizeof *packets);
    for (int i = 0; i < PACKETS; i++) fill(&packets[i], bytes, series, &next, name);

    double begin = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (unsigned place = 0; sent < total;) {
        struct mmsghdr messages[BATCH];
        struct iovec vectors[BATCH];
        memset(messages, 0, sizeof messages);
        unsigned n = 0;
        for (uint64_t planned = sent; n < BATCH && planned < total; n++) {
            packet *packet = &packets[(place + n) % PACKETS];
            renew(packet);
            vectors[n] = (struct iovec){packet->bytes, packet->length};
            messages[n].msg_hdr = (struct msghdr){.msg_iov = &vectors[n], .msg_iovlen = 1};
            planned += packet->lines;
            // With a rate, a few datagrams at a time, as an application sends them.
            if (rate > 0 && n >= 3) {
                n++;
                break;
            }
        }
        if (rate > 0) {
            double due = begin + (double)sent / rate;
            struct timespec wake = {(time_t)due, (long)((due - (double)(time_t)due) * 1e9)};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
        }
        for (unsigned done = 0; done < n;) {
            int taken = sendmmsg(fd, messages + done, n - done, 0);
            if (taken < 0) return perror("send"), 1;
            for (int i = 0; i < taken; i++) sent += packets[(place + done + (unsigned)i) % PACKETS].lines;
            done += (unsigned)taken;
        }
        place = (place + n) % PACKETS;
    }
    printf("%llu %.3f %.3f\n", (unsigned long long)sent, seconds(CLOCK_MONOTONIC) - begin,
           seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    return 0;
}
