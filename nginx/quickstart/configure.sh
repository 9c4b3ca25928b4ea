# shellcheck shell=bash
# Sourced after progress.sh, from the folder of the sources: configures build/PRESET.

# belongs_elsewhere PRESET: the folder was moved or copied here with a tree, and its paths lead to the tree it was made for.
belongs_elsewhere() {
    local owner
    owner=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "build/$1/CMakeCache.txt" 2>/dev/null) || return 1
    [[ ! $owner -ef $PWD ]] || return 1
    echo "build/$1 belongs to the sources in $owner and is made anew for those in $PWD"
}

# configure PRESET LOG
configure() {
    local fresh=()
    if belongs_elsewhere "$1"; then fresh=(--fresh); fi
    run_step "configuring $1" "$2" cmake "${fresh[@]}" --preset "$1"
}
