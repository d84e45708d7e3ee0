#!/usr/bin/env bash
# Gets the peers that the benchmarks measure beside: node_exporter, Netdata, collectd, and Go with Prometheus' client
# library, from Debian. Those that are new are left stopped. One that cannot be had is left out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/debian.sh
source "$here/debian.sh"

if ! is_debian; then
    echo "bench-deps: put node_exporter, netdata, collectd, statsd_exporter and go on the PATH; what is missing is left out" >&2
    exit 0
fi

# get SERVICE PACKAGE…: the service is what Debian's package starts, - for none.
get() {
    local service=$1 package=$2 was_there=false
    shift
    if is_installed "$package"; then was_there=true; fi
    if ! install_missing "$@"; then
        echo "bench-deps: $package could not be installed; it is left out" >&2
        return 0
    fi
    if [[ $service != - && $was_there == false && -d /run/systemd/system ]]; then
        as_root systemctl disable --quiet --now "$service" || true
    fi
}

# What Debian only recommends, and the plugin or the compiler needs, is named too.
get - gcc libc6-dev
get prometheus-node-exporter prometheus-node-exporter
get netdata netdata-core
get collectd collectd-core libprotobuf-c1 libmicrohttpd12
get - golang-go golang-github-prometheus-client-golang-dev
