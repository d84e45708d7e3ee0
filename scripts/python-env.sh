#!/usr/bin/env bash
# Makes a folder, .venv unless another one is named, hold the Python packages of the given requirements file; does
# nothing where it does already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/debian.sh
source "$here/debian.sh"
cd "$here/.."
requirements=${1:?usage: python-env.sh REQUIREMENTS [FOLDER [PYTHON]]}
folder=${2:-.venv}
# Which Python to try first: some packages bring programs that fit one build only.
pythons=("${3:-python3}" /usr/bin/python3)

# A requirements file and those that it includes.
contents() {
    cat "$1"
    local included
    while read -r included; do
        contents "$(dirname "$1")/$included"
    done < <(sed -n 's/^-r *//p' "$1")
}

stamp=$folder/satisfied-$(contents "$requirements" | sha256sum | cut -c 1-16)
[[ -e $stamp ]] && exit 0

usable() { command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# Debian's Python has no ensurepip without the package python3-venv; any other pip can fill such an environment.
create() {
    local python
    for python in "${pythons[@]}"; do
        usable "$python" || continue
        "$python" -m venv "$folder" >/dev/null 2>&1 && return 0
        rm -rf "$folder"
    done
    if is_debian && install_missing python3 python3-venv; then
        /usr/bin/python3 -m venv "$folder" && return 0
        rm -rf "$folder"
    fi
    for python in "${pythons[@]}"; do
        usable "$python" || continue
        "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip "$folder" && return 0
    done
    echo "python-env: Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)" >&2
    return 1
}

fill() {
    if "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$1"
    else
        python3 -m pip --python "$folder/bin/python" install --quiet --disable-pip-version-check -r "$1"
    fi
}

if [[ ! -x $folder/bin/python ]] || ! "$folder/bin/python" -c '' 2>/dev/null; then
    rm -rf "$folder"
    create
fi
echo "python-env: installing the packages of $requirements into $folder"
fill "$requirements"
touch "$stamp"
