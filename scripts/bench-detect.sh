#!/usr/bin/env bash
# Runs the detector over labelled series and prints how many faults it finds and how often it cries wolf. The series are
# those of the folder LABELLED (NAME.csv.gz with timestamp,value,label), else the sets in ../shared/data/kpi where there
# are some, else the small set in Tests/Labelled.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob

binary=${LATENCYD_BIN:-.build/release/latencyd}
folders=(../shared/data/kpi/*/)
if [[ -n ${LABELLED:-} ]]; then
    folders=("$LABELLED")
elif [[ ${#folders[@]} -eq 0 ]]; then
    folders=(Tests/Labelled)
fi
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# bench FOLDER ARGUMENTS...: the figures of one set.
bench() {
    local labelled=$1
    shift
    if [[ ! -d $labelled ]]; then
        echo "bench-detect: there is no folder '$labelled'; name one with labelled series: LABELLED=FOLDER" >&2
        return 1
    fi
    local files=("$labelled"/*.csv.gz)
    if [[ ${#files[@]} -eq 0 ]]; then
        echo "bench-detect: '$labelled' has no labelled series, NAME.csv.gz" >&2
        return 1
    fi
    local output rows start spent
    output=$(mktemp -d -p "$results")
    rows=$(gzip -dc "${files[@]}" | wc -l)
    start=$(date +%s%N)
    # By UTC, so that the figures are the same everywhere.
    "$binary" backtest --csv "${files[@]}" --output "$output" --timezone UTC "$@" >"$output.table"
    spent=$((($(date +%s%N) - start) / 1000))
    echo "$labelled"
    python3 Tests/Labelled/score.py "$labelled" "$output"
    echo "time: $((spent / 1000)) ms for $rows rows, files read and written: $((spent * 1000 / rows)) ns a row"
}

for folder in "${folders[@]}"; do bench "$folder" "$@"; done
