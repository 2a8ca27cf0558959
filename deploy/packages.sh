#!/bin/sh
# Installs the Debian packages of the named groups (build, test, lint, fuzz, bench) that are not there yet. Asks nothing.
set -eu
packages=
for group in "${@:-build}"; do
	case $group in
	build) packages="$packages gcc make pkg-config libcurl4-openssl-dev libjansson-dev libyaml-dev libpcre2-dev libsqlite3-dev libutf8proc-dev libssl-dev libarchive13 ca-certificates" ;;
	test) packages="$packages python3 python3-pytest python3-yaml openssl procps util-linux" ;;
	lint) packages="$packages python3 clang clang-format cppcheck pmccabe" ;;
	fuzz) packages="$packages clang libclang-rt-14-dev" ;;
	bench) packages="$packages curl python3 zlib1g-dev" ;;
	*) echo "packages.sh: unknown group '$group' (build, test, lint, fuzz, bench)" >&2; exit 2 ;;
	esac
done
missing=
for p in $packages; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
echo "Installing:$missing"
if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
	as_root='sudo -n'
else
	echo "These Debian packages are missing and this user may not install them. As root, run:" >&2
	echo "  apt-get install -y$missing" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq >/dev/null 2>&1 || true
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null || {
	echo "Installing failed. As root, run: apt-get update && apt-get install -y$missing" >&2
	exit 1
}
