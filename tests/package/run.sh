#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR
#
# The packages as an administrator meets them, in a small Debian of their own with systemd as process 1: installed, used, upgraded
# below 50 running streams, removed, purged; what that Debian does is in inside.sh.
#
#   tests/package/run.sh BUILD      packages what that build folder has built
#
# Exit code 77: this machine cannot do it (no root, no namespaces, no mirror, no boot in them); the last line says why. It reads the
# mirror from the machine's own sources of apt. All of it lives in namespaces and a cgroup, so nothing of it outlives this script.
set -euo pipefail

sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:?which build folder?}" && pwd)
# As much of what the packages depend on as has nothing to do with us, so that apt has less to do twice.
base=(bash ca-certificates curl logrotate nginx-light perl-base procps systemd-sysv)

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
spaces=(--mount --pid --net --cgroup --uts --ipc)
unshare "${spaces[@]}" --fork true 2>/dev/null || cannot "this machine gives no namespaces"
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
mapfile -t apt_sources < <(grep -lsE '^[^#]*debian' /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} |
    xargs -r grep -lE "(^Suites:|^deb ).*\b$codename\b")
((${#apt_sources[@]})) || cannot "apt has no source of $codename"

work=$(mktemp -d /tmp/aiproject-package-XXXXXX)
chmod 755 "$work"
children=() machine=
clean_up() {
    local pid
    for pid in "${children[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done
    for pid in "${children[@]}"; do wait "$pid" 2>/dev/null || true; done
    [[ -z $machine ]] || end_machine
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

# --- a newer version: the same files under a higher number, which the program says as well ------------------------------------
old=$(dpkg-deb -f "$work"/packages/aiproject_*.deb Version)
new=$old+newer1
release=${old%%[-~+]*}
new_release=${release%?}$(((${release: -1} + 1) % 10))
mkdir -p "$work/root/packages/old" "$work/root/packages/new"
cp "$work"/packages/*.deb "$work/root/packages/old/"
for package in "$work"/packages/aiproject{,-speech}_*.deb; do
    dpkg-deb -R "$package" "$work/unpacked"
    sed -i -e "s/^Version: .*/Version: $new/" -e "s/(= $old)/(= $new)/" "$work/unpacked/DEBIAN/control"
    [[ ! -e $work/unpacked/usr/bin/aiproject ]] || LC_ALL=C sed -i "s/\x00${release//./\\.}\x00/\x00$new_release\x00/g" "$work/unpacked/usr/bin/aiproject"
    dpkg-deb -Znone --root-owner-group -b "$work/unpacked" "$work/root/packages/new/" >/dev/null
    rm -r "$work/unpacked"
done
cp "$sources/tests/package/inside.sh" "$sources/tests/package/upstream.pl" "$sources/nginx/quickstart/hello.jpg" "$work/root/packages/"
cp -r "$sources/nginx/debian/examples" "$work/root/packages/"

# --- what apt fetches, while there is a network -------------------------------------------------------------------------------
cp /etc/resolv.conf /etc/hosts "$work/root/etc/"
fetch() {
    chroot "$work/root" env DEBIAN_FRONTEND=noninteractive sh -c '
        cd /packages/old && apt-get -q -y install --no-install-recommends --download-only ./aiproject_*.deb ./aiproject-ocr_*.deb ./aiproject-speech_*.deb'
}
run_aside "$work/fetch.log" fetch
if ! wait "${children[0]}"; then
    cat "$work/fetch.log"
    exit 1
fi
children=()
say "what they depend on is fetched"

# --- boot ---------------------------------------------------------------------------------------------------------------------
# With mounts, processes, cgroups and network of its own, so every port is free. It has the devices that a container has, and may
# read the kernel's settings.
boot() {
    # shellcheck disable=SC2016  # those shells' own variables
    exec setpriv --pdeathsig KILL unshare --mount bash -euc '
        mount -t cgroup2 cgroup2 "$1/cgroup"
        mkdir "$1/cgroup/$2"
        echo $$ >"$1/cgroup/$2/cgroup.procs"
        shift 2
        exec unshare "$@"
    ' boot "$work" "$cgroup" "${spaces[@]}" --fork --kill-child=KILL bash -euc '
        mount --make-rprivate /
        mount --bind "$1" "$1"
        cd "$1"
        mount -t proc proc proc
        mount --bind proc/sys proc/sys
        mount -o remount,bind,ro proc/sys
        mount -t sysfs -o ro sysfs sys
        mount -t cgroup2 cgroup2 sys/fs/cgroup
        for folder in dev run tmp; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done
        chmod 1777 tmp
        for device in null zero full random urandom tty; do touch "dev/$device" && mount --bind "/dev/$device" "dev/$device"; done
        mkdir -m 1777 dev/pts dev/shm
        mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
        ln -s pts/ptmx dev/ptmx
        ip link set lo up
        mkdir before
        pivot_root . before
        umount -l before
        rmdir before
        exec env -i container=aiproject LANG=C.UTF-8 /lib/systemd/systemd --unit=package-test.service
    ' boot "$work/root"
}
end_machine() {
    kill -KILL "$machine" 2>/dev/null || true
    wait "$machine" 2>/dev/null || true
    machine=
    # Its process 1 ends last; then the cgroups are empty.
    # shellcheck disable=SC2016  # that shell's own variables
    unshare --mount bash -uc '
        mount -t cgroup2 cgroup2 "$1" && cd "$1" || exit
        for ((tries = 0; tries < 300; ++tries)); do
            [[ ! -d $2 ]] || find "$2" -depth -type d -exec rmdir {} \; 2>/dev/null
            [[ -d $2 ]] || exit 0
            sleep 0.1
        done
        echo "the cgroup $2 stays, with the processes $(find "$2" -name cgroup.procs -exec cat {} +)" >&2
    ' end "$work/cgroup" "$cgroup"
}

# No timer may begin what apt is used for here.
ln -s /dev/null "$work/root/etc/systemd/system/apt-daily.timer"
ln -s /dev/null "$work/root/etc/systemd/system/apt-daily-upgrade.timer"
cat >"$work/root/etc/systemd/system/package-test.service" <<END
[Unit]
Requires=multi-user.target
After=multi-user.target
SuccessAction=exit-force
FailureAction=exit-force

[Service]
Type=oneshot
ExecStart=/bin/bash /packages/inside.sh $old $new $new_release
Environment=HOME=/root DEBIAN_FRONTEND=noninteractive
StandardOutput=file:/packages/output
StandardError=inherit
END
cgroup=$(basename "$work")
mkdir "$work/cgroup"
: >"$work/root/packages/output"
boot >"$work/boot.log" 2>&1 </dev/null &
machine=$!
end=$((SECONDS + 60))
until [[ -s $work/root/packages/output ]]; do
    if ((SECONDS > end)) || ! kill -0 "$machine" 2>/dev/null; then
        cannot "systemd does not boot in namespaces of this machine: $(tail -n 3 "$work/boot.log")"
    fi
    sleep 0.1
done
tail -n +1 -f --pid="$machine" "$work/root/packages/output" &
output=$!
result=0
wait "$machine" || result=$?
wait "$output"
((result == 0)) || exit "$result"
say "used, upgraded, removed and purged"
echo "the packages hold what they promise"
