#!/usr/bin/env bash
# Measures what latencyd costs, each part beside a peer or a floor in one run. Without arguments all parts; otherwise those
# that are named:
#
#   ingest         CPU a pushed timing, beside the least C that does the same job
#   scrape         the release binary's pages, beside node_exporter and Prometheus' own clients
#   rest           its memory and CPU with nothing, much learned, and many series, beside node_exporter, Netdata, collectd
#   harm           what it does to the wake-ups and inferences of others on the same CPUs
#   growth         ingest and detection by the number of series
#   collection     reading a big host's signals, beside node_exporter
#   pages          reading pages of model servers, beside memchr
#   detection      judging and learning
#   decomposition  beside statsmodels, which takes minutes: BENCH_QUICK=1 leaves the longest out
#
# A peer that the machine does not have is left out, and said so: `make bench-deps` gets them. Quiet machines
# give steadier figures; all parts together take half an hour.
set -euo pipefail
cd "$(dirname "$0")/.."

all=(ingest scrape rest harm growth collection pages detection decomposition)
parts=("$@")
((${#parts[@]} > 0)) || parts=("${all[@]}")
for part in "${parts[@]}"; do
    if [[ " ${all[*]} " != *" $part "* ]]; then
        echo "bench: there is no part '$part'; there are: ${all[*]}" >&2
        exit 2
    fi
done

swift=${SWIFT:-swift}
products=Benchmarks/.build/release
# Builds a program of Benchmarks/Sources.
build() { (cd Benchmarks && "$swift" build -c release --product "$1"); }
# Runs one of the programs in Benchmarks with Python and what it needs.
measure() {
    scripts/python-env.sh Benchmarks/requirements.txt .tools/benchmarks
    .tools/benchmarks/bin/python "Benchmarks/$1" "${@:2}"
}

for part in "${parts[@]}"; do
    echo "== $part"
    case $part in
    ingest)
        build IngestBenchmark
        "$products/IngestBenchmark"
        ;;
    scrape | rest | harm) measure "$part.py" ;;
    growth)
        build DetectionBenchmark
        measure growth.py "$products/DetectionBenchmark"
        ;;
    collection)
        build CollectBenchmark
        measure collect.py "$products/CollectBenchmark"
        ;;
    pages)
        build ExpositionBenchmark
        measure exposition.py "$products/ExpositionBenchmark"
        ;;
    detection)
        build DetectionBenchmark
        "$products/DetectionBenchmark"
        ;;
    decomposition)
        build DecompositionBenchmark
        measure decomposition.py "$products/DecompositionBenchmark" ${BENCH_QUICK:+--quick}
        ;;
    esac
done
