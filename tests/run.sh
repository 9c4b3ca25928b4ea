#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR/..
#
# From a fresh Debian 12 to the verdict of every test: tests/run.sh [release | debug | asan | tsan] [option of ctest ...]
# Installs the packages that are missing (as root, or with sudo), builds, and runs everything through ctest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:-release}
shift $(($# > 0))
logs=build/log/$preset

# shellcheck source=nginx/quickstart/progress.sh
. nginx/quickstart/progress.sh
# shellcheck source=nginx/quickstart/configure.sh
. nginx/quickstart/configure.sh
# shellcheck source=nginx/packages.sh
. nginx/packages.sh

ensure_packages "$logs/packages.log" "${test_packages[@]}"
configure "$preset" "$logs/configure.log"
run_step "building $preset" "$logs/build.log" cmake --build --preset "$preset"
for suite in clients console; do
    tests/clients/install.sh "build/$preset/tests/$suite" >"$logs/$suite.log" 2>&1 ||
        echo "- what needs npm in tests/$suite is left out: $(tail -n 1 "$logs/$suite.log") (output: $logs/$suite.log)"
done

code=0
# An ordinary user's PATH has no sbin on Debian, where nginx is.
PATH=$PATH:/usr/sbin:/sbin ctest --preset "$preset" "$@" </dev/null 2>&1 | tee "$logs/ctest.log" || code=$?
grep 'tests passed' "$logs/ctest.log" || echo "$preset: ctest came to no end"
exit "$code"
