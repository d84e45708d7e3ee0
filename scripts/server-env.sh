#!/usr/bin/env bash
# Gets real model servers for the tests into .tools/servers: server-env.sh NAME…, where NAME is triton, llamacpp,
# mlserver or torchserve. Does nothing for those that are there. They run without a GPU.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/debian.sh
source "$here/debian.sh"
cd "$here/.."

for name in "$@"; do
    requirements=Tests/Servers/requirements/$name.txt
    if [[ ! -e $requirements ]]; then
        echo "server-env: there is no server '$name'; there are $(cd Tests/Servers/requirements && echo *.txt)" >&2
        exit 2
    fi
    if [[ $name == torchserve ]] && ! command -v java >/dev/null; then
        if ! is_debian; then
            echo "server-env: TorchServe needs Java 17: put java on the PATH" >&2
            exit 1
        fi
        install_missing openjdk-17-jre-headless
    fi
    # Triton runs the models' Python in a program of its own that is linked with the shared library of Debian's Python.
    if [[ $name == triton ]] && is_debian; then
        install_missing python3 "libpython$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    fi
    "$here/python-env.sh" "$requirements" ".tools/servers/$name" /usr/bin/python3
done
