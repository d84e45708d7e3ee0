#!/usr/bin/env bash
# Installs latencyd below $DESTDIR$PREFIX, or removes it with --remove. Configuration and state are never overwritten.
# With --package it only lays the files down, for `make deb`, whose package does the rest when it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr}
destination=${DESTDIR:-}
built=${LATENCYD_BIN:-.build/release/latencyd}
below=$destination$prefix
binary=$below/bin/latencyd
units=$below/lib/systemd/system
sysusers=$below/lib/sysusers.d/latencyd.conf
# journald looks for catalogues nowhere else.
catalog=$destination/usr/lib/systemd/catalog/latencyd.catalog
documents=$below/share/doc/latencyd
configuration=$destination/etc/latencyd/latencyd.yml

# Only a real installation talks to the running system.
on_this_system() { [[ -z $destination ]]; }
systemd_runs() { on_this_system && [[ -d /run/systemd/system ]]; }

update_catalog() {
    if on_this_system && command -v journalctl >/dev/null; then journalctl --update-catalog || true; fi
}

remove() {
    if systemd_runs; then
        systemctl disable --now latencyd.service latencyd.socket 2>/dev/null || true
    fi
    rm -f "$binary" "$units/latencyd.service" "$units/latencyd.socket" "$sysusers" "$catalog" \
        "$below/share/man/man1/latencyd.1.gz" "$below/share/man/man5/latencyd.yml.5.gz" \
        "$below/share/bash-completion/completions/latencyd" "$below/share/zsh/vendor-completions/_latencyd" \
        "$below/share/fish/vendor_completions.d/latencyd.fish"
    rm -rf "$documents" "$below/share/latencyd"
    if systemd_runs; then systemctl daemon-reload; fi
    update_catalog
    echo "Removed. Left in place: $configuration and $destination/var/lib/latencyd"
}

install_units() {
    install -d "$units"
    local unit
    for unit in systemd/latencyd.service systemd/latencyd.socket; do
        sed "s|/usr/bin/latencyd|$prefix/bin/latencyd|" "$unit" >"$units/$(basename "$unit")"
        chmod 644 "$units/$(basename "$unit")"
    done
    install -D -m 644 systemd/latencyd.sysusers.conf "$sysusers"
    install -D -m 644 systemd/latencyd.catalog "$catalog"
}

install_documents() {
    install -d "$documents/docs" "$documents/examples"
    install -m 644 README.md CHANGELOG.md "$documents/"
    install -m 644 docs/*.md "$documents/docs/"
    install -m 644 examples/latencyd.yml systemd/latencyd-tmpfiles.conf "$documents/examples/"
    sed "s|/usr/bin/latencyd|$prefix/bin/latencyd|" systemd/latencyd-notify-reload.conf \
        >"$documents/examples/latencyd-notify-reload.conf"
    chmod 644 "$documents/examples/latencyd-notify-reload.conf"
    # The package names the licence in a file of Debian's own form.
    if [[ ${1:-} != --package ]]; then install -m 644 LICENSE "$documents/"; fi
}

# Rules for Prometheus and dashboards for Grafana, all that there are; their tests are of no use there.
install_shared() {
    local kind
    for kind in rules dashboards; do
        [[ -d $kind ]] || continue
        install -d "$below/share/latencyd/$kind"
        find "$kind" -maxdepth 1 -type f \( -name '*.yml' -o -name '*.json' \) ! -name '*_test.yml' \
            -exec install -m 644 -t "$below/share/latencyd/$kind" {} +
    done
}

# What the program itself tells of its commands and flags.
install_generated() {
    local pages
    pages=$(mktemp -d)
    if command -v python3 >/dev/null; then
        python3 scripts/manpages.py "$built" "$pages"
        install -d "$below/share/man/man1" "$below/share/man/man5"
        gzip -9 -n -c "$pages/latencyd.1" >"$below/share/man/man1/latencyd.1.gz"
        gzip -9 -n -c "$pages/latencyd.yml.5" >"$below/share/man/man5/latencyd.yml.5.gz"
        chmod 644 "$below/share/man/man1/latencyd.1.gz" "$below/share/man/man5/latencyd.yml.5.gz"
    else
        echo "install: without python3 there are no manual pages; 'latencyd help' and $documents/docs have it all" >&2
    fi
    "$built" --generate-completion-script bash >"$pages/bash"
    "$built" --generate-completion-script zsh >"$pages/zsh"
    "$built" --generate-completion-script fish >"$pages/fish"
    # Sourced, not run.
    sed -i '1{/^#!/d}' "$pages/bash"
    install -D -m 644 "$pages/bash" "$below/share/bash-completion/completions/latencyd"
    install -D -m 644 "$pages/zsh" "$below/share/zsh/vendor-completions/_latencyd"
    install -D -m 644 "$pages/fish" "$below/share/fish/vendor_completions.d/latencyd.fish"
    rm -rf "$pages"
}

if [[ ${1:-} == --remove ]]; then
    remove
    exit 0
fi

if [[ ! -x $built ]]; then
    echo "install: $built is missing; run 'make build' first, then 'make install' as root" >&2
    exit 1
fi
install -D -m 755 "$built" "$binary"
install_units
install_documents "$@"
install_shared
install_generated
if [[ ! -e $configuration ]]; then
    install -D -m 644 systemd/latencyd.yml "$configuration"
fi
[[ ${1:-} != --package ]] || exit 0
if on_this_system && command -v systemd-sysusers >/dev/null; then
    systemd-sysusers "$sysusers"
fi
update_catalog
echo "Installed $binary, its units and, if there was none, $configuration"
if systemd_runs; then
    systemctl daemon-reload
    echo "Start it:  systemctl enable --now latencyd.socket latencyd.service"
fi
