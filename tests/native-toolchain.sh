#!/bin/sh
# Says what the native compiler's last step lacks, in words, before it fails in a long linker message.
#
# usage: native-toolchain.sh [RID]     RID names the system to compile for; this one without it
set -u
[ "$(uname -s)" = Linux ] || exit 0

fail() {
    echo "publish: $*" >&2
    exit 1
}

case "$(uname -m)" in
    aarch64) here=linux-arm64 there=linux-x64 triple=x86_64-linux-gnu packages=gcc-x86-64-linux-gnu ;;
    *) here=linux-x64 there=linux-arm64 triple=aarch64-linux-gnu packages=gcc-aarch64-linux-gnu ;;
esac

links() { echo 'int main(void){return 0;}' | "$@" -x c - -ldl -lm -lpthread -o /dev/null 2>/dev/null; }

case "${1:-$here}" in
    "$here")
        compiler=$(command -v clang || command -v gcc) || fail "missing: a C compiler that links (clang or gcc)"
        links "$compiler" || fail "missing: the development files of the C library (on Debian: libc6-dev)"
        ;;
    "$there")
        # Only clang links for another processor by being told so; it takes the linker and the C library from the packages for that one.
        hint="on Debian: apt-get install clang llvm $packages"
        command -v clang >/dev/null || fail "missing: clang, which links for $there ($hint)"
        command -v llvm-objcopy >/dev/null || fail "missing: llvm-objcopy ($hint)"
        links clang "--target=$triple" -fuse-ld=bfd || fail "missing: the linker and the C library of $there ($hint)"
        ;;
    *) fail "$1: native executables for it are made on such a system only; from here: $here, $there" ;;
esac
