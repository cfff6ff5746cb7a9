#!/bin/sh
# Says what the native compiler's last step lacks, in words, before it fails in a long linker message.
set -u
[ "$(uname -s)" = Linux ] || exit 0

missing=
compiler=
for candidate in clang gcc; do
    if command -v "$candidate" >/dev/null 2>&1; then
        compiler=$candidate
        break
    fi
done
[ -n "$compiler" ] || missing="a C compiler that links (clang or gcc)"

if [ -n "$compiler" ] && ! echo 'int main(void){return 0;}' | "$compiler" -x c - -lz -o /dev/null 2>/dev/null; then
    missing="the development files of zlib and of the C library (on Debian: zlib1g-dev libc6-dev)"
fi

if [ -n "$missing" ]; then
    echo "publish: missing: $missing" >&2
    exit 1
fi
