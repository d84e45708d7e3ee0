# Sourced by the install scripts: packages from Debian (or Ubuntu), only those that are missing.
# shellcheck shell=bash

is_debian() { command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; }

# Runs a command as root: directly, or through sudo.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 127
    fi
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# A new machine may know no package yet.
refresh_lists_for() {
    if ! apt-cache show --no-all-versions "$@" >/dev/null 2>&1; then
        echo "deps: fetching Debian's package lists"
        as_root apt-get update -qq
    fi
}

install_missing() {
    local missing=() package
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
        echo "deps: these Debian packages are missing, and there is neither root nor sudo to install them. Run as root:" >&2
        echo "deps:     apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
        return 1
    fi
    echo "deps: installing from Debian: ${missing[*]}"
    refresh_lists_for "${missing[@]}"
    if ! apt_install "${missing[@]}"; then
        echo "deps: that failed; trying once more with fresh package lists" >&2
        as_root apt-get update -qq
        apt_install "${missing[@]}"
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
