#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR/../..
#
# From a fresh Debian 12 to what this machine does: tests/bench/run.sh [option of bench ...] (--help lists them)
# Installs the packages that are missing (as root, or with sudo), builds for release, and measures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
logs=build/log/bench

# shellcheck source=nginx/quickstart/progress.sh
. nginx/quickstart/progress.sh
# shellcheck source=nginx/quickstart/configure.sh
. nginx/quickstart/configure.sh
# shellcheck source=nginx/packages.sh
. nginx/packages.sh

ensure_packages "$logs/packages.log" "${bench_packages[@]}"
configure release "$logs/configure.log"
run_step "building the benchmark" "$logs/build.log" cmake --build --preset release --target bench

# An ordinary user's PATH has no sbin on Debian, where nginx is. exec, so that a signal reaches who can clean up.
PATH=$PATH:/usr/sbin:/sbin exec tests/bench/report.py build/release/tests/bench/driver/bench "$@"
