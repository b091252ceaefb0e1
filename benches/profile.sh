#!/usr/bin/env bash
# Says where a step goes: the instructions of a lifecycle by what they are for, and the cache misses of steps on floors
# of several sizes, in a model of three caches. Both are numbers that do not depend on what else the machine does.
# Needs valgrind. `benches/profile.sh instructions` and `benches/profile.sh caches` do one of the two.
set -euo pipefail
cd "$(dirname "$0")/.."
only=${1:-both}
CARGO_INCREMENTAL=0 cargo build --quiet --release --example floor
floor=${CARGO_TARGET_DIR:-target}/release/examples/floor
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

# Sums what each line cost by the file it is in. What the standard library does in line counts for its caller.
by_purpose() {
    awk -v steps="$1" '
    function purpose(file) {
        if (file ~ /malloc/) return "allocation"
        if (file ~ /mem(move|cpy|set|cmp)/) return "memory moved, compared"
        if (file ~ /priority-queue|base\/deadlines/) return "deadlines"
        if (file ~ /hashbrown|indexmap|base\/hash/) return "hash tables"
        if (file ~ /benches\/floors|examples\//) return "the host: requests made and dropped, facts read"
        if (file ~ /\/rustc\/|library\//) return ""
        if (file ~ /src\/base\/(ledger|table|id)/) return "rows opened, closed and found by id"
        if (file ~ /src\/base\//) return "sets in order and of bits: lines, benches, deadlines"
        if (file ~ /src\/(fact\/|engine\/turn)/) return "facts made, what follows from them for status and debt"
        if (file ~ /src\/engine\/(matching|route|prefer)/) return "finding the agent"
        if (file ~ /src\/engine\/(core|expire|pace|clock)/) return "beginning and ending calls"
        if (file ~ /src\/(engine|command|layer)\//) return "checking and deciding commands"
        if (file ~ /src\/(model|policy|state)\//) return "definitions, capacity, order, state machines"
        if (file ~ /src\/world\/(apply|rows|state|stores|catalog)/) return "applying facts to rows"
        if (file ~ /src\/world\//) return "indexes: lanes, needs, who is open, who sees what"
        return ""
    }
    function named(text, kind,   id) {
        id = text; sub(/\).*/, ")", id)
        if (length(text) > length(id)) names[kind id] = substr(text, length(id) + 2)
        return names[kind id]
    }
    /^fl=/ { file = own = named(substr($0, 4), "f"); next }
    /^f[ie]=/ { file = named(substr($0, 4), "f"); next }
    /^cf[il]=/ { named(substr($0, 5), "f"); next }
    /^calls=/ { skip = 1; next }
    /^[-+*0-9]/ {
        if (skip) { skip = 0; next }
        what = purpose(file)
        if (what == "") what = purpose(own)
        if (what == "") what = "the rest of the standard library"
        sums[what] += $2; all += $2
    }
    END {
        for (;;) {
            most = ""
            for (what in sums) if (most == "" || sums[what] > sums[most]) most = what
            if (most == "") break
            printf "%-62s %8d %5.1f %%\n", most, sums[most] / steps, 100 * sums[most] / all
            delete sums[most]
        }
        printf "%-62s %8d\n", "all", all / steps
    }' "$2"
}

instructions() {
    local steps=5000
    valgrind --tool=callgrind --callgrind-out-file="$out/lifecycle" --toggle-collect='floor::repeat' \
        "$floor" plain 1000 0 lifecycle $steps >"$out/log" 2>&1
    echo 'a plain lifecycle of 1,000 agents, instructions'
    by_purpose $steps "$out/lifecycle"
}

# One floor under callgrind, which is switched on when the floor is there; the sums of its events a step.
misses() {
    local steps=$1 last_level=$2
    shift 2
    mkfifo "$out/line"
    valgrind --tool=callgrind --cache-sim=yes --instr-atstart=no --toggle-collect='floor::repeat' \
        --I1=32768,8,64 --D1=32768,8,64 --LL="$last_level" --callgrind-out-file="$out/steps" \
        "$floor" "$@" "$steps" pause <"$out/line" >"$out/log" 2>&1 &
    local tool=$!
    exec 3>"$out/line"
    until grep -q '^floor' "$out/log"; do
        kill -0 $tool || { cat "$out/log" >&2; exit 1; }
        sleep 1
    done
    callgrind_control -i on $tool >"$out/control" 2>&1 </dev/null
    echo >&3
    exec 3>&-
    wait $tool
    rm "$out/line"
    # Events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw
    awk -v steps="$steps" '/^(summary|totals):/ { printf "%d %d %d %d\n", $2 / steps, $5 / steps, ($6 + $7) / steps, ($8 + $9 + $10) / steps; exit }' "$out/steps"
}

caches() {
    printf '%-42s %12s %10s %10s %10s %10s\n' 'a step' instructions 'I1 misses' 'D1 misses' 'of 512 KiB' 'of 32 MiB'
    while read -r steps step; do
        read -r all code data beyond <<<"$(misses "$steps" 524288,8,64 $step)"
        read -r _ _ _ memory <<<"$(misses "$steps" 33554432,16,64 $step)"
        printf '%-42s %12d %10d %10d %10d %10d\n' "$step" "$all" "$code" "$data" "$beyond" "$memory"
    done <<'FLOORS'
20000 plain 1000 0 lifecycle
20000 enterprise 1000 0 arrive
20000 enterprise 100000 0 arrive
20000 enterprise 1000 1000 free
20000 enterprise 100000 1000000 free
FLOORS
}

case $only in
instructions) instructions ;;
caches) caches ;;
*) instructions; echo; caches ;;
esac
