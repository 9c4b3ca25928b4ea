# shellcheck shell=bash disable=SC2154,SC2034  # shares its variables with quickstart.sh
# Sourced: where the answers come from.

upstream='' server_lines=''  # of texts: iflytek, server or simulator; what a server's configuration has
voice_source='' picture_source=''  # the same; or a model that is built in
speech_model=''  # empty: none

# Keys of iFlytek: all, or none.
choose_upstream() {
    local name missing=()
    for name in SPARK_APP_ID SPARK_API_KEY SPARK_API_SECRET; do [[ -n ${!name:-} ]] || missing+=("$name"); done
    case ${#missing[@]} in
        0) upstream=iflytek ;;
        3) upstream=simulator ;;
        *) fail "not set: ${missing[*]}. Set all three for iFlytek's service, or none for a server on this machine or the simulator." ;;
    esac
    voice_source=$upstream picture_source=$upstream
}

# Instead of the simulator, once the program is there. Asks with an empty configuration: what is here, and not what is set up.
find_server() {
    [[ $upstream == simulator ]] || return 0
    server_lines=$("$prefix/bin/aiproject" discover -c /dev/null 2>/dev/null) || { server_lines=''; return 0; }
    ! grep -q '^route.text = ' <<<"$server_lines" || upstream=server
    ! grep -q '^route.voice = ' <<<"$server_lines" || voice_source=server
    echo "- found: $(sed -n 's/^# \([^;]* on port [0-9]*\);.*/\1/p' <<<"$server_lines" | sort -u | paste -sd ',' | sed 's/,/, /g')"
}

# What needs no upstream, where it was built and has its data.
find_engines() {
    local models
    models=$("$prefix/bin/aiproject" models -c /dev/null 2>/dev/null | sed -n 's/^\([^ ]\{1,\}\)  .*/\1/p')
    ! grep -qx speech_espeak <<<"$models" || speech_model=speech_espeak
    [[ $picture_source == simulator ]] || return 0
    ! grep -qx ocr_tesseract <<<"$models" || picture_source=ocr_tesseract
}

needs_simulator() { [[ $upstream == simulator || $voice_source == simulator || $picture_source == simulator ]]; }
