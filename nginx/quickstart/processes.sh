# shellcheck shell=bash disable=SC2154,SC2034  # shares its variables with quickstart.sh
# Sourced: starts processes that outlive the script, and ends exactly those. run/NAME.process says which one it
# was: pid, its start time (a pid is used again, the pair is not), a fingerprint of what it was started with, its
# program's name.

# process_field PID NUMBER: a field of /proc/PID/stat as proc(5) counts them, from 3 on.
process_field() {
    local stat fields
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    read -ra fields <<<"${stat##*) }"  # the name before it may hold anything
    echo "${fields[$2 - 3]}"
}

# A zombie is dead: in a container there may be nobody to reap it.
runs() { [[ $(process_field "$1" 3) =~ ^[^ZX]$ && $(process_field "$1" 22) == "$2" ]]; }

# record NAME LINE: 1 pid, 2 start time, 3 fingerprint, 4 program's name; nothing when it was never started.
record() { sed -n "$2p" "$prefix/run/$1.process" 2>/dev/null || true; }

is_running() {
    local pid
    pid=$(record "$1" 1)
    [[ -n $pid ]] && runs "$pid" "$(record "$1" 2)"
}

# start_process NAME FINGERPRINT PROGRAM ARGUMENT...: as who calls this.
start_process() { start_by "$@"; }

# start_service NAME FINGERPRINT PROGRAM ARGUMENT...: as the user of the services.
start_service() { start_by "${@:1:2}" "${as_service[@]}" "${@:3}"; }

# Logs name clients and what they asked for, and the fingerprint covers keys: neither is for other users.
start_by() {
    local name=$1 fingerprint=$2 log=$prefix/log/$1.log pid program
    shift 2
    program=$(command -v "$1")
    [[ $1 != "${as_service[0]:-}" ]] || program=${*:${#as_service[@]}+1:1}
    make_private "$log" "$prefix/run/$name.process"
    # A session of its own: the end of the terminal is not its end, and its children can be found.
    (umask 077 && exec setsid "$@") </dev/null >>"$log" 2>&1 {lock}>&- &
    pid=$!
    disown "$pid"
    printf '%s\n%s\n%s\n%s\n' "$pid" "$(process_field "$pid" 22 || echo 0)" "$fingerprint" \
        "$(basename "$(realpath "$program")")" >"$prefix/run/$name.process"
}

# make_private FILE...: for the one who runs this alone, before anything is in them.
make_private() {
    local file
    for file; do
        (umask 077 && : >>"$file")
        chmod 600 "$file"
    done
}

# Pids of the session that the recorded process leads or led. The system does not give its number away while one
# of them lives; the program is compared all the same, by the name that the kernel shows to everybody (15 bytes of it).
members() {
    local leader program entry pid
    leader=$(record "$1" 1)
    program=$(basename "$(record "$1" 4)")
    [[ -n $leader ]] || return 0
    if [[ -e /proc/$leader ]] && [[ $(process_field "$leader" 22) != "$(record "$1" 2)" ]]; then return 0; fi
    for entry in /proc/[0-9]*; do
        pid=${entry#/proc/}
        [[ $(process_field "$pid" 6) == "$leader" && $(process_field "$pid" 3) != Z ]] || continue
        [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "${program:0:15}" ]] && echo "$pid"
    done
    return 0
}

# wait_for_end NAME SECONDS: until no process of it is left.
wait_for_end() {
    local limit=$((SECONDS + $2))
    while [[ -n $(members "$1") ]]; do
        ((SECONDS < limit)) || return 1
        sleep 0.1
    done
}

signal_members() {
    local pid
    for pid in $(members "$1"); do kill "-$2" "$pid" 2>/dev/null || true; done
}

# stop_process NAME SECONDS: asks the leader, then what it left behind, then insists.
stop_process() {
    local name=$1
    if is_running "$name"; then
        echo "- ending $name ($(record "$name" 1))"
        kill -TERM "$(record "$name" 1)" || fail "$name belongs to another user: ask them, or root, to end it"
        wait_for_end "$name" "$2" || echo "  it does not end within $2 s: killing it"
    fi
    is_running "$name" || signal_members "$name" TERM
    is_running "$name" || wait_for_end "$name" 3 || true
    signal_members "$name" KILL
    wait_for_end "$name" 10 || fail "$name cannot be ended: $(members "$name" | tr '\n' ' ')"
    rm -f "$prefix/run/$name.process"
}
