#!/usr/bin/env bash
# Counts the instructions of three fixed, seeded days: a number that does not depend on what else the machine does.
# Needs valgrind. An argument says how many commands a day has.
set -euo pipefail
cd "$(dirname "$0")/.."
commands=${1:-20000}
# With units that are compiled one by one less is inlined: 250 instructions a command.
CARGO_INCREMENTAL=0 cargo build --quiet --release --example floor
floor=${CARGO_TARGET_DIR:-target}/release/examples/floor
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

printf '%-12s %16s %14s\n' day instructions 'a command'
for shape in plain enterprise hard; do
    valgrind --tool=callgrind --callgrind-out-file="$out/$shape" --toggle-collect='*day*play*' \
        "$floor" "$shape" 1000 0 day "$commands" >"$out/$shape.log" 2>&1
    counted=$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$out/$shape.log")
    printf "%-12s %'16d %'14d\n" "$shape" "$counted" $((counted / commands))
    sed -n 's/^day */             /p' "$out/$shape.log"
done
