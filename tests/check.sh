#!/usr/bin/env bash
# What neither compiler nor tests see: the size of files, folders and lines, plain words, and that some names occur in their layer alone. Prints each
# fault. Needs bash and the usual tools. To add a rule, write a function and call it at the end.
#
# usage: check.sh [FOLDER-OF-THE-REPOSITORY]
set -euo pipefail
export LC_ALL=C
words=$(realpath "$(dirname "$0")")/words.txt
cd "${1:-$(dirname "$0")/..}"

readonly most_files=40
readonly most_lines=400
readonly most_columns=150

faults=0

# fault TEXT
fault() {
    faults=$((faults + 1))
    echo "check: $1"
}

# only_in WHAT PATTERN PLACE...: below src, lines of code that match the extended regular expression stand in these files or folders alone.
only_in() {
    local what=$1 pattern=$2 found place
    shift 2
    while IFS= read -r found; do
        for place; do
            [[ $found == "$place":* || $found == "$place"/* ]] && continue 2
        done
        fault "$what: $found"
    done < <(grep -rnE --include='*.cs' "$pattern" src | grep -vE '^[^:]+:[0-9]+: *//')
}

folders_are_small() {
    local folder count
    while read -r count folder; do
        [ "$count" -le "$most_files" ] || fault "$folder has $count files, $most_files are the most"
    done < <(find src -name '*.cs' -not -path '*/obj/*' -not -path '*/bin/*' | sed 's|/[^/]*$||' | sort | uniq -c)
}

files_are_short() {
    local file count
    while read -r count file; do
        fault "$file has $count lines, $most_lines are the most"
    done < <(find src tests -name '*.cs' -not -path '*/obj/*' -not -path '*/bin/*' -exec awk -v most="$most_lines" '
        FNR == 1 { if (n > most) print n, name; name = FILENAME }
        { n = FNR }
        END { if (n > most) print n, name }' {} + | sort -k 2)
}

# A comment or message that a reader stumbles over: tests/words.txt lists the expressions.
words_are_plain() {
    local found pattern
    pattern=$(grep -vE '^(#|$)' "$words" | paste -sd '|')
    while IFS= read -r found; do
        fault "plain words: $found"
    done < <(find . \( -name '*.cs' -o -name '*.md' -o -name '*.sh' -o -name Makefile \) -not -path './artifacts/*' -not -path '*/obj/*' \
        -not -path '*/bin/*' -exec grep -nHiwE "($pattern)" {} + | sed 's|^\./||' | cut -c 1-160 | sort)
}

lines_fit() {
    local found
    while IFS= read -r found; do
        fault "$found is longer than $most_columns columns"
    done < <(find src tests \( -name '*.cs' -o -name '*.sh' \) -not -path '*/obj/*' -not -path '*/bin/*' -exec awk -v most="$most_columns" '
        { line = $0; gsub(/[\200-\277]/, "", line) }
        length(line) > most { print FILENAME ":" FNR }' {} + | sort)
}

# As dotnet format wants them, which takes a minute to say so: System first, then by the parts of the names.
imports_are_sorted() {
    local file
    while IFS= read -r file; do
        fault "$file: the using directives are not sorted"
    done < <(find src tests -name '*.cs' -not -path '*/obj/*' -not -path '*/bin/*' -exec awk '
        FNR == 1 { last = ""; over = 0 }
        over { next }
        /^using [A-Za-z0-9_.]+;/ {
            name = tolower(substr($2, 1, length($2) - 1))
            key = (name ~ /^system($|\.)/ ? 0 : 1) name
            gsub(/\./, "\001", key)
            if (key < last) { print FILENAME; over = 1 }
            last = key
            next
        }
        !/^using / && !/^\357?\273?\277?[ \t]*$/ { over = 1 }' {} + | sort)
}

folders_are_small
files_are_short
lines_fit
words_are_plain
imports_are_sorted
only_in "native functions are imported in the platform layer alone" '\b(DllImport|LibraryImport)\b' src/Pieces/Platform
only_in "files are flushed through IFileSystem.Flush alone: the runtime does not report a failed flush on Unix" \
    'FlushToDisk|flushToDisk|\.Flush\(true\)|FileOptions\.WriteThrough' src/Pieces/Platform/WindowsFileSystem.cs
only_in "sockets are opened in Net alone" 'new (Socket|TcpClient|TcpListener|UdpClient)\(' src/Pieces/Net src/Pieces.Cli/Tracker
only_in "HTTP requests are sent in Net alone" '\b(HttpClient|HttpClientHandler|SocketsHttpHandler)\b' src/Pieces/Net
only_in "addresses are judged by the address policy alone" 'bool Is\w*(Usable|Dialable|Allowed)\w*\((IPAddress|IPEndPoint|CompactEndPoint)'
only_in "names are resolved in Net alone" '\bDns\.' src/Pieces/Net
only_in "hash algorithms are named in two files alone" '\b(SHA1|SHA256|IncrementalHash)\b' \
    src/Pieces/Primitives/Sha1Digest.cs src/Pieces/Primitives/InfoHashV2.cs
only_in "content is hashed by the piece hasher and for new torrents alone" '\bRunningSha1\b' \
    src/Pieces/Primitives/Sha1Digest.cs src/Pieces/Metadata/Sha1PieceHasher.cs src/Pieces/Metadata/ContentHasher.cs
only_in "the pieces of a file come from PieceLayout.PiecesOf, and readers alone ask for the piece at a position" '\bPieceAt\(' \
    src/Pieces/Metadata/PieceLayout.cs src/Pieces/Storage/ContentCursor.cs src/Pieces/Storage/Streaming/SlidingFile.cs

[ "$faults" -eq 0 ]
