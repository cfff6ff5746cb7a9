#!/usr/bin/env bash
# Runs a command that runs the tests, with the native program as the one under test. Without a native toolchain the tests run the managed program.
#
# usage: with-native.sh COMMAND [ARGUMENT...]
set -euo pipefail

cd "$(dirname "$0")/.."

# MSBuild reads it. The analysers take as long as the compiler; make check and CI run them.
export RunAnalyzers=false
if [ -z "${PIECES_UNDER_TEST:-}" ]; then
    if tests/native-toolchain.sh "" >/dev/null 2>&1 && make --no-print-directory --silent publish; then
        export PIECES_UNDER_TEST=$PWD/artifacts/pieces
    else
        echo "The tests run the managed program, which takes longer: make publish says what the native one needs."
    fi
fi
exec "$@"
