// TLS: what GnuTLS offers Swift with more types than it needs.
#ifndef CSYSTEM_TLS_H
#define CSYSTEM_TLS_H

#include <gnutls/gnutls.h>
#include <microhttpd.h>

// What a TLS connection's session calls, each with `context`.
typedef struct csystem_tls_hooks {
    // The client has sent its certificate, or none. 0 admits it; anything else ends the handshake with an alert.
    int (*verify)(gnutls_session_t session, void *context);
    // The client's last message of the handshake is there.
    void (*completed)(gnutls_session_t session, void *context);
    void *context;
} csystem_tls_hooks;

// The connection's session; NULL where it speaks no TLS.
gnutls_session_t csystem_tls_session(struct MHD_Connection *connection);

// Before the handshake: the session uses these from now on; all of them outlive it. 0 or an error of GnuTLS.
int csystem_tls_prepare(
    gnutls_session_t session, gnutls_certificate_credentials_t credentials, gnutls_priority_t priorities,
    gnutls_certificate_request_t request, const csystem_tls_hooks *hooks);

// Whether the certificate that the client has sent is signed, for clients, by an authority of the credentials, and
// holds now: 0 or an error of GnuTLS.
int csystem_tls_verify_client(gnutls_session_t session);
// 1 when the client has sent a certificate.
int csystem_tls_has_client_certificate(gnutls_session_t session);

#endif
