// Receives the datagrams of a Unix socket and does nothing with them: the least that a sender can have on the other side.
// usage: drain SOCKET      until it is ended
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BATCH = 32, DATAGRAM_MAX = 65536 };

int main(int count, char **arguments) {
    if (count != 2) return fputs("usage: drain SOCKET\n", stderr), 2;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, arguments[1], sizeof address.sun_path - 1);
    unlink(address.sun_path);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0), room = 8 << 20;
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address)) return perror(arguments[1]), 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    char *memory = malloc((size_t)BATCH * DATAGRAM_MAX);
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){memory + (size_t)i * DATAGRAM_MAX, DATAGRAM_MAX};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    while (recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL) > 0) {
    }
    return perror("recvmmsg"), 1;
}
