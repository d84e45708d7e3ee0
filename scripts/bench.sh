#!/usr/bin/env bash
# Measures the hot paths: ingest beside the least C that does the same job, collection beside node_exporter, reading
# pages of metrics beside memchr, detection, decomposition beside statsmodels (which takes minutes: BENCH_QUICK=1 leaves those out).
# Quiet machines give steadier figures.
set -euo pipefail
cd "$(dirname "$0")/../Benchmarks"

swift=${SWIFT:-swift}
for product in IngestBenchmark CollectBenchmark ExpositionBenchmark DetectionBenchmark DecompositionBenchmark; do
    "$swift" build -c release --product "$product"
done
.build/release/IngestBenchmark "$@"
python3 collect.py .build/release/CollectBenchmark
python=python3
[[ -x ../.venv/bin/python ]] && python=../.venv/bin/python
"$python" exposition.py .build/release/ExpositionBenchmark
.build/release/DetectionBenchmark
(cd .. && scripts/python-env.sh Benchmarks/requirements.txt .tools/benchmarks)
../.tools/benchmarks/bin/python decomposition.py .build/release/DecompositionBenchmark ${BENCH_QUICK:+--quick}
