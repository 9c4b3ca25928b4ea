# shellcheck shell=bash disable=SC2154,SC2034  # shares its variables with quickstart.sh
# Sourced: everything that is written below $prefix before a process starts. A file is only touched when its content
# changes.

# write_file PATH MODE < CONTENT
write_file() {
    local draft
    mkdir -p "$(dirname "$1")"
    draft=$(mktemp "$1.XXXXXX")
    cat >"$draft"
    chmod "$2" "$draft"
    if cmp -s "$draft" "$1"; then rm "$draft"; else mv "$draft" "$1"; fi
}

fingerprint() { sha256sum | cut -d ' ' -f 1; }

# defined KEY DEFAULT: the value that the last -DKEY=... gave.
defined() {
    local value=$2 define
    for define in "${defines[@]}"; do
        [[ $define != "-D$1="* ]] || value=${define#*=}
    done
    echo "$value"
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
        [REGISTER_RATE]=30r/m [REGISTER_BURST]=20
        [DESCRIPTORS]=$(descriptors)
        [HTTP_STATUS]=$(defined http.status envelope)
        [AUTH_SOCKET]=$(defined pool.auth.socket "$(defined run.dir "$prefix/run")/auth.sock")
        [MEDIA_SOCKET]=$(defined pool.media.socket "$(defined run.dir "$prefix/run")/media.sock")
        [MODEL_SOCKET]=$(defined pool.model.socket "$(defined run.dir "$prefix/run")/model.sock")
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
    fill "$sources/nginx/rootless.conf.in" | write_file "$prefix/etc/nginx/nginx.conf" 644
    for template in "$sources"/nginx/{conf.d,aiproject}/*; do
        name=${template#"$sources/nginx/"}
        fill "$template" | write_file "$prefix/etc/nginx/${name%.in}" 644
    done
}

# Keys of the upstream: the caller's, or the simulator's own. Only names are written down: the values come from
# the environment of the process.
write_aiproject_file() {
    local model
    {
        echo "# Written by nginx/quickstart.sh at each start; give -Dkey=value to it instead of editing this."
        echo "run.dir = $prefix/run"
        echo "database.url = sqlite:$prefix/data/aiproject.db"
        echo "auth.key_file = $prefix/data/auth.key"
        echo "billing.spool_dir = $prefix/data/spool"
        for model in spark_chat spark_iat spark_image; do
            echo "model.$model.app_id = \${system.env.SPARK_APP_ID}"
            echo "model.$model.api_key = \${system.env.SPARK_API_KEY}"
            echo "model.$model.api_secret = \${system.env.SPARK_API_SECRET}"
        done
        [[ $upstream != simulator ]] || simulator_urls
    } | write_file "$prefix/etc/aiproject.properties" 600
}

simulator_urls() {
    local origin model
    origin=wss://localhost:$(<"$prefix/run/simulator.port")
    echo "model.spark_chat.url = $origin/v3.5/chat"
    echo "model.spark_iat.url = $origin/v2/iat"
    echo "model.spark_image.url = $origin/v2.1/image"
    for model in spark_chat spark_iat spark_image; do
        echo "model.$model.tls.ca_file = $prefix/data/simulator-ca/ca.pem"
    done
}

random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

write_simulator_file() {
    local file=$prefix/etc/simulator.properties
    [[ ! -e $file ]] || return 0
    mkdir -p "$prefix/data/simulator-ca"
    {
        echo "transport = tls"
        echo "port = 0"
        echo "ca_directory = $prefix/data/simulator-ca"
        echo "ready_file = $prefix/run/simulator.port"
        echo "app_id = $(random_hex 4)"
        echo "api_key = $(random_hex 16)"
        echo "api_secret = $(random_hex 16)"
    } | write_file "$file" 600
}

simulator_setting() { sed -n "s/^$1 = //p" "$prefix/etc/simulator.properties"; }
