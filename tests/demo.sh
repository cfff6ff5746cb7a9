#!/usr/bin/env bash
# A whole swarm on this machine's loopback, made of the product's own commands: a torrent is created, tracked, seeded and downloaded, and what
# came is compared with what was there. Needs no network, touches nothing outside one temporary folder, ends only what it started.
#
# usage: demo.sh PATH-OF-PIECES
set -euo pipefail

pieces=$(realpath "${1:?usage: demo.sh PATH-OF-PIECES}")
work=$(mktemp -d "${TMPDIR:-/tmp}/pieces-demo.XXXXXX")
started=()

# The demo shows the same to everyone, whatever their settings are.
export XDG_CONFIG_HOME="$work/config"
for name in "${!PIECES_@}"; do
    unset "$name"
done

# Runs on every way out, Ctrl-C included.
finish() {
    status=$?
    trap - EXIT INT TERM HUP
    for pid in "${started[@]}"; do
        kill -TERM "$pid" 2>/dev/null || true
    done
    for pid in "${started[@]}"; do
        wait "$pid" 2>/dev/null || true
    done
    if [ "$status" -ne 0 ]; then
        for log in tracker seed; do
            [ -s "$work/$log.log" ] && sed "s/^/$log: /" "$work/$log.log" >&2
        done
        echo "demo: failed with $status" >&2
    fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

step() { printf '\n==> %s\n' "$*"; }

# wait_for PATTERN FILE PID: the first line of FILE that matches, once it is there; fails when PID ends before.
wait_for() {
    for _ in $(seq 300); do
        grep -m 1 -o -E -- "$1" "$2" && return 0
        kill -0 "$3" 2>/dev/null || break
        sleep 0.1
    done
    echo "demo: nothing like '$1' came" >&2
    return 1
}

step "some content: four files in two folders, 12 MiB"
mkdir -p "$work/here/holiday/pictures" "$work/there"
head -c 5242880 /dev/urandom >"$work/here/holiday/film.bin"
head -c 4194309 /dev/urandom >"$work/here/holiday/pictures/one.bin"
head -c 3145728 /dev/urandom >"$work/here/holiday/pictures/two.bin"
echo "sunny" >"$work/here/holiday/notes.txt"

step "pieces tracker --port 0"
"$pieces" tracker --port 0 >"$work/tracker.out" 2>"$work/tracker.log" &
started+=($!)
announce=$(wait_for 'http://[^ ]+' "$work/tracker.out" "$!")
echo "$announce"

step "pieces create holiday -t $announce"
"$pieces" create "$work/here/holiday" -t "$announce" -o "$work/holiday.torrent"
"$pieces" show "$work/holiday.torrent" --files

step "pieces seed holiday.torrent --data here"
"$pieces" seed "$work/holiday.torrent" --data "$work/here" --interface 127.0.0.1 -p 0 --progress plain >"$work/seed.out" 2>"$work/seed.log" &
started+=($!)
wait_for 'seeding 100.*' "$work/seed.log" "$!"

step "pieces download holiday.torrent -o there -v"
"$pieces" download "$work/holiday.torrent" -o "$work/there" --interface 127.0.0.1 -p 0 --deadline 2m -v

step "the same content?"
diff -r "$work/here/holiday" "$work/there/holiday"
test -z "$(find "$work/there" -mindepth 1 -maxdepth 1 ! -name holiday)"
echo "yes: $(find "$work/there/holiday" -type f | wc -l) files, byte for byte"
