// Sockets: what is hidden from Swift's Glibc module.
#ifndef CSYSTEM_SOCKETS_H
#define CSYSTEM_SOCKETS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/types.h>

// The sender of a datagram as the kernel names it; pid 0 when it did not.
typedef struct csystem_sender {
    int32_t pid;
    uint32_t uid;
} csystem_sender;

// Receives datagrams in batches into one block of memory.
typedef struct csystem_receiver csystem_receiver;

// A receiver for up to `batch` datagrams of up to `datagram_bytes` each. NULL when memory is short.
csystem_receiver *csystem_receiver_create(unsigned batch, size_t datagram_bytes);
void csystem_receiver_free(csystem_receiver *receiver);

// Receives without waiting. Returns the number of datagrams, 0 when none wait, or -errno.
int csystem_receiver_receive(csystem_receiver *receiver, int fd);

// Datagram `i` of the last batch.
const uint8_t *csystem_receiver_bytes(const csystem_receiver *receiver, unsigned i);
size_t csystem_receiver_length(const csystem_receiver *receiver, unsigned i);
// 1 when the datagram was longer than the receiver takes and its end was cut off.
int csystem_receiver_truncated(const csystem_receiver *receiver, unsigned i);
csystem_sender csystem_receiver_sender(const csystem_receiver *receiver, unsigned i);

// Asks the kernel to name the sender of every message. 0 or -errno.
int csystem_pass_credentials(int fd);

// The process at the other end of a connected stream socket. 0 or -errno.
int csystem_peer(int fd, csystem_sender *peer);

// accept4 with close-on-exec and non-blocking set. A descriptor or -errno.
int csystem_accept(int fd);

#endif
