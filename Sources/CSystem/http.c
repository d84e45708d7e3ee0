#define _GNU_SOURCE
#include "csystem_http.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

int csystem_http_listen(const struct sockaddr *address, socklen_t length, int backlog) {
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) return -errno;
    int on = 1, off = 0;
    // A restarted daemon binds although connections of the last one are still in TIME_WAIT.
    int failed = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!failed && address->sa_family == AF_INET6) {
        failed = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    }
    if (!failed) failed = bind(fd, address, length);
    if (!failed) failed = listen(fd, backlog);
    if (!failed) return fd;
    int error = errno;
    close(fd);
    return -error;
}

// Signals belong to the program's own loop. Faults stay open, so that a crash is still reported.
static void block_signals(sigset_t *before) {
    sigset_t blocked;
    sigfillset(&blocked);
    const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, before);
}

// libmicrohttpd wants a certificate before it starts. Each connection gets its own at its start, so this one is never
// asked; should it be, the handshake fails.
static int no_certificate(
    gnutls_session_t session, const gnutls_datum_t *authorities, int authorities_count,
    const gnutls_pk_algorithm_t *algorithms, int algorithms_count, gnutls_pcert_st **certificates,
    unsigned *certificates_count, gnutls_privkey_t *key) {
    (void)session, (void)authorities, (void)authorities_count, (void)algorithms, (void)algorithms_count;
    (void)certificates, (void)certificates_count, (void)key;
    return -1;
}

struct MHD_Daemon *csystem_http_start(
    int listen_fd, const csystem_http_callbacks *callbacks, unsigned connections_max, size_t connection_memory_bytes,
    int speaks_tls) {
    if (speaks_tls && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
        errno = EPROTONOSUPPORT;
        return NULL;
    }
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections_max, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)connection_memory_bytes, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)callbacks->connection, callbacks->context},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)callbacks->completed, callbacks->context},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)callbacks->target, callbacks->context},
        {MHD_OPTION_END, 0, NULL},
    };
    sigset_t before;
    block_signals(&before);
    // Requests whose password is being checked are suspended.
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_Daemon *daemon =
        speaks_tls ? MHD_start_daemon(flags | MHD_USE_TLS, 0, NULL, NULL, callbacks->access, callbacks->context,
                                      MHD_OPTION_HTTPS_CERT_CALLBACK, no_certificate, MHD_OPTION_ARRAY, options,
                                      MHD_OPTION_END)
                   : MHD_start_daemon(flags, 0, NULL, NULL, callbacks->access, callbacks->context, MHD_OPTION_ARRAY,
                                      options, MHD_OPTION_END);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return daemon;
}

int csystem_http_descriptor(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

size_t csystem_http_head_bytes(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

unsigned csystem_http_status(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS);
    return info ? info->http_status : 0;
}

const struct sockaddr *csystem_http_peer(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

int csystem_http_get_progress(int fd, csystem_http_progress *progress) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length)) return -1;
    // Older kernels know a shorter structure.
    if (length < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received) return -1;
    progress->bytes_received = info.tcpi_bytes_received;
    // 1 is TCP_ESTABLISHED: a connection that we have not closed leaves it when the client ends or resets it.
    progress->has_ended = info.tcpi_state != 1;
    return 0;
}

int csystem_http_unacknowledged(int fd) {
    int bytes;
    return ioctl(fd, SIOCOUTQ, &bytes) ? -1 : bytes;
}

int csystem_http_thread(pthread_t *thread, const char *name, void *(*body)(void *), void *context) {
    sigset_t before;
    block_signals(&before);
    int error = pthread_create(thread, NULL, body, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!error) pthread_setname_np(*thread, name);
    return error;
}
