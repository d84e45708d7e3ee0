#!/usr/bin/env bash
# Gets what the tests need besides the build: Prometheus and promtool, Alertmanager, VictoriaMetrics, shellcheck, valgrind, and Python packages,
# NVIDIA's header among them.
#
# Prometheus, Alertmanager and VictoriaMetrics are unpacked into .tools and not installed: their Debian packages would start servers
# and add users.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
# shellcheck source=scripts/debian.sh
source "$here/debian.sh"

# unpack PACKAGE PROGRAM…
unpack() {
    local package=$1 work program
    shift
    echo "test-deps: unpacking Debian's $package into .tools (not installed, not started)"
    work=$(mktemp -d)
    refresh_lists_for "$package"
    # apt drops its privileges for the download where it can write as the user _apt.
    chmod 755 "$work"
    if ! (cd "$work" && apt-get download -qq "$package" 2>/dev/null); then
        as_root apt-get update -qq
        (cd "$work" && apt-get download -qq "$package")
    fi
    dpkg-deb --extract "$work/${package}"_*.deb "$work/unpacked"
    mkdir -p "$root/.tools/bin"
    for program in "$@"; do mv "$work/unpacked/usr/bin/$program" "$root/.tools/bin/"; done
    # Debian's Alertmanager reads its templates from there and from nowhere else.
    local templates=/usr/share/prometheus/alertmanager
    if [[ -d $work/unpacked$templates && ! -e $templates/default.tmpl ]]; then
        as_root mkdir -p "$templates"
        as_root cp "$work/unpacked$templates"/*.tmpl "$templates/"
    fi
    rm -rf "$work"
}

has_tool() { [[ -x $root/.tools/bin/$1 ]] || command -v "$1" >/dev/null; }

if is_debian; then
    # The counts of Tests/Counts: instructions, an unstripped program's debugging information, a preloaded counter.
    install_missing shellcheck valgrind libc6-dbg binutils gcc libc6-dev
fi
if ! has_tool prometheus || ! has_tool promtool; then
    if ! is_debian; then
        echo "test-deps: put prometheus and promtool (2.40 or newer, https://prometheus.io/download/) on the PATH" >&2
        exit 1
    fi
    unpack prometheus prometheus promtool
fi
if ! has_tool prometheus-alertmanager || { is_debian && [[ ! -e /usr/share/prometheus/alertmanager/default.tmpl ]]; }; then
    if ! is_debian; then
        echo "test-deps: put Alertmanager (0.25 or newer) on the PATH as prometheus-alertmanager" >&2
        exit 1
    fi
    unpack prometheus-alertmanager prometheus-alertmanager
fi
if ! has_tool victoria-metrics; then
    if ! is_debian; then
        echo "test-deps: put victoria-metrics (1.79 or newer, https://docs.victoriametrics.com) on the PATH" >&2
        exit 1
    fi
    unpack victoria-metrics victoria-metrics
fi
"$here/python-env.sh" Tests/Integration/requirements.txt
