#define _GNU_SOURCE
#include "csystem_sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

// Room for the credentials and not one byte more: descriptors that a sender attaches do not fit, so the kernel
// closes them and none leaks into this process.
#define CONTROL_BYTES CMSG_SPACE(sizeof(struct ucred))

struct csystem_receiver {
    unsigned batch;
    size_t datagram_bytes;
    struct mmsghdr *messages;
    struct iovec *vectors;
    uint8_t *control;
    uint8_t *bytes;
};

csystem_receiver *csystem_receiver_create(unsigned batch, size_t datagram_bytes) {
    csystem_receiver *receiver = calloc(1, sizeof *receiver);
    if (!receiver) return NULL;
    receiver->batch = batch;
    receiver->datagram_bytes = datagram_bytes;
    receiver->messages = calloc(batch, sizeof *receiver->messages);
    receiver->vectors = calloc(batch, sizeof *receiver->vectors);
    receiver->control = calloc(batch, CONTROL_BYTES);
    // Not touched here: pages of long datagrams that never come are never made.
    receiver->bytes = malloc((size_t)batch * datagram_bytes);
    if (!receiver->messages || !receiver->vectors || !receiver->control || !receiver->bytes) {
        csystem_receiver_free(receiver);
        return NULL;
    }
    for (unsigned i = 0; i < batch; i++) {
        receiver->vectors[i].iov_base = receiver->bytes + i * datagram_bytes;
        receiver->vectors[i].iov_len = datagram_bytes;
        receiver->messages[i].msg_hdr.msg_iov = &receiver->vectors[i];
        receiver->messages[i].msg_hdr.msg_iovlen = 1;
        receiver->messages[i].msg_hdr.msg_control = receiver->control + i * CONTROL_BYTES;
        receiver->messages[i].msg_hdr.msg_controllen = CONTROL_BYTES;
    }
    return receiver;
}

void csystem_receiver_free(csystem_receiver *receiver) {
    if (!receiver) return;
    free(receiver->messages);
    free(receiver->vectors);
    free(receiver->control);
    free(receiver->bytes);
    free(receiver);
}

int csystem_receiver_receive(csystem_receiver *receiver, int fd) {
    // The kernel overwrites the lengths with what it used.
    for (unsigned i = 0; i < receiver->batch; i++) receiver->messages[i].msg_hdr.msg_controllen = CONTROL_BYTES;
    int n;
    do {
        n = recvmmsg(fd, receiver->messages, receiver->batch, MSG_DONTWAIT | MSG_CMSG_CLOEXEC, NULL);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
    return n;
}

const uint8_t *csystem_receiver_bytes(const csystem_receiver *receiver, unsigned i) {
    return receiver->bytes + i * receiver->datagram_bytes;
}

size_t csystem_receiver_length(const csystem_receiver *receiver, unsigned i) {
    return receiver->messages[i].msg_len;
}

int csystem_receiver_truncated(const csystem_receiver *receiver, unsigned i) {
    return (receiver->messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
}

csystem_sender csystem_receiver_sender(const csystem_receiver *receiver, unsigned i) {
    csystem_sender sender = {0, UINT32_MAX};
    struct msghdr *header = &receiver->messages[i].msg_hdr;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS &&
            c->cmsg_len >= CMSG_LEN(sizeof(struct ucred))) {
            struct ucred credentials;
            memcpy(&credentials, CMSG_DATA(c), sizeof credentials);
            sender.pid = credentials.pid;
            sender.uid = credentials.uid;
        }
    }
    return sender;
}

int csystem_pass_credentials(int fd) {
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) ? -errno : 0;
}

int csystem_peer(int fd, csystem_sender *peer) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length)) return -errno;
    peer->pid = credentials.pid;
    peer->uid = credentials.uid;
    return 0;
}

int csystem_accept(int fd) {
    int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    return connection < 0 ? -errno : connection;
}
