#!/usr/bin/env bash
# Puts the program, all libraries it needs with the C library among them, units, configs, docs and licences into one tarball that runs
# from any directory of any Linux with the same kind of processor. Usage: cmake/package.sh PROGRAM TARBALL
# The C library is carried because that of a cluster is often older, and because its functions decide the last digits of results.
set -euo pipefail

program=$(realpath "$1")
tarball=$(realpath -m "$2")
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=$(basename "$tarball" .tar.gz)
tree=$work/$name
mkdir -p "$tree"/{bin,lib,share/udunits,share/licences}

strip -o "$tree/lib/lunafab" "$program"
cat >"$tree/bin/lunafab" <<'STARTER'
#!/bin/sh
# Starts the program with the libraries beside it, and no others.
self=$(readlink -f "$0" 2>/dev/null) || self=$0
here=$(CDPATH='' cd -P "${self%/*}/.." && pwd) || exit 127
export LUNAFAB_STARTER="$here/bin/lunafab"
export UDUNITS2_XML_PATH="$here/share/udunits/udunits2.xml"
exec "$here/lib/ld.so" --argv0 "$0" --library-path "$here/lib" "$here/lib/lunafab" "$@"
STARTER
chmod 755 "$tree/bin/lunafab"

# The package that owns a file, by either of the names that a merged /usr gives it.
owner() {
  local file=$1
  { dpkg -S "$file" || dpkg -S "${file#/usr}" || dpkg -S "/usr$file"; } 2>/dev/null | head -n 1 | cut -d: -f1
}

carry_licence() {
  local file package
  file=$(realpath "$1")
  package=$(owner "$file")
  [[ -n $package ]] || { echo "package.sh: no package owns $file: its licence is unknown" >&2; return 1; }
  cp -L "/usr/share/doc/$package/copyright" "$tree/share/licences/$package"
}

loader=$(ldd "$program" | awk '$1 ~ /^\/.*ld-linux/ { print $1 }')
cp -L "$loader" "$tree/lib/ld.so"
carry_licence "$loader"
while read -r library; do
  cp -L "$library" "$tree/lib/"
  carry_licence "$library"
done < <(ldd "$program" | awk '$2 == "=>" { print $3 }')

units=/usr/share/xml/udunits
cp "$units"/*.xml "$tree/share/udunits/"
carry_licence "$units/udunits2.xml"
cp -r "$source"/{configs,docs,LICENSE,README.md,CHANGELOG.md} "$tree/"

mkdir -p "$(dirname "$tarball")"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" -cf - "$name" | gzip -n >"$tarball.tmp"
mv "$tarball.tmp" "$tarball"
