# shellcheck shell=bash disable=SC2154,SC2034  # shares its variables with quickstart.sh
# Sourced: everything that is written below $prefix before a process starts.

# write_file PATH < CONTENT: whole or not at all.
write_file() {
    local draft
    mkdir -p "$(dirname "$1")"
    draft=$(mktemp "$1.XXXXXX")
    cat >"$draft"
    chmod 644 "$draft"
    mv "$draft" "$1"
}

# write_secret_file PATH < CONTENT: for who runs this to write, and for the services to read.
write_secret_file() {
    local draft
    draft=$(mktemp "$1.XXXXXX")
    cat >"$draft"
    if ((EUID == 0)); then chgrp "$service_group" "$draft" && chmod 640 "$draft"; fi
    mv "$draft" "$1"
}

fingerprint() { sha256sum | cut -d ' ' -f 1; }

# defined KEY DEFAULT: the value that -DKEY=... gave.
defined() { echo "${given[$1]-$2}"; }

# setting KEY VALUE: a line of the configuration, unless -D gives that key a value.
setting() { [[ -v given[$1] ]] || printf '%s = %s\n' "$1" "$2"; }

# What -D gave; a backslash means itself there, and not in a file.
given_settings() {
    local key
    for key in "${!given[@]}"; do printf '%s = %s\n' "$key" "${given[$key]//\\/\\\\}"; done | sort
}

# Twice what rootless.conf.in has as worker_connections, if the hard limit allows it.
descriptors() {
    local wanted=40000 allowed
    allowed=$(ulimit -Hn)
    if [[ $allowed != unlimited ]] && ((allowed < wanted)); then wanted=$allowed; fi
    echo "$wanted"
}

# fill TEMPLATE: as configure_file does for the system layout.
fill() {
    local script='' name value
    local -A values=(
        [FOLDER]=$prefix [LISTEN]=127.0.0.1:$port [AUTH_RATE]=5r/s [AUTH_BURST]=20
        [REGISTER_RATE]=30r/m
        [CONSOLE]=$prefix/share/aiproject/console
        [DESCRIPTORS]=$(descriptors)
        [HTTP_STATUS]=$(defined http.status envelope)
        [AUTH_SOCKET]=$(defined pool.auth.socket "$(defined run.dir "$prefix/pools")/auth.sock")
        [MEDIA_SOCKET]=$(defined pool.media.socket "$(defined run.dir "$prefix/pools")/media.sock")
        [MODEL_SOCKET]=$(defined pool.model.socket "$(defined run.dir "$prefix/pools")/model.sock")
        [STATUS_SOCKET]=$(defined status.socket "$(defined run.dir "$prefix/pools")/status.sock")
    )
    for name in "${!values[@]}"; do
        value=${values[$name]//\\/\\\\}
        value=${value//|/\\|}
        script+="s|@$name@|${value//&/\\&}|g;"
    done
    sed "$script" "$1"
}

write_nginx_files() {
    local template name
    fill "$sources/nginx/rootless.conf.in" | write_file "$prefix/etc/nginx/nginx.conf"
    for template in "$sources"/nginx/{conf.d,aiproject}/*; do
        name=${template#"$sources/nginx/"}
        fill "$template" | write_file "$prefix/etc/nginx/${name%.in}"
    done
}

# The keys of the simulator stand in its own file as well; those of iFlytek are the caller's, and stand in the
# environment of the process alone.
write_aiproject_file() {
    local model
    {
        echo "# Written by nginx/quickstart.sh at each start; give -Dkey=value to it instead of editing this."
        setting run.dir "$prefix/pools"
        setting database.url "sqlite:$prefix/data/aiproject.db"
        setting auth.key_file "$prefix/data/auth.key"
        setting billing.spool_dir "$prefix/data/spool"
        if [[ $upstream == iflytek ]]; then
            for model in spark_chat spark_iat spark_image spark_ocr; do iflytek_keys "$model"; done
        fi
        [[ -z $server_lines ]] || printf '%s\n' "$server_lines"
        [[ $upstream != simulator ]] || simulator_settings spark_chat /v3.5/chat
        [[ $voice_source != simulator ]] || simulator_settings spark_iat /v2/iat
        [[ $picture_source != simulator ]] || simulator_settings spark_image /v2.1/image
        [[ $picture_source != ocr_tesseract ]] || setting route.picture ocr_tesseract
        [[ -z $speech_model ]] || setting route.speech "$speech_model"
        given_settings
    } | write_secret_file "$prefix/etc/aiproject.properties"
}

# iflytek_keys MODEL
iflytek_keys() {
    local key
    for key in app_id api_key api_secret; do setting "model.$1.$key" "\${system.env.SPARK_${key^^}}"; done
}

# simulator_settings MODEL PATH
simulator_settings() {
    local port key
    port=$(<"$prefix/data/simulator.port")
    [[ $port =~ ^[0-9]+$ ]] || fail "$prefix/data/simulator.port has no port in it"
    setting "model.$1.url" "wss://localhost:$port$2"
    for key in app_id api_key api_secret; do setting "model.$1.$key" "$(simulator_setting "$key")"; done
    setting "model.$1.tls.ca_file" "$prefix/data/simulator-ca/ca.pem"
    setting "model.$1.origin" "simulator: canned answers"
}

random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

write_simulator_file() {
    local file=$prefix/etc/simulator.properties
    if grep -qsxF "ready_file = $prefix/data/simulator.port" "$file"; then return 0; fi
    "${as_service[@]}" mkdir -p "$prefix/data/simulator-ca"
    {
        echo "transport = tls"
        echo "port = 0"
        echo "ca_directory = $prefix/data/simulator-ca"
        echo "ready_file = $prefix/data/simulator.port"
        echo "app_id = $(random_hex 4)"
        echo "api_key = $(random_hex 16)"
        echo "api_secret = $(random_hex 16)"
    } | write_secret_file "$file"
}

simulator_setting() { sed -n "s/^$1 = //p" "$prefix/etc/simulator.properties"; }
