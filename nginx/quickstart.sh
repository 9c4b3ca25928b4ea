#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR
#
# From a fresh Debian 12 to an answer: packages, build, database, keys, workers and nginx, all below one folder.
#
#   nginx/quickstart.sh [up | down | status] [option ...]
#
#   --port N          nginx listens on 127.0.0.1:N (default 8080)
#   --prefix DIR      the folder (default .quickstart beside the sources; for root /var/lib/aiproject-quickstart where the
#                     services' user cannot enter the sources)
#   --skip-install    no packages are installed
#   -Dkey=value       a setting; written to etc/aiproject.properties below the folder, where every command reads it
#   --help            this text
#
# With SPARK_APP_ID, SPARK_API_KEY and SPARK_API_SECRET in the environment the answers come from iFlytek;
# with none of them, texts and transcripts come from a model server on 127.0.0.1 (Ollama, llama.cpp, vLLM, LM Studio), if
# `aiproject discover` finds one on its ports or on those in AIPROJECT_DISCOVER_PORTS (empty: none is looked for), and the text
# in pictures from ocr_tesseract, if its packages can be installed; else from a simulator, whose answers are made up. Speech is
# that of speech_espeak, if its packages can be installed. The last lines say which.
# `status` exits with 0 when ready, else with 3. Started by root, the services run as the system user "aiproject", which is
# added when it is missing; only nginx's master process stays root's.
set -euo pipefail

sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
command=up port=8080 prefix='' install_packages=yes must_configure=no
admin_password=''  # of the administrator that this run has made
declare -A given=()  # settings of -D

# shellcheck source=quickstart/progress.sh
. "$sources/nginx/quickstart/progress.sh"
# shellcheck source=quickstart/configure.sh
. "$sources/nginx/quickstart/configure.sh"
# shellcheck source=quickstart/identity.sh
. "$sources/nginx/quickstart/identity.sh"
# shellcheck source=quickstart/processes.sh
. "$sources/nginx/quickstart/processes.sh"
# shellcheck source=quickstart/upstream.sh
. "$sources/nginx/quickstart/upstream.sh"
# shellcheck source=quickstart/settings.sh
. "$sources/nginx/quickstart/settings.sh"
# shellcheck source=quickstart/services.sh
. "$sources/nginx/quickstart/services.sh"
# shellcheck source=packages.sh
. "$sources/nginx/packages.sh"

fail() {
    echo "quickstart: $*" >&2
    exit 1
}

read_options() {
    while (($#)); do
        case $1 in
            up | down | status) command=$1 ;;
            --port) port=${2:?--port needs a number} && shift ;;
            --prefix) prefix=${2:?--prefix needs a folder} && shift ;;
            --skip-install) install_packages=no ;;
            -D?*=*) take_setting "${1#-D}" ;;
            --help | -h) sed -n '4,/^set /{/^set /d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" && exit 0 ;;
            *) fail "unknown: $1 (--help lists what there is)" ;;
        esac
        shift
    done
}

# The last one of a key counts.
take_setting() {
    [[ $1 != *$'\n'* ]] || fail "-D${1%%[=$'\n']*}: has a line break"
    given[${1%%=*}]=${1#*=}
}

check_options() {
    [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || fail "--port: $port is no port"
    ((port < 65536)) || fail "--port: $port is no port"
    ((port >= 1024 || EUID == 0)) || fail "--port: below 1024 only root may listen"
    prefix=$(realpath -m "${prefix:-$(default_prefix)}")
    [[ $prefix =~ ^[-A-Za-z0-9/._+,=@~\ ]+$ && $prefix != / ]] ||
        fail "--prefix: only letters, digits, spaces and /._+,=@~- may be in $prefix"
    ((${#prefix} <= 88)) || fail "--prefix: too long for a socket's address, which ends at 107 bytes: $prefix"
}

take_lock() {
    mkdir -p "$prefix"/{run,log,etc} || fail "cannot write below $prefix"
    exec {lock}>"$prefix/lock"
    flock -w 10 "$lock" || fail "another quickstart.sh is at work in $prefix"
}

build() {
    cd "$sources"
    if [[ $must_configure == yes || ! -e build/release/build.ninja ]] || belongs_elsewhere release >/dev/null; then
        configure release "$prefix/log/configure.log"
    fi
    run_step "building" "$prefix/log/build.log" cmake --build build/release --target quickstart
    run_step "installing into $prefix" "$prefix/log/install.log" cmake --install build/release --prefix "$prefix"
}

# take_engine WITHOUT NAME...: what cannot be installed is done without.
take_engine() {
    local without=$1
    shift
    [[ -n $(missing_packages "$@") ]] || return 0
    if ensure_packages "$prefix/log/engine-packages.log" "$@"; then must_configure=yes
    else echo "- going on without $without"; fi
}

install_all() {
    [[ -z $(missing_packages "${quickstart_packages[@]}") ]] || must_configure=yes
    ensure_packages "$prefix/log/packages.log" "${quickstart_packages[@]}"
    # Engines of our own, in place of the simulator.
    [[ $upstream == simulator ]] || return 0
    take_engine "ocr_tesseract: the simulator answers for pictures" "${ocr_packages[@]}"
    take_engine "speech_espeak: nothing speaks" "${speech_packages[@]}"
}

print_lines() {
    local origin=http://127.0.0.1:$port json="-H 'Content-Type: application/json'" program configuration
    printf -v program %q "$prefix/bin/aiproject"
    printf -v configuration %q "$prefix/etc/aiproject.properties"
    cat <<END

Ready. In a browser on this machine:

  $origin/console/    $(admin_words "$program" "$configuration")

Or paste these, one after the other:

  curl -s $origin/auth/register $json -d '{"username":"demo","password":"quick-start-1","email":"demo@example.org"}'

  uuid=\$(curl -s $origin/auth/login $json -d '{"username":"demo","password":"quick-start-1"}' | sed 's/.*"uuid":"\([^"]*\)".*/\1/'); echo "\$uuid"

  curl -sN $origin/textModel/stream $json -d "{\"uuid\":\"\$uuid\",\"username\":\"demo\",\"dialog\":[{\"role\":\"user\",\"content\":\"hello\"}]}"

Commands, in any shell (also usage, invite, backup, status, reload; --help lists them):

  $program user list -c $configuration

Answers come from:
$(answer_sources)

Logs: $prefix/log/   End: nginx/quickstart.sh down --prefix '$prefix'
END
}

# admin_words PROGRAM CONFIGURATION
admin_words() {
    if [[ -n $admin_password ]]; then echo "sign in as admin with the password $admin_password (shown this once)"
    else echo "(password forgotten: $1 user password admin -c $2)"; fi
}

up() {
    choose_upstream
    refuse_unreachable_prefix
    take_lock
    refuse_taken_port
    [[ $install_packages == no ]] || install_all
    build
    find_server
    find_engines
    ensure_service_user
    hand_over "$prefix/data" "$prefix/pools"
    provide_upstream
    provide_workers
    wait_until "all workers serve" aiproject all_serve
    provide_administrator
    provide_nginx
    wait_until "nginx listens" nginx test -s "$prefix/run/nginx.pid"
    wait_until "/healthz says ready" "aiproject nginx" is_ready
    print_lines
}

down() {
    [[ -d $prefix/run ]] || { echo "Nothing was started in $prefix."; return; }
    take_lock
    # nginx first: a stream ends with its client, and the workers have nothing left to drain.
    stop_process nginx 10
    stop_process aiproject 40
    stop_process upstream-simulator 10
    rm -f "$prefix/run/port" "$prefix/data/simulator.port"
    echo "Nothing is running in $prefix."
}

status() {
    local name reasons=() answer
    for name in nginx aiproject; do
        if is_running "$name"; then echo "$name runs ($(record "$name" 1))"; else reasons+=("$name is not running"); fi
    done
    if [[ -n $(record upstream-simulator 1) ]]; then
        if is_running upstream-simulator; then echo "upstream-simulator runs ($(record upstream-simulator 1))"
        else reasons+=("upstream-simulator has ended"); fi
    fi
    if [[ -s $prefix/run/port ]]; then
        answer=$(health "$(<"$prefix/run/port")")
        [[ $answer == *'"ready":true'* ]] || reasons+=("/healthz answers: ${answer:-nothing}")
    fi
    ((${#reasons[@]})) || { echo "ready: http://127.0.0.1:$(<"$prefix/run/port")"; return; }
    printf 'not ready: %s\n' "${reasons[@]}"
    exit 3
}

read_options "$@"
check_options
"$command"
