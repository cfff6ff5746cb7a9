#!/usr/bin/env bash
# Runs the tests, and those that failed once more, alone: in one process, one after the other. A test that passes then is printed as "flaky: NAME" and
# counts as passed. Red are: a second failure, more than two flaky tests, and a test program that crashes, hangs, or leaves no whole report.
# The last line is "N passed, N failed, N skipped".
#
# usage: run-tests.sh TEST-PROGRAM [ARGUMENT...]
#
# The arguments choose the tests, for example -trait Tier=Pure. TEST_TIME_LIMIT and TEST_AGAIN_TIME_LIMIT are those of the two runs, in seconds.
set -euo pipefail

readonly most_flaky=2

program=${1:?usage: run-tests.sh TEST-PROGRAM [ARGUMENT...]}
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/pieces-tests.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The test program, and the managed one that it runs, look for the runtime there.
if [ -z "${DOTNET_ROOT:-}" ] && dotnet=$(type -P dotnet); then
    DOTNET_ROOT=$(dirname "$(realpath "$dotnet")")
    export DOTNET_ROOT
fi

# run_once NAME SECONDS [ARGUMENT...]: leaves NAME.xml, NAME.log, and in NAME.tsv one line a test: result, class.method, name.
run_once() {
    local name=$1 seconds=$2 status=0
    shift 2
    timeout --kill-after=10 "$seconds" "$program" -noColor -noLogo -result-xml "$work/$name.xml" "$@" >"$work/$name.log" 2>&1 &
    # Not a pipe: what a crashed program leaves behind would hold it open.
    tail -n +1 -f -s 0.1 --pid=$! "$work/$name.log"
    wait $! || status=$?
    if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        echo "The test program had not ended after $seconds s."
        return 1
    fi
    if ! read_report "$work/$name.xml" >"$work/$name.tsv"; then
        echo "The test program ended with status $status and left no whole report."
        return 1
    fi
    if [ "$status" -ne 0 ] && ! grep -q '^Fail' "$work/$name.tsv"; then
        echo "The test program ended with status $status, and no test of its report failed."
        return 1
    fi
}

# The report of xunit: <test name="" type="" method="" result="">. An error outside of a test is a failure without a method. Fails if the end is
# missing.
read_report() {
    [ -s "$1" ] || return 1
    awk -v RS='<' '
        function value(attribute,    text) {
            if (!match($0, " " attribute "=\"[^\"]*\"")) return ""
            text = substr($0, RSTART + length(attribute) + 3, RLENGTH - length(attribute) - 4)
            gsub(/&#x[0-9A-Fa-f]+;|&#[0-9]+;|[\t\n]/, " ", text)
            gsub(/&quot;/, "\"", text); gsub(/&apos;/, "\047", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
            return text
        }
        /^test[ \t\n]/ { print value("result") "\t" value("type") "." value("method") "\t" value("name") }
        /^error[ \t\n]/ { print "Fail\t\t" value("type") " " value("name") }
        /^\/assemblies>/ { whole = 1 }
        END { exit !whole }
    ' "$1"
}

count() {
    awk -F '\t' -v results="$1" '$1 ~ "^(" results ")$" { n++ } END { print n + 0 }' "$work/first.tsv"
}

# report FAILED [FLAKY]: the counts as the last line, and the verdict as the status. Without a report there is nothing that can have passed.
report() {
    local passed=$(($(count 'Pass|Fail') - $1))
    printf '%d passed, %d failed, %d skipped\n' "$((passed > 0 ? passed : 0))" "$1" "$(count Skip)"
    [ "$1" -eq 0 ] && [ "${2:-0}" -le "$most_flaky" ]
}

# What failed, shortened, once more: the end of a long log is all that some readers keep.
show_failures() {
    echo "What failed:"
    awk '/^    [^ ].* \[[A-Z]+\]$/ { lines = /\[FAIL\]$/ ? 60 : 0 } /^ ? ? ?[^ ]/ { lines = 0 }
        lines-- > 0 { print substr($0, 1, 400) }' "$1" | head -n 600
}

: >"$work/first.tsv"
if ! run_once first "${TEST_TIME_LIMIT:-3600}" "$@"; then
    report 1
    exit
fi
failed=$(count Fail)
if [ "$failed" -eq 0 ]; then
    report 0
    exit
fi

show_failures "$work/first.log"
again=()
while IFS= read -r method; do
    again+=(-method "$method")
done < <(awk -F '\t' '$1 == "Fail" && $2 != "" { print $2 }' "$work/first.tsv" | sort -u)
if [ "${#again[@]}" -eq 0 ] || ! {
    echo "The same once more, alone:"
    run_once second "${TEST_AGAIN_TIME_LIMIT:-1200}" "$@" -parallelMode none "${again[@]}"
}; then
    report "$failed"
    exit
fi

# Whatever fails in the second run has failed, also a row of the same method that had passed.
awk -F '\t' '
    NR == FNR { if ($1 == "Fail") first[$3]; next }
    second[$3] != "Fail" { second[$3] = $1 }
    END {
        for (name in second) if (second[name] == "Fail") first[name]
        for (name in first) print (second[name] == "Pass" ? "flaky" : "failed") ": " name
    }' "$work/first.tsv" "$work/second.tsv" | sort >"$work/verdicts"
cat "$work/verdicts"
flaky=$(grep -c '^flaky: ' "$work/verdicts" || true)
[ "$flaky" -le "$most_flaky" ] || echo "$flaky flaky tests are more than $most_flaky."
report "$(grep -c '^failed: ' "$work/verdicts" || true)" "$flaky"
