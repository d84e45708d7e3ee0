#!/usr/bin/env bash
# Installs latencyd below $DESTDIR$PREFIX, or removes it with --remove. Configuration and state are never overwritten.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr}
destination=${DESTDIR:-}
binary=$destination$prefix/bin/latencyd
units=$destination$prefix/lib/systemd/system
sysusers=$destination$prefix/lib/sysusers.d/latencyd.conf
catalog=$destination$prefix/lib/systemd/catalog/latencyd.catalog
documents=$destination$prefix/share/doc/latencyd
configuration=$destination/etc/latencyd/latencyd.yml

# Only a real installation talks to the running system.
on_this_system() { [[ -z $destination ]]; }
systemd_runs() { on_this_system && [[ -d /run/systemd/system ]]; }

remove() {
    if systemd_runs; then
        systemctl disable --now latencyd.service latencyd.socket 2>/dev/null || true
    fi
    rm -f "$binary" "$units/latencyd.service" "$units/latencyd.socket" "$sysusers" "$catalog"
    rm -rf "$documents"
    if systemd_runs; then
        systemctl daemon-reload
        journalctl --update-catalog
    fi
    echo "Removed. Left in place: $configuration and $destination/var/lib/latencyd"
}

if [[ ${1:-} == --remove ]]; then
    remove
    exit 0
fi

if [[ ! -x .build/release/latencyd ]]; then
    echo "install: .build/release/latencyd is missing; run 'make build' first, then 'make install' as root" >&2
    exit 1
fi
install -D -m 755 .build/release/latencyd "$binary"
install -d "$units"
for unit in systemd/latencyd.service systemd/latencyd.socket; do
    sed "s|/usr/bin/latencyd|$prefix/bin/latencyd|" "$unit" >"$units/$(basename "$unit")"
    chmod 644 "$units/$(basename "$unit")"
done
install -D -m 644 systemd/latencyd.sysusers.conf "$sysusers"
install -D -m 644 systemd/latencyd.catalog "$catalog"
install -d "$documents/docs" "$documents/rules" "$documents/dashboards"
install -m 644 README.md CHANGELOG.md LICENSE "$documents/"
install -m 644 docs/*.md "$documents/docs/"
install -m 644 rules/*.yml "$documents/rules/"
install -m 644 dashboards/*.json "$documents/dashboards/"
if [[ -e examples/latencyd.yml ]]; then
    install -D -m 644 examples/latencyd.yml "$documents/examples/latencyd.yml"
fi
install -D -m 644 systemd/latencyd-tmpfiles.conf "$documents/examples/latencyd-tmpfiles.conf"
if [[ ! -e $configuration ]]; then
    install -D -m 644 systemd/latencyd.yml "$configuration"
fi
if on_this_system && command -v systemd-sysusers >/dev/null; then
    systemd-sysusers "$sysusers"
fi
echo "Installed $binary, its units and, if there was none, $configuration"
if systemd_runs; then
    systemctl daemon-reload
    journalctl --update-catalog
    echo "Start it:  systemctl enable --now latencyd.socket latencyd.service"
fi
