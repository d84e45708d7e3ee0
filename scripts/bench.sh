#!/usr/bin/env bash
# Measures the hot paths, each beside the least C that does the same job. Quiet machines give steadier figures.
set -euo pipefail
cd "$(dirname "$0")/../Benchmarks"

swift=${SWIFT:-swift}
"$swift" build -c release --product IngestBenchmark
exec .build/release/IngestBenchmark "$@"
