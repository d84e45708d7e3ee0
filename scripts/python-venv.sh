# Sourced by the scripts that make Python environments; needs debian.sh.
# shellcheck shell=bash

usable() { command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# create_environment FOLDER PYTHON…: the first of these that is new enough makes it.
# Debian's Python has no ensurepip without the package python3-venv; any other pip can fill such an environment.
create_environment() {
    local folder=$1 python
    shift
    for python in "$@"; do
        usable "$python" || continue
        "$python" -m venv "$folder" >/dev/null 2>&1 && return 0
        rm -rf "$folder"
        if python3 -m pip --version >/dev/null 2>&1; then
            "$python" -m venv --without-pip "$folder" && return 0
            rm -rf "$folder"
        fi
    done
    if is_debian && install_missing python3 python3-venv; then
        /usr/bin/python3 -m venv "$folder" && return 0
        rm -rf "$folder"
    fi
    echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)" >&2
    return 1
}

# fill_environment FOLDER ARGUMENT…: `pip install` into it.
fill_environment() {
    local python=$1/bin/python
    shift
    if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip install --quiet --disable-pip-version-check "$@"
    else
        python3 -m pip --python "$python" install --quiet --disable-pip-version-check "$@"
    fi
}
