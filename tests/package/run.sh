#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR
#
# The packages as an administrator meets them, in a small Debian of their own: installed, used, upgraded below 50 running streams,
# removed, purged; what that Debian does is in inside.sh.
#
#   tests/package/run.sh BUILD      packages what that build folder has built
#
# Exit code 77: this machine cannot do it (no root, no namespaces, no mirror); the last line says why. It reads the mirror from
# the machine's own sources of apt. All of it lives in namespaces, so nothing of it outlives this script.
set -euo pipefail

sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:?which build folder?}" && pwd)
# As much of what the packages depend on as has nothing to do with us, so that apt has less to do twice.
base=(bash ca-certificates curl nginx-light perl-base procps systemd-standalone-sysusers systemd-standalone-tmpfiles)

cannot() {
    echo "SKIPPED: $*"
    exit 77
}

began=$SECONDS
say() { echo "[$((SECONDS - began)) s] $*"; }

# --- what there must be -------------------------------------------------------------------------------------------------------
((EUID == 0)) || cannot "it needs root"
for program in mmdebstrap dpkg-buildpackage lintian ip; do
    command -v "$program" >/dev/null || cannot "there is no $program (nginx/packages.sh has the list)"
done
unshare --mount --pid --net --fork true 2>/dev/null || cannot "this machine gives no namespaces"
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
mapfile -t apt_sources < <(grep -lsE '^[^#]*debian' /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} |
    xargs -r grep -lE "(^Suites:|^deb ).*\b$codename\b")
((${#apt_sources[@]})) || cannot "apt has no source of $codename"

work=$(mktemp -d /tmp/aiproject-package-XXXXXX)
chmod 755 "$work"
children=()
clean_up() {
    local pid
    for pid in "${children[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done
    for pid in "${children[@]}"; do wait "$pid" 2>/dev/null || true; done
    # Mounts are those of the namespaces, which have ended; should one be left, nothing behind it is removed.
    if grep -q " $work/" /proc/self/mounts; then
        echo "still mounted below $work, which stays: $(grep " $work/" /proc/self/mounts)" >&2
    else
        rm -rf "$work"
    fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# run_aside LOG COMMAND...: in a process group of its own, which clean_up ends.
run_aside() {
    local log=$1
    shift
    set -m
    "$@" >"$log" 2>&1 </dev/null &
    set +m
    children+=("$!")
}

# --- packages, and a Debian to put them in, side by side ----------------------------------------------------------------------
make_packages() {
    # What is compressed here is unpacked once.
    DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1 "$sources/nginx/package.sh" --build "$build" --output "$work/packages" --skip-install
}
make_debian() {
    local include
    include=$(IFS=, && echo "${base[*]}")
    mmdebstrap --quiet --mode=root --variant=apt --skip=cleanup/apt,cleanup/reproducible --include="$include" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt=force-unsafe-io --aptopt='Acquire::Retries "3"' "$codename" "$work/root" "${apt_sources[@]}"
}
run_aside "$work/debian.log" make_debian
debian=$!
run_aside "$work/packages.log" make_packages
packages=$!
if ! wait "$packages"; then
    cat "$work/packages.log"
    exit 1
fi
say "the packages are made, and lintian has no error and no warning"
if ! wait "$debian"; then
    cat "$work/debian.log"
    grep -qE 'Could not resolve|Failed to fetch|Connection (failed|timed out|refused)|Unable to connect' "$work/debian.log" &&
        cannot "the mirror does not answer"
    exit 1
fi
children=()
say "Debian $codename is there: $(du -sh "$work/root" | cut -f 1)"

# --- a newer version: the same files under a higher number --------------------------------------------------------------------
old=$(dpkg-deb -f "$work"/packages/aiproject_*.deb Version)
new=$old+newer1
mkdir -p "$work/root/packages/old" "$work/root/packages/new"
cp "$work"/packages/*.deb "$work/root/packages/old/"
for package in "$work"/packages/aiproject{,-speech}_*.deb; do
    dpkg-deb -R "$package" "$work/unpacked"
    sed -i -e "s/^Version: .*/Version: $new/" -e "s/(= $old)/(= $new)/" "$work/unpacked/DEBIAN/control"
    dpkg-deb -Znone --root-owner-group -b "$work/unpacked" "$work/root/packages/new/" >/dev/null
    rm -r "$work/unpacked"
done
cp "$sources/tests/package/inside.sh" "$sources/tests/package/upstream.pl" "$work/root/packages/"
cp -r "$sources/nginx/debian/examples" "$work/root/packages/"

# Services that apt would start belong to this machine's ports: inside.sh starts them itself.
printf '#!/bin/sh\nexit 101\n' >"$work/root/usr/sbin/policy-rc.d"
chmod 755 "$work/root/usr/sbin/policy-rc.d"
cp /etc/resolv.conf /etc/hosts "$work/root/etc/"

# --- the steps ----------------------------------------------------------------------------------------------------------------
# inside COMMAND...: in that Debian, with namespaces for mounts and processes; whatever was started ends with it.
inside() {
    # shellcheck disable=SC2016  # that shell's own variables
    unshare --mount --pid --fork --kill-child=KILL "${network[@]}" bash -euc '
        root=$1
        shift
        mount --make-rprivate /
        mount -t proc proc "$root/proc"
        mount -t tmpfs -o mode=755 tmpfs "$root/run"
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
        mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
        [ ! -e /proc/self/ns/net ] || ip link set lo up
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
    ' inside "$work/root" "$@"
}

# With the network of this machine, for apt; and then without any, so that every port is free.
network=()
inside bash /packages/inside.sh install "$old" "$new"
say "installed"
network=(--net)
inside bash /packages/inside.sh use "$old" "$new"
say "used, upgraded, removed and purged"
echo "the packages hold what they promise"
