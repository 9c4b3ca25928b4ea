# shellcheck shell=bash disable=SC2154,SC2034  # shares its variables with quickstart.sh
# Sourced: the three services, each kept when it already runs with the same program and settings.

# must_start NAME FINGERPRINT: true when it must be started.
must_start() {
    if is_running "$1" && [[ $(record "$1" 3) == "$2" ]]; then
        echo "- $1 is already running ($(record "$1" 1))"
        return 1
    fi
    stop_process "$1" 40
    echo "- starting $1"
}

simulator_program=build/release/tests/upstream/upstream-simulator

provide_upstream() {
    needs_simulator || { stop_process upstream-simulator 10; return; }
    write_simulator_file
    local print
    # install makes a new file, so that the one that runs stays whole.
    cmp -s "$sources/$simulator_program" "$prefix/bin/upstream-simulator" ||
        install -D "$sources/$simulator_program" "$prefix/bin/upstream-simulator"
    print=$(cat "$prefix/bin/upstream-simulator" "$prefix/etc/simulator.properties" | fingerprint)
    if must_start upstream-simulator "$print"; then
        rm -f "$prefix/data/simulator.port"
        start_service upstream-simulator "$print" "$prefix/bin/upstream-simulator" -c "$prefix/etc/simulator.properties"
    fi
    wait_until "the simulator listens" upstream-simulator test -s "$prefix/data/simulator.port"
}

provide_workers() {
    local print
    write_aiproject_file
    # A restarted simulator has a new certificate authority, which is read at the start. Other keys of the upstream need other
    # workers, and of keys a digest of everything tells nothing.
    print=$({
        find "$prefix/bin" "$prefix/lib" -type f -not -name 'upstream-simulator' -print0 | sort -z | xargs -0 cat
        cat "$prefix/etc/aiproject.properties"
        printf '%s\n' "$(record upstream-simulator 1)" "$service_user" \
            "${SPARK_APP_ID:-}" "${SPARK_API_KEY:-}" "${SPARK_API_SECRET:-}"
    } | fingerprint)
    must_start aiproject "$print" || return 0
    start_service aiproject "$print" "$prefix/bin/aiproject" serve -c "$prefix/etc/aiproject.properties"
}

provide_nginx() {
    local print globals='daemon off;'
    # Root's nginx would hand its workers to "nobody", who cannot reach the pools' sockets.
    ((EUID != 0)) || globals+=" user $service_user $service_group;"
    mkdir -p "$prefix/tmp"
    write_nginx_files
    print=$({ echo "$globals"; find "$prefix/etc/nginx" -type f -print0 | sort -z | xargs -0 cat; } | fingerprint)
    must_start nginx "$print" || return 0
    echo "$port" >"$prefix/run/port"
    rm -f "$prefix/run/nginx.pid"
    make_private "$prefix"/log/nginx{,-access,-error}.log
    start_process nginx "$print" "$(nginx_program)" -e "$prefix/log/nginx.log" -c "$prefix/etc/nginx/nginx.conf" -g "$globals"
}

# An ordinary user's PATH has no sbin on Debian.
nginx_program() { PATH=$PATH:/usr/sbin:/sbin command -v nginx || fail "there is no nginx; run this without --skip-install"; }

# Before anything slow: nothing but our own nginx may have it.
refuse_taken_port() {
    if is_running nginx && [[ $(cat "$prefix/run/port" 2>/dev/null) == "$port" ]]; then return 0; fi
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
    echo "Port $port of 127.0.0.1 is taken. Choose another one with --port, or end who has it:" >&2
    if command -v ss >/dev/null; then ss -Hltnp "sport = :$port" >&2; fi
    fail "'ss -ltnp \"sport = :$port\"' as root names the process"
}

# wait_until WHAT NAMES COMMAND...: fails with the log of the process in NAMES that ends before, or of the first one
# after a minute.
wait_until() {
    local what=$1 limit=$((SECONDS + 60)) names name
    read -ra names <<<"$2"
    shift 2
    until "$@"; do
        for name in "${names[@]}"; do
            is_running "$name" || give_up "$what" "$name has ended" "$name"
        done
        ((SECONDS < limit)) || give_up "$what" "no sign of it in 60 s" "${names[0]}"
        sleep 0.1
    done
}

# give_up WHAT REASON NAME
give_up() {
    local log=$prefix/log/$3.log
    echo "Waited until $1: $2. The end of $log:" >&2
    tail -n 30 "$log" | sed 's/^/  | /' >&2
    fail "not ready; see $prefix/log/, and end what runs with: nginx/quickstart.sh down --prefix '$prefix'"
}

health() { curl -s --max-time 5 "http://127.0.0.1:$1/healthz" || true; }
is_ready() { is_running aiproject && is_running nginx && [[ $(health "$port") == *'"ready":true'* ]]; }

service_status() { "$prefix/bin/aiproject" status -c "$prefix/etc/aiproject.properties"; }
all_serve() {
    local status
    status=$(service_status 2>/dev/null) && [[ $status != *' starting '* ]]
}
# A first administrator, before nginx lets anybody register. An account that is there already gets no right here: it may be
# anybody's.
provide_administrator() {
    local account=("${as_service[@]}" "$prefix/bin/aiproject" user) file=(-c "$prefix/etc/aiproject.properties")
    local log=$prefix/log/administrator.log fresh
    fresh=$(head -c 1024 /dev/urandom | LC_ALL=C tr -dc 'abcdefghjkmnpqrstuvwxyz23456789' | cut -c 1-20)
    make_private "$log"
    if ! "${account[@]}" add "${file[@]}" admin --email admin@localhost.localdomain <<<"$fresh" >"$log" 2>&1; then
        grep -q already "$log" || echo "- no administrator was made: $(tail -n 1 "$log")"
        return 0
    fi
    "${account[@]}" grant "${file[@]}" admin --admin >>"$log" 2>&1 || give_up "there is an administrator" "user grant failed" administrator
    admin_password=$fresh
}

# Of each kind, in the words of `aiproject status`.
answer_sources() { service_status | sed -n '/^answers come from$/,/^$/{/^  /p}'; }
