#!/usr/bin/env bash
# Packs the native executable and its documents into artifacts/dist/pieces-VERSION-RID.tar.gz, reproducibly, and writes its checksum.
# In the unpacked archive, `make install` puts everything where it belongs.
#
# usage: archive.sh PATH-OF-PIECES [RID]
set -euo pipefail
cd "$(dirname "$0")/.."

pieces=${1:?usage: archive.sh PATH-OF-PIECES [RID]}
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
rid=${2:-}
if [ -z "$rid" ]; then
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) rid=linux-x64 ;;
        Linux-aarch64) rid=linux-arm64 ;;
        Darwin-x86_64) rid=osx-x64 ;;
        Darwin-arm64) rid=osx-arm64 ;;
        *) echo "archive: name the system, for example RID=linux-x64" >&2; exit 2 ;;
    esac
fi

name=pieces-$version-$rid
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
install -d "$stage/$name/bin"
install -m 755 "$pieces" "$stage/$name/bin/pieces"
install -m 644 README.md LICENSE CHANGELOG.md ARCHITECTURE.md CONTRIBUTING.md SECURITY.md "$stage/$name/"
# What the README leads to.
install -d "$stage/$name/docs/display"
install -m 644 docs/*.md docs/*.json "$stage/$name/docs/"
install -m 644 docs/display/*.svg "$stage/$name/docs/display/"
cp -R artifacts/share "$stage/$name/share"
{ printf 'BUILT = .\nPROGRAM = bin/pieces\n'; cat install.mk; } > "$stage/$name/Makefile"

mkdir -p artifacts/dist
tar=tar
type -P gtar >/dev/null && tar=gtar
"$tar" -C "$stage" --format=ustar --sort=name --mode=u=rwX,go=rX --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - "$name" \
    | gzip -9n > "artifacts/dist/$name.tar.gz"
(cd artifacts/dist && { sha256sum "$name.tar.gz" 2>/dev/null || shasum -a 256 "$name.tar.gz"; } > "$name.tar.gz.sha256")
echo "artifacts/dist/$name.tar.gz"
