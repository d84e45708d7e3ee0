// HTTP: libmicrohttpd's functions with variable arguments, as functions that Swift can call.
#ifndef CSYSTEM_HTTP_H
#define CSYSTEM_HTTP_H

#include <microhttpd.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// What a server calls. `context` is handed to each of them.
typedef struct csystem_http_callbacks {
    MHD_AccessHandlerCallback access;
    MHD_NotifyConnectionCallback connection;
    MHD_RequestCompletedCallback completed;
    // The request line is there: the target as sent. What it returns becomes the request's context.
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    void *context;
} csystem_http_callbacks;

// A bound and listening TCP socket, non-blocking and close-on-exec, or -errno. Takes IPv4 as well on the IPv6
// wildcard address.
int csystem_http_listen(const struct sockaddr *address, socklen_t length, int backlog);

// Serves `listen_fd`, which it owns from then on, in one thread of its own that takes no signals. NULL and errno on
// failure; the socket is the caller's then. With `speaks_tls` no handshake succeeds until the callback for a new
// connection has given its session a certificate.
struct MHD_Daemon *csystem_http_start(
    int listen_fd, const csystem_http_callbacks *callbacks, unsigned connections_max, size_t connection_memory_bytes,
    int speaks_tls);

// The connection's descriptor, -1 when there is none.
int csystem_http_descriptor(struct MHD_Connection *connection);
// Bytes of the request head from the request line to the empty line; 0 before the head is complete.
size_t csystem_http_head_bytes(struct MHD_Connection *connection);
// The status of the response being sent, 0 when there is none.
unsigned csystem_http_status(struct MHD_Connection *connection);
// The client's socket address, NULL when it is not known.
const struct sockaddr *csystem_http_peer(struct MHD_Connection *connection);

// What has come in on a TCP connection so far, read or not.
typedef struct csystem_http_progress {
    // The end of the stream counts as one byte.
    uint64_t bytes_received;
    // 1 when the client has ended its half of the connection.
    int has_ended;
} csystem_http_progress;

// 0, or -1 when the kernel does not say.
int csystem_http_get_progress(int fd, csystem_http_progress *progress);

// Bytes written to a TCP connection that its peer has not acknowledged, or -1 when the kernel does not say.
int csystem_http_unacknowledged(int fd);

// A thread that takes no signals but those of its own faults. 0 or an error number.
int csystem_http_thread(pthread_t *thread, const char *name, void *(*body)(void *), void *context);

#endif
