# shellcheck shell=bash disable=SC2154,SC2034  # shares its variables with quickstart.sh
# Sourced: where the answers come from.

upstream='' server_lines=''  # iflytek, server or simulator; for a server its lines of the configuration

# Keys of iFlytek: all, or none.
choose_upstream() {
    local name missing=()
    for name in SPARK_APP_ID SPARK_API_KEY SPARK_API_SECRET; do [[ -n ${!name:-} ]] || missing+=("$name"); done
    case ${#missing[@]} in
        0) upstream=iflytek ;;
        3) upstream=simulator ;;
        *) fail "not set: ${missing[*]}. Set all three for iFlytek's service, or none for a server on this machine or the simulator." ;;
    esac
}

# Instead of the simulator, once the program is there. Asks with an empty configuration: what is here, and not what is set up.
find_server() {
    [[ $upstream == simulator ]] || return 0
    server_lines=$("$prefix/bin/aiproject" discover -c /dev/null 2>/dev/null) || { server_lines=''; return 0; }
    upstream=server
    echo "- found: $(upstream_title)"
}

upstream_title() {
    [[ $upstream == server ]] || { echo "$upstream"; return; }
    local titles
    titles=$(sed -n 's/^# \([^;]* on port [0-9]*\);.*/\1/p' <<<"$server_lines" | paste -sd ',')
    echo "${titles//,/, } (texts only: voice and pictures have no model)"
}
