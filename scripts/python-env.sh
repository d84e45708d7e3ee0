#!/usr/bin/env bash
# Makes .venv hold the Python packages of the given requirements file; does nothing where it does already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/debian.sh
source "$here/debian.sh"
# shellcheck source=scripts/python-venv.sh
source "$here/python-venv.sh"
cd "$here/.."
requirements=${1:?usage: python-env.sh REQUIREMENTS}

# A requirements file and those that it includes.
contents() {
    cat "$1"
    local included
    while read -r included; do
        contents "$(dirname "$1")/$included"
    done < <(sed -n 's/^-r *//p' "$1")
}

stamp=.venv/satisfied-$(contents "$requirements" | sha256sum | cut -c 1-16)
[[ -e $stamp ]] && exit 0

if [[ ! -x .venv/bin/python ]] || ! .venv/bin/python -c '' 2>/dev/null; then
    rm -rf .venv
    create_environment .venv python3 /usr/bin/python3
fi
echo "python-env: installing the packages of $requirements into .venv"
fill_environment .venv -r "$requirements"
touch "$stamp"
