// The floor of the ingest: C that receives timings over a Unix datagram socket and counts each into its series'
// base-2 histogram, with nothing that a daemon needs besides: no limits, no names, no windows, no checks.
#ifndef FLOOR_H
#define FLOOR_H

#include <stddef.h>
#include <stdint.h>

typedef struct floor_packets floor_packets;

// Packets of `packet_bytes` at the most, filled with lines of `values_per_line` millisecond timings of `series` series;
// the same for equal arguments.
floor_packets *floor_packets_create(unsigned packet_count, size_t packet_bytes, unsigned series,
                                    unsigned values_per_line);
void floor_packets_free(floor_packets *packets);
// Timings in one round of all packets.
uint64_t floor_packets_timings(const floor_packets *packets);

// A connected pair of datagram sockets with roomy buffers; 0 on success.
int floor_socket_pair(int pair[2]);

// Starts a process that sends all packets `rounds` times to `fd` and ends; its id.
int floor_send(const floor_packets *packets, int fd, unsigned rounds);
void floor_wait(int process);

// Receives and counts `timings` timings from `fd`, one a line. CPU seconds of this thread.
double floor_ingest(int fd, uint64_t timings, unsigned series_max);

// CPU seconds that this thread has used.
double floor_cpu_seconds(void);

// Lines in `bytes`, each end found by memchr: the floor of reading a page of text.
uint64_t floor_lines(const uint8_t *bytes, size_t count);

#endif
