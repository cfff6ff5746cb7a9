#!/usr/bin/env bash
# Runs everything, or the phases that are named, and sums up. The last line is "N passed, N failed, N skipped"; a step that is no test counts as one.
#
# usage: test-all.sh [PHASE...]
#
# build     the native program, the tests and the benchmarks
# static    white space, and what check.sh looks for
# format    all that dotnet format knows, which takes some minutes on a busy machine
# suite     all tests, against the native program
# explicit  tests that need a quiet machine or much time, one after the other
# fuzz      each fuzz target for FUZZ_SECONDS (default 5), with feedback from the branches that an input takes
set -euo pipefail
cd "$(dirname "$0")/.."

passed=0 failed=0 skipped=0 is_red=0

# step NAME COMMAND [ARGUMENT...]
step() {
    local name=$1
    shift
    printf '== %s\n' "$name"
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $name"
        return 1
    fi
}

# run_tests NAME [ARGUMENT...]: adds what the last line counts. Three flaky tests make a run red of which no test has failed.
run_tests() {
    local name=$1 log counts
    shift
    printf '== %s\n' "$name"
    log=$(mktemp)
    PIECES_UNDER_TEST="$PWD/artifacts/pieces" BENCHMARKS_UNDER_TEST="$PWD/artifacts/bin/Pieces.Benchmarks/release/Pieces.Benchmarks" \
        make --no-print-directory --silent test RUN_TESTS="tests/run-tests.sh artifacts/bin/Pieces.Tests/release/Pieces.Tests $*" \
        | tee "$log" || is_red=1
    counts=$(tail -n 1 "$log")
    rm -f "$log"
    if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
    else
        failed=$((failed + 1))
        echo "failed: $name"
    fi
}

phase_build() {
    step "publish" make publish && step "build" dotnet build Pieces.sln -c Release --nologo
}

phase_static() {
    step "check.sh" tests/check.sh || true
    step "white space" dotnet format whitespace Pieces.sln --verify-no-changes --no-restore || true
}

phase_format() {
    step "format" dotnet format Pieces.sln --verify-no-changes --no-restore || true
}

phase_suite() {
    run_tests "all tests"
}

# What writes files of the repository is a tool and no test.
phase_explicit() {
    run_tests "explicit tests" -explicit only -parallelMode none -trait- Writes=testdata
}

phase_fuzz() {
    step "fuzz" tests/fuzz.sh --seconds "${FUZZ_SECONDS:-5}" || true
}

[ $# -gt 0 ] || set -- build static format suite explicit fuzz
for phase; do
    # Without a build there is nothing to test.
    "phase_$phase" || break
done

echo
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ] && [ "$is_red" -eq 0 ]
