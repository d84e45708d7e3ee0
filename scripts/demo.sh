#!/usr/bin/env bash
# Shows latencyd at work in two minutes: a real inference service, a burst of foreign load, the alert that follows.
# Exit code 0: the alert was seen.
set -euo pipefail
cd "$(dirname "$0")/.."

make --no-print-directory build
scripts/python-env.sh Tests/Integration/requirements.txt
exec .venv/bin/python scripts/demo.py --latencyd .build/release/latencyd "$@"
