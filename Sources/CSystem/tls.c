#include "csystem_tls.h"

#include <gnutls/x509.h>

gnutls_session_t csystem_tls_session(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info ? (gnutls_session_t)info->tls_session : NULL;
}

static int verify(gnutls_session_t session) {
    const csystem_tls_hooks *hooks = gnutls_session_get_ptr(session);
    if (!hooks->verify(session, hooks->context)) return 0;
    // libmicrohttpd just closes the connection. If it cannot be sent at once, the client does without.
    (void)gnutls_alert_send(session, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE);
    return GNUTLS_E_CERTIFICATE_ERROR;
}

static int handshake_hook(
    gnutls_session_t session, unsigned type, unsigned when, unsigned incoming, const gnutls_datum_t *message) {
    (void)type, (void)when, (void)message;
    const csystem_tls_hooks *hooks = gnutls_session_get_ptr(session);
    if (incoming) hooks->completed(session, hooks->context);
    return 0;
}

int csystem_tls_prepare(
    gnutls_session_t session, gnutls_certificate_credentials_t credentials, gnutls_priority_t priorities,
    gnutls_certificate_request_t request, const csystem_tls_hooks *hooks) {
    int error = gnutls_priority_set(session, priorities);
    if (!error) error = gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    if (error) return error;
    // libmicrohttpd keeps its connection there, which it needs for keys without certificates only.
    gnutls_session_set_ptr(session, (void *)hooks);
    gnutls_certificate_server_set_request(session, request);
    gnutls_session_set_verify_function(session, verify);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST, handshake_hook);
    return 0;
}

int csystem_tls_has_client_certificate(gnutls_session_t session) {
    unsigned count = 0;
    return gnutls_certificate_get_peers(session, &count) && count > 0;
}

int csystem_tls_verify_client(gnutls_session_t session) {
    gnutls_typed_vdata_st purpose = {
        .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, .size = 0};
    unsigned status = 0;
    int error = gnutls_certificate_verify_peers(session, &purpose, 1, &status);
    if (error) return error;
    return status ? GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR : 0;
}
