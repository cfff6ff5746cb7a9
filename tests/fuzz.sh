#!/usr/bin/env bash
# Fuzzes every parser, or those that are named, with feedback from the branches that an input takes. docs/fuzzing.md explains the targets.
#
# usage: fuzz.sh [TARGET...] [--seconds N] [--inputs N] [--seed N] [--replay FILE]
set -euo pipefail
cd "$(dirname "$0")/.."

readonly bin=artifacts/fuzz/bin

dotnet tool restore --verbosity quiet >/dev/null
dotnet build tests/Pieces.Fuzz -c Release --verbosity quiet --nologo
rm -rf "$bin"
mkdir -p artifacts/fuzz
cp -r artifacts/bin/Pieces.Fuzz/release "$bin"
# The tool adds a counter to each branch. It changes the copies alone.
for assembly in Pieces.Library.dll pieces.dll; do
    [ ! -e "$bin/$assembly" ] || dotnet sharpfuzz "$bin/$assembly"
done
# Neither tiered compilation nor its counters: the same code runs from the first input on.
DOTNET_TieredPGO=0 exec dotnet "$bin/Pieces.Fuzz.dll" --found artifacts/fuzz/found --crashes artifacts/fuzz/crashes "$@"
