# shellcheck shell=bash disable=SC2154,SC2034  # shares its variables with quickstart.sh
# Sourced: says what a slow step is doing. Its full output goes to a log file.

step_group=  # process group of the running step; ended when the script is

# run_step TITLE LOG COMMAND...: shows the log's last line on a terminal, and a heartbeat elsewhere.
run_step() {
    local title=$1 log=$2 began=$SECONDS code=0
    shift 2
    mkdir -p "$(dirname "$log")"
    (umask 077 && : >>"$log")
    echo "- $title ... (output: $log)"
    set -m  # a group of its own, so that all of it can be ended
    "$@" >"$log" 2>&1 </dev/null &
    step_group=$!
    set +m
    watch_step "$step_group" "$log"
    wait "$step_group" || code=$?
    step_group=
    if ((code)); then
        echo "  FAILED after $((SECONDS - began)) s: $title. The end of $log:" >&2
        tail -n 30 "$log" | sed 's/^/  | /' >&2
        return "$code"
    fi
    echo "  done in $((SECONDS - began)) s"
}

# watch_step PID LOG
watch_step() {
    local began=$SECONDS said=$SECONDS line
    while kill -0 "$1" 2>/dev/null; do
        sleep 0.2
        if [[ -t 1 ]]; then
            line=$(last_line "$2")
            printf '\r\033[K  %4d s  %s' "$((SECONDS - began))" "${line:0:${COLUMNS:-80}-12}"
        elif ((SECONDS - said >= 20)); then
            said=$SECONDS
            echo "  still at it, $((SECONDS - began)) s: $(last_line "$2")"
        fi
    done
    [[ ! -t 1 ]] || printf '\r\033[K'
}

last_line() { tail -c 400 "$1" 2>/dev/null | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1 || true; }

end_step() {
    [[ -z $step_group ]] || kill -TERM -- "-$step_group" 2>/dev/null || true
}
trap 'end_step; exit 130' INT
trap 'end_step; exit 143' TERM HUP
