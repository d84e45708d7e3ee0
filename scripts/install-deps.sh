#!/usr/bin/env bash
# Makes this machine able to build latencyd: installs the missing system libraries and checks the Swift toolchain.
# Does nothing, quickly, where everything is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/debian.sh
source "$here/debian.sh"

packages=(
    ca-certificates
    git
    libcrypt-dev
    libcurl4-openssl-dev
    libgnutls28-dev
    libmicrohttpd-dev
    libsqlite3-dev
    libsystemd-dev
    libyaml-dev
    pkg-config
    zlib1g-dev
)

if is_debian; then
    install_missing "${packages[@]}"
else
    headers=(curl/curl.h gnutls/gnutls.h microhttpd.h sqlite3.h systemd/sd-daemon.h yaml.h zlib.h crypt.h)
    for header in "${headers[@]}"; do
        if [[ ! -e /usr/include/$header && ! -e /usr/local/include/$header ]]; then
            cat >&2 <<MESSAGE
deps: $header is missing, and this system has no apt-get to install it with. latencyd needs the development files of
deps: libsystemd, libmicrohttpd, GnuTLS, libcurl, SQLite 3, libyaml, zlib and libcrypt, and pkg-config. On Fedora:
deps:     dnf install systemd-devel libmicrohttpd-devel gnutls-devel libcurl-devel sqlite-devel libyaml-devel \\
deps:         zlib-devel libxcrypt-devel pkgconf
MESSAGE
            exit 1
        fi
    done
fi

swift=${SWIFT:-swift}
if ! command -v "$swift" >/dev/null; then
    echo "deps: no Swift toolchain found. Install Swift 6.2 or newer from https://www.swift.org/install/linux/" >&2
    echo "deps: and put its usr/bin folder on the PATH." >&2
    exit 1
fi
version=$("$swift" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
major=${version%%.*}
minor=${version#*.}
if [[ -z $version ]] || ((major < 6 || (major == 6 && minor < 2))); then
    echo "deps: Swift ${version:-of an unknown version} is too old; latencyd needs 6.2 or newer." >&2
    echo "deps: Get it from https://www.swift.org/install/linux/" >&2
    exit 1
fi
