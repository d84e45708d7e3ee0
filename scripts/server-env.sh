#!/usr/bin/env bash
# Puts real model servers below .tools/servers, each into a Python environment of its own, with the versions that
# Tests/Servers/requirements names; does nothing for those that are there.
#     server-env.sh NAME…        NAME is triton, llamacpp, mlserver or torchserve
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/debian.sh
source "$here/debian.sh"
# shellcheck source=scripts/python-venv.sh
source "$here/python-venv.sh"
cd "$here/.."

(($# > 0)) || { echo "usage: server-env.sh NAME…  (triton, llamacpp, mlserver, torchserve)" >&2; exit 2; }

die() {
    echo "server-env: $*" >&2
    exit 1
}

requirements_of() { echo "Tests/Servers/requirements/$1.txt"; }

# Told apart by what they hold and by how it was put there.
stamp_of() { echo ".tools/servers/$1/satisfied-$(cat "$(requirements_of "$1")" scripts/server-env.sh | sha256sum | cut -c 1-16)"; }

# Triton runs a model's Python code in a program that is linked with the distribution's Python of the same version.
prepare_triton() {
    local server version stub
    server=$(echo .tools/servers/triton/lib/python3*/site-packages/pytriton/tritonserver)
    version=$(.tools/servers/triton/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    stub=$server/python_backend_stubs/$version/triton_python_backend_stub
    [[ -e $stub ]] || die "nvidia-pytriton has no Triton for Python $version, only for $(cd "$server/python_backend_stubs" && echo *)"
    is_debian && install_missing "libpython$version"
    if ldd "$stub" | grep -q 'libpython.*not found'; then
        die "libpython$version.so.1.0 is missing; install your system's shared Python $version"
    fi
    cp "$stub" "$server/backends/python/"
}

prepare_torchserve() {
    has_java && return 0
    is_debian && install_missing openjdk-17-jre-headless
    has_java || die "TorchServe needs Java 11 or newer as \`java\` on the PATH (Debian: apt-get install openjdk-17-jre-headless)"
}

has_java() { command -v java >/dev/null && java -version >/dev/null 2>&1; }

prepare_llamacpp() { :; }
prepare_mlserver() { :; }

make_environment() {
    local name=$1 folder=.tools/servers/$1 stamp began=$SECONDS
    [[ -e $(requirements_of "$name") ]] || die "there is no server named $name; there are: triton llamacpp mlserver torchserve"
    stamp=$(stamp_of "$name")
    [[ -e $stamp ]] && return 0
    echo "server-env: installing $name into $folder (up to two minutes)"
    rm -rf "$folder"
    mkdir -p .tools/servers
    # The distribution's Python first: its shared library is what Triton is linked with.
    create_environment "$folder" /usr/bin/python3 python3
    fill_environment "$folder" --no-deps -r "$(requirements_of "$name")" ||
        die "the packages of $(requirements_of "$name") could not be installed; pip says why above"
    "prepare_$name"
    touch "$stamp"
    echo "server-env: $name is there after $((SECONDS - began)) s"
}

for name in "$@"; do
    make_environment "$name"
done
