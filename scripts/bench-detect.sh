#!/usr/bin/env bash
# Runs the detector over labelled series and prints how many faults it finds and how often it cries wolf. The series are
# those of the folder LABELLED (NAME.csv.gz with timestamp,value,label), else the small set in Tests/Labelled.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=${LATENCYD_BIN:-.build/release/latencyd}
labelled=${LABELLED:-Tests/Labelled}
if [[ ! -d $labelled ]]; then
    echo "bench-detect: there is no folder '$labelled'; name one with labelled series: LABELLED=FOLDER" >&2
    exit 1
fi
shopt -s nullglob
files=("$labelled"/*.csv.gz)
if [[ ${#files[@]} -eq 0 ]]; then
    echo "bench-detect: '$labelled' has no labelled series, NAME.csv.gz" >&2
    exit 1
fi
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

rows=$(gzip -dc "${files[@]}" | wc -l)
start=$(date +%s%N)
# By UTC, so that the figures are the same everywhere.
"$binary" backtest --csv "${files[@]}" --output "$results" --timezone UTC "$@" >"$results/table"
spent=$((($(date +%s%N) - start) / 1000))
python3 Tests/Labelled/score.py "$labelled" "$results"
echo "time: $((spent / 1000)) ms for $rows rows, files read and written: $((spent * 1000 / rows)) ns a row"
