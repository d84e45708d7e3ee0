#!/usr/bin/env bash
# Gets what the tests need besides the build: Prometheus and promtool, shellcheck, and Python packages, NVIDIA's header
# among them.
#
# Prometheus is unpacked into .tools and not installed: its Debian package would start a server and add a user.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
# shellcheck source=scripts/debian.sh
source "$here/debian.sh"

unpack_prometheus() {
    echo "test-deps: unpacking Debian's Prometheus into .tools (not installed, not started)"
    local work
    work=$(mktemp -d)
    refresh_lists_for prometheus
    # apt drops its privileges for the download where it can write as the user _apt.
    chmod 755 "$work"
    if ! (cd "$work" && apt-get download -qq prometheus 2>/dev/null); then
        as_root apt-get update -qq
        (cd "$work" && apt-get download -qq prometheus)
    fi
    dpkg-deb --extract "$work"/prometheus_*.deb "$work/unpacked"
    mkdir -p "$root/.tools/bin"
    mv "$work/unpacked/usr/bin/prometheus" "$work/unpacked/usr/bin/promtool" "$root/.tools/bin/"
    rm -rf "$work"
}

has_tool() { [[ -x $root/.tools/bin/$1 ]] || command -v "$1" >/dev/null; }

if is_debian; then
    install_missing shellcheck
fi
if ! has_tool prometheus || ! has_tool promtool; then
    if ! is_debian; then
        echo "test-deps: put prometheus and promtool (2.40 or newer, https://prometheus.io/download/) on the PATH" >&2
        exit 1
    fi
    unpack_prometheus
fi
"$here/python-env.sh" Tests/Integration/requirements.txt
