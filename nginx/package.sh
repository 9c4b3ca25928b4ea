#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR
#
# Makes the Debian packages aiproject, aiproject-dev, aiproject-ocr and aiproject-speech of this tree, and looks at them with lintian.
#
#   nginx/package.sh [option ...]
#
#   --build DIR       packages what this build folder has built (as build/release), and compiles nothing
#   --output DIR      where the packages go (default build/package)
#   --version V       their version (default that of debian/changelog)
#   --skip-install    no packages are installed
#   --skip-lintian    lintian is not asked
#   --help            this text
#
# Then: apt install build/package/aiproject_*.deb
set -euo pipefail

sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build='' output=$sources/build/package version='' install_packages=yes ask_lintian=yes

# shellcheck source=quickstart/progress.sh
. "$sources/nginx/quickstart/progress.sh"
# shellcheck source=packages.sh
. "$sources/nginx/packages.sh"

fail() {
    echo "package: $*" >&2
    exit 1
}

read_options() {
    while (($#)); do
        case $1 in
            --build) build=${2:?--build needs a folder} && shift ;;
            --output) output=${2:?--output needs a folder} && shift ;;
            --version) version=${2:?--version needs a version} && shift ;;
            --skip-install) install_packages=no ;;
            --skip-lintian) ask_lintian=no ;;
            --help | -h) sed -n '4,/^set /{/^set /d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" && exit 0 ;;
            *) fail "unknown: $1 (--help lists what there is)" ;;
        esac
        shift
    done
    mkdir -p "$output"
    output=$(cd "$output" && pwd)
    [[ -z $build ]] || build=$(cd "$build" && pwd) || fail "$build: there is no such folder"
    [[ -z $build || -x $build/fcgi/aiproject ]] || fail "$build: nothing is built there"
}

# The files of the tree: those that git knows or would add, or all but what was built.
list_files() {
    git -C "$sources" ls-files -z --cached --others --exclude-standard 2>/dev/null ||
        (cd "$sources" && find . -path ./build -prune -o -type f -print0)
}

# dpkg-buildpackage wants debian/ at the top, where this tree has other things.
assemble() {
    source=$(mktemp -d "$output/.source-XXXXXX")
    list_files | tar -C "$sources" --null --ignore-failed-read -cf - -T - | tar -C "$source" -xf -
    mv "$source/nginx/debian" "$source/debian"
    [[ -z $version ]] || sed -i "1s/([^)]*)/($version)/" "$source/debian/changelog"
}

# What was made before has other names, or is older than this.
clean_output() { rm -f "$output"/aiproject*_*.{deb,buildinfo,changes,log}; }

make_packages() {
    local flags=(-b -us -uc)
    [[ -z $build ]] || flags+=(-d)  # what it was compiled with was there
    cd "$source"
    # Whoever calls may have set flags for other builds.
    env -u CFLAGS -u CXXFLAGS -u LDFLAGS ${build:+AIPROJECT_BUILD="$build" DEB_BUILD_OPTIONS=noautodbgsym} dpkg-buildpackage "${flags[@]}"
}

# As root it wants to be told that this is meant.
look_at_packages() {
    lintian --allow-root --info --fail-on error,warning "$output"/aiproject*.deb
}

read_options "$@"
if [[ $install_packages == yes ]]; then
    needed=("${package_packages[@]}")
    [[ -n $build ]] || needed+=("${quickstart_packages[@]}" "${ocr_packages[@]}" "${speech_packages[@]}")
    ensure_packages "$output/packages.log" "${needed[@]}"
fi
assemble
clean_output
run_step "making the packages" "$output/build.log" make_packages
rm -rf "$source"
[[ $ask_lintian == no ]] || run_step "looking at them with lintian" "$output/lintian.log" look_at_packages
echo "The packages are:"
for file in "$output"/*.deb; do echo "  $file"; done
