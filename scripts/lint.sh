#!/usr/bin/env bash
# Checks the form of everything that has a checker. Exit code 0 means: nothing to say.
set -euo pipefail
cd "$(dirname "$0")/.."

swift_sources=(Package.swift Sources Tests)
[[ -d Benchmarks ]] && swift_sources+=(Benchmarks/Package.swift Benchmarks/Sources)
existing=()
for source in "${swift_sources[@]}"; do
    [[ -e $source ]] && existing+=("$source")
done
"${SWIFT:-swift}" format lint --strict --recursive "${existing[@]}"

if command -v shellcheck >/dev/null; then
    shellcheck --external-sources scripts/*.sh .ci/run packaging/debian/{postinst,prerm,postrm}
else
    echo "lint: shellcheck is not installed; shell scripts were not checked" >&2
fi

# ExecStart= must exist for the check, so it is pointed at a program that does.
if command -v systemd-analyze >/dev/null; then
    units=$(mktemp -d)
    trap 'rm -rf "$units"' EXIT
    for unit in systemd/*.service systemd/*.socket; do
        sed 's|/usr/bin/latencyd|/bin/true|' "$unit" >"$units/$(basename "$unit")"
    done
    complaints=$(systemd-analyze verify --man=no "$units"/latencyd.service "$units"/latencyd.socket 2>&1 |
        grep -F latencyd || true)
    if [[ -n $complaints ]]; then
        echo "lint: systemd-analyze verify complains:" >&2
        echo "$complaints" >&2
        exit 1
    fi
else
    echo "lint: systemd-analyze is not installed; units were not checked" >&2
fi
