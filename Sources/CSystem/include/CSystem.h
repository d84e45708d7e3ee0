// Everything that Swift sees of C: the system libraries' headers and the shims for what Swift cannot import.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <curl/curl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <sqlite3.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <yaml.h>
#include <zlib.h>

#include "csystem_files.h"
#include "csystem_curl.h"
#include "csystem_database.h"
#include "csystem_http.h"
#include "csystem_memory.h"
#include "csystem_nvml.h"
#include "csystem_passwords.h"
#include "csystem_sockets.h"
#include "csystem_threads.h"
#include "csystem_tls.h"

#endif
