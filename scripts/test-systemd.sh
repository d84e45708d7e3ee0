#!/usr/bin/env bash
# Boots a systemd of its own over a throw-away layer above this machine's files, installs latencyd there and compares
# what the unit sees with what root sees. Needs root: it mounts, and makes namespaces.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/debian.sh
source "$here/debian.sh"
cd "$here/.."

if is_debian; then
    install_missing systemd-container python3
elif ! command -v systemd-nspawn >/dev/null; then
    echo "test-systemd: systemd-nspawn is missing; install your system's package of it" >&2
    exit 1
fi
as_root .venv/bin/python -m pytest -p no:cacheprovider Tests/Systemd "$@"
