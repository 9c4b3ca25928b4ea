#!/usr/bin/env bash
# The one list of Debian packages, for quickstart.sh, package.sh, tests/run.sh, tests/bench/run.sh and .ci/run; and how to install what is missing.
#   packages.sh --install NAME...   (root) installs without starting any service
# Sourced, it gives the lists and ensure_packages.

# shellcheck disable=SC2034  # read by those who source this file
quickstart_packages=(g++ cmake ninja-build libfcgi-dev libpoco-dev libssl-dev libsqlite3-dev libpq-dev
    default-libmysqlclient-dev libicu-dev libcppunit-dev rapidjson-dev libsimdjson-dev nginx curl ca-certificates make)
# What the plugin ocr_tesseract is built with and reads with.
ocr_packages=(libtesseract-dev libleptonica-dev libturbojpeg0-dev libpng-dev libzbar-dev tesseract-ocr-eng tesseract-ocr-chi-sim)
# What the plugin speech_espeak is built with and speaks with.
speech_packages=(libspeexdsp-dev espeak-ng)
# What package.sh makes packages with, and what tells whether they are good; `debian/control` says what is compiled with.
package_packages=(debhelper dpkg-dev lintian)
# shellcheck disable=SC2034
test_packages=("${quickstart_packages[@]}" spawn-fcgi openssl systemd binutils postgresql mariadb-server-core
    "${ocr_packages[@]}" "${speech_packages[@]}" "${package_packages[@]}" mmdebstrap autopkgtest iproute2 imagemagick
    qrencode fonts-dejavu-core fonts-wqy-zenhei chromium prometheus mandoc pkgconf)
# shellcheck disable=SC2034
bench_packages=("${test_packages[@]}" wrk git python3
    gunicorn python3-aiohttp python3-flask python3-websocket)
# shellcheck disable=SC2034
lint_packages=(clang-format-14 clang-tidy-14 clang-14 shellcheck git)
# shellcheck disable=SC2034
fuzz_packages=("${test_packages[@]}" clang-14 libclang-rt-14-dev)

# What CMakeLists.txt uses where it is there.
# shellcheck disable=SC2034
ci_packages=("${lint_packages[@]}" "${fuzz_packages[@]}" "${bench_packages[@]}" ccache mold)

packages_script=${BASH_SOURCE[0]}

missing_packages() {
    local name
    for name; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || echo "$name"
    done
}

# Debian starts a server as soon as it is installed; ours must not take port 80. An administrator's own policy stays.
forbid_service_starts() {
    local policy=/usr/sbin/policy-rc.d
    [[ ! -e $policy && ! -L $policy ]] || return 0
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
}

install_packages() {
    forbid_service_starts
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update || echo "the package lists could not be refreshed; going on with what there is"
    apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
}

# ensure_packages LOG NAME...: asks dpkg first; needs root or sudo only when something is missing, and
# progress.sh to be sourced.
ensure_packages() {
    local log=$1 missing
    shift
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    local become_root=()
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null || ! sudo -v; then
            echo "Missing packages. Please ask an administrator for: apt-get install ${missing[*]}" >&2
            return 1
        fi
        become_root=(sudo -n)
    fi
    run_step "installing ${#missing[@]} packages" "$log" "${become_root[@]}" bash "$packages_script" --install "${missing[@]}"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    set -euo pipefail
    [[ ${1:-} == --install && $# -gt 1 ]] || { sed -n '2,4s/^# *//p' "$0"; exit 2; }
    install_packages "${@:2}"
fi
