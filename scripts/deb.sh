#!/usr/bin/env bash
# Builds latencyd_VERSION_ARCHITECTURE.deb into $OUTPUT (.build/deb) from the release binary, with Debian's own basic tools
# alone: dpkg-dev and binutils. DEB_VERSION sets another version, DEB_COMPRESSION another one than xz.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/debian.sh
source "$here/debian.sh"
cd "$here/.."

if ! is_debian; then
    echo "deb: a Debian package can be built on Debian and its relatives only; elsewhere 'make install' installs" >&2
    exit 1
fi
install_missing binutils dpkg-dev python3

binary=${LATENCYD_BIN:-.build/release/latencyd}
if [[ ! -x $binary ]]; then
    echo "deb: $binary is missing; run 'make build' first" >&2
    exit 1
fi
output=${OUTPUT:-.build/deb}
version=${DEB_VERSION:-$("$binary" --version | sed -n 's/.*version \([^ ]*\) .*/\1/p')-1}
architecture=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

# The same moment for the same sources: two builds are the same file.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

umask 022
control=$root/DEBIAN
install -d "$control"
DESTDIR=$root PREFIX=/usr LATENCYD_BIN=$binary scripts/install.sh --package
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/latencyd"

documents=$root/usr/share/doc/latencyd
install -m 644 packaging/debian/copyright "$documents/copyright"
gzip -9 -n <"$documents/CHANGELOG.md" >"$documents/changelog.gz"
rm "$documents/CHANGELOG.md"
gzip -9 -n >"$documents/changelog.Debian.gz" <<CHANGES
latencyd ($version) stable; urgency=medium

  * See changelog.gz.

 -- latencyd maintainers <maintainers@latencyd.invalid>  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
CHANGES
chmod 644 "$documents"/changelog*.gz
install -D -m 644 packaging/debian/lintian-overrides "$root/usr/share/lintian/overrides/latencyd"

# dpkg-shlibdeps reads the libraries that the program needs, and wants a source package around it.
mkdir -p "$work/source/debian"
printf 'Source: latencyd\n\nPackage: latencyd\nArchitecture: any\n' >"$work/source/debian/control"
depends=$(cd "$work/source" && dpkg-shlibdeps -O "$root/usr/bin/latencyd" | sed -n 's/^shlibs:Depends=//p')

size=$(du -k -s --apparent-size --exclude=DEBIAN "$root" | cut -f 1)
sed -e "s|@VERSION@|$version|" -e "s|@ARCHITECTURE@|$architecture|" -e "s|@INSTALLED_SIZE@|$size|" \
    -e "s|@DEPENDS@|$depends|" packaging/debian/control.in >"$control/control"
(cd "$root" && find etc -type f -printf '/%p\n' | LC_ALL=C sort) >"$control/conffiles"
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$control/md5sums"
for script in postinst prerm postrm; do
    install -m 755 "packaging/debian/$script" "$control/$script"
done

mkdir -p "$output"
package=$output/latencyd_${version}_$architecture.deb
dpkg-deb --root-owner-group "-Z${DEB_COMPRESSION:-xz}" --build "$root" "$package" >/dev/null
echo "Built $package. Install it:  apt install $(realpath "$package")"
