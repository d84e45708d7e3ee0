// libcurl: its functions with variable arguments, as functions that Swift can call.
#ifndef CSYSTEM_CURL_H
#define CSYSTEM_CURL_H

#include <curl/curl.h>
#include <stddef.h>

// Takes a part of the body: `count` items of `size` bytes, which is 1. Returns the bytes that it took; anything less
// ends the transfer.
typedef size_t (*csystem_curl_write)(char *bytes, size_t size, size_t count, void *context);

// Once for the process, before any thread uses the library. 0 or a CURLcode.
CURLcode csystem_curl_init(void);

// Options of an easy handle by the kind of their value; texts are copied. 0 or a CURLcode.
CURLcode csystem_curl_set_long(CURL *easy, CURLoption option, long value);
CURLcode csystem_curl_set_text(CURL *easy, CURLoption option, const char *value);
CURLcode csystem_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
// The context is given to `write`, and is the handle's private pointer.
CURLcode csystem_curl_set_writer(CURL *easy, csystem_curl_write write, void *context);

// Where the library writes why a transfer failed: CURL_ERROR_SIZE bytes that outlive the handle. 0 or a CURLcode.
CURLcode csystem_curl_set_words(CURL *easy, char *words);
// What OpenSSL said of the server's certificate: an X509_V_ERR code, 0 where it was fine.
long csystem_curl_verdict(CURL *easy);

// The status code of the last response, 0 when there was none.
long csystem_curl_status(CURL *easy);
// The content type of the last response, NULL when it named none; valid as long as the handle.
const char *csystem_curl_content_type(CURL *easy);
// A header of the last response, "several" when there is more than one of the name, NULL when there is none; valid until
// the next call.
const char *csystem_curl_header(CURL *easy, const char *name);
// Seconds from start to end.
double csystem_curl_seconds(CURL *easy);
// What `csystem_curl_set_writer` was given.
void *csystem_curl_context(CURL *easy);

// The next transfer that ended, NULL when there is none; `code` says how it ended.
CURL *csystem_curl_next_ended(CURLM *multi, CURLcode *code);

#endif
