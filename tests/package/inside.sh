#!/usr/bin/env bash
# Runs as root in the small Debian that run.sh has made, first with `install` and the network of the machine, then with `use` and
# none: install | use OLD NEW, the versions in /packages/old and /packages/new.
set -euo pipefail
step=$1 old=$2 new=$3
streams=50
site=http://127.0.0.1
export no_proxy='*'

fail() {
    echo "package: $*" >&2
    for log in /tmp/serve.log /var/log/aiproject/serve.log /var/log/nginx/error.log /tmp/dpkg.log /tmp/curl; do
        [[ ! -s $log ]] || { echo "--- the end of $log:" && tail -n 25 "$log"; } >&2
    done
    exit 1
}
expect() { "$@" || fail "not so: $*"; }
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2
$(cat "$1")"; }
mode_of() { stat -c '%a %U %G' "$1"; }
is() { [[ $1 == "$2" ]] || fail "'$1' is not '$2'${3:+: $3}"; }

# wait_until WHAT COMMAND...: no longer than two minutes, which nothing here takes.
wait_until() {
    local what=$1 end=$((SECONDS + 120))
    shift
    until "$@"; do
        ((SECONDS < end)) || fail "never came: $what"
        sleep 0.1
    done
}
dpkg_says() { dpkg --force-confold "$@" >/tmp/dpkg.log 2>&1 </dev/null || fail "dpkg $* failed"; }
version_of() { dpkg-query -W -f '${db:Status-Status} ${Version}' "$1"; }

# --- as systemd would, with the unit's user, folders and environment ----------------------------------------------------------
start_serve() {
    systemd-tmpfiles --create aiproject.conf
    (umask 077 && cd / && exec runuser -u aiproject -- aiproject serve >>/tmp/serve.log 2>&1 </dev/null) &
    wait_until "aiproject serves" serves
}
serves() { aiproject status --json >/tmp/status 2>&1 && ! grep -q '"state":"starting"' /tmp/status; }
answers() { curl -sS -f -o /tmp/answer "$1/healthz/live" 2>/tmp/curl; }
is_ended() { ! pgrep -x aiproject >/dev/null; }
# Processes that still run the program of a version that is no more.
run_replaced_program() {
    local pid
    for pid in $(pgrep -x aiproject); do
        [[ $(readlink "/proc/$pid/exe" 2>/dev/null) != *' (deleted)' ]] || echo "$pid"
    done
}
runs_new_program() { [[ -z $(run_replaced_program) ]]; }

# --- streams that end when their upstream is let go ---------------------------------------------------------------------------
hold=/tmp/hold
begin_streams() {
    local number
    touch "$hold"
    rm -rf /tmp/streams && mkdir /tmp/streams
    for ((number = 1; number <= streams; ++number)); do
        curl -sSN "$site/v1/chat/completions" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
            -d '{"model":"held","stream":true,"messages":[{"role":"user","content":"go on"}]}' >"/tmp/streams/$number" 2>&1 &
        pids+=("$!")
    done
    wait_until "all streams run" all_run
}
all_run() { (($(grep -lF '"content":"2 "' /tmp/streams/* 2>/dev/null | wc -l) == streams)); }
end_streams() {
    local pid file last
    for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || fail "a stream did not outlive the upgrade"; done
    rm "$hold"
    for pid in "${pids[@]}"; do wait "$pid" || fail "a stream was cut"; done
    pids=()
    for file in /tmp/streams/*; do
        is "$(grep -v '^$' "$file" | tail -n 1)" "data: [DONE]" "$file: $(tail -c 600 "$file")"
        # Every piece, once and in order.
        grep -oE '"content":"[0-9]+ "' "$file" | tr -dc '0-9\n' >/tmp/numbers
        last=$(tail -n 1 /tmp/numbers)
        cmp -s /tmp/numbers <(seq 1 "$last") || fail "$file lacks a piece"
    done
}
pids=()

# --- install: by apt, with the dependencies of the mirror ---------------------------------------------------------------------
install_packages() {
    apt-get -q -y install --no-install-recommends /packages/old/aiproject_*.deb >/tmp/apt.log 2>&1 </dev/null || {
        cat /tmp/apt.log
        fail "apt could not install it"
    }
    says /tmp/apt.log "aiproject: nginx does not show it yet."
    says /tmp/apt.log "ln -s ../sites-available/aiproject /etc/nginx/sites-enabled/ && nginx -t && systemctl reload nginx"
    # What its plugin of speech needs comes now: later there is no network.
    apt-get -q -y install --no-install-recommends espeak-ng libspeexdsp1 >/tmp/apt.log 2>&1 </dev/null || fail "no espeak-ng"
}

look_at_installed() {
    is "$(version_of aiproject)" "installed $old"
    is "$(mode_of /etc/aiproject)" "750 root aiproject"
    is "$(mode_of /etc/aiproject/conf.d)" "2750 root aiproject"
    is "$(mode_of /etc/aiproject/aiproject.properties)" "640 root aiproject"
    is "$(mode_of /etc/aiproject/aiproject.env)" "600 root root"
    expect grep -q ' /etc/aiproject/aiproject.properties ' <(dpkg-query -W -f '${Conffiles}' aiproject)
    ! grep -q 'aiproject\.env' <(dpkg-query -W -f '${Conffiles}' aiproject) || fail "the environment is a conffile"
    [[ ! -e /etc/nginx/sites-enabled/aiproject ]] || fail "its site is enabled"
    nginx -t 2>/tmp/nginx || fail "nginx does not start beside it: $(cat /tmp/nginx)"
    expect bash -n /usr/share/bash-completion/completions/aiproject
}

# Every key that the shipped files name is one, and its value is taken.
look_at_examples() {
    local file folder=/tmp/examples
    for file in /packages/examples/*.properties <(sed -n -E 's/^#([a-z][a-z_.]* = )/\1/p' /etc/aiproject/aiproject.properties); do
        rm -rf "$folder" && mkdir -m 700 "$folder"
        cp "$file" "$folder/a.properties" && chmod 600 "$folder/a.properties"
        [[ -s $folder/a.properties ]] || fail "$file: is empty"
        DEEPSEEK_API_KEY=k DB_PASSWORD=p OPENAI_API_KEY=k aiproject check -c "$folder/a.properties" >/tmp/check 2>&1 || true
        ! grep -E "there is no such key|' is not |cannot be read" /tmp/check || fail "$file: see above"
    done
}

# --- use ----------------------------------------------------------------------------------------------------------------------
begin_to_use() {
    cat >/etc/aiproject/conf.d/held.properties <<EOF
model.held.plugin = openai
model.held.dialect = vllm
model.held.url = http://127.0.0.1:9000/v1
model.held.model = held
route.text = held
log.file = /var/log/aiproject/serve.log
EOF
    # Root wrote it as root does; the service can read it, and nobody else.
    is "$(stat -c %G /etc/aiproject/conf.d/held.properties)" aiproject
    perl /packages/upstream.pl 9000 "$hold" &
    start_serve
    nginx
    # The printed line, as printed; without systemd nginx is told by itself.
    (cd / && rm -f /etc/nginx/sites-enabled/default && ln -s ../sites-available/aiproject /etc/nginx/sites-enabled/ && nginx -t && nginx -s reload) 2>/tmp/nginx ||
        fail "the site cannot be enabled: $(cat /tmp/nginx)"
    wait_until "an answer on IPv4" answers "$site"
    [[ ! -e /proc/net/if_inet6 ]] || wait_until "an answer on IPv6" answers "http://[::1]"
    expect grep -q 'main.js' <(curl -sf "$site/console/")
    echo "a long password" | aiproject user add ann --email ann@example.org >/dev/null
    key=$(aiproject key add ann --name laptop | grep -oE 'sk-[A-Za-z0-9]{48}')
    begin_streams
    end_streams
}

# --- upgrade ------------------------------------------------------------------------------------------------------------------
upgrade_below_streams() {
    echo "# a line of the administrator" >>/etc/aiproject/aiproject.properties
    echo "KEY=secret" >>/etc/aiproject/aiproject.env
    begin_streams
    dpkg_says -i /packages/new/aiproject_*.deb
    is "$(version_of aiproject)" "installed $new"
    ! grep -q 'refused' /tmp/dpkg.log || fail "the reload was refused"
    # New requests are answered while the old streams run on.
    expect answers "$site"
    end_streams
    wait_until "all of it runs the new program: $(run_replaced_program)" runs_new_program
    says /etc/aiproject/aiproject.properties "# a line of the administrator"
    says /etc/aiproject/aiproject.env "KEY=secret"
    is "$(mode_of /etc/aiproject/aiproject.properties)" "640 root aiproject"
    is "$(mode_of /etc/aiproject/aiproject.env)" "600 root root"
}

upgrade_with_a_fault() {
    echo "no.such.key = 1" >/etc/aiproject/conf.d/wrong.properties
    begin_streams
    dpkg_says -i /packages/old/aiproject_*.deb
    says /tmp/dpkg.log "conf.d/wrong.properties: no.such.key: there is no such key"
    says /tmp/dpkg.log "what was running before serves on"
    says /tmp/dpkg.log "aiproject check"
    expect answers "$site"
    end_streams
    rm /etc/aiproject/conf.d/wrong.properties
    expect aiproject reload
    wait_until "all of it runs the old program again: $(run_replaced_program)" runs_new_program
}

# Its trigger: a package that brings a plugin has no scripts.
add_a_plugin() {
    dpkg_says -i /packages/old/aiproject-speech_*.deb
    wait_until "the plugin of speech serves" speech_serves
    dpkg_says -r aiproject-speech
    wait_until "it serves no more" speech_serves_not
}
speech_serves() { curl -s "$site/v1/models" -H "Authorization: Bearer $key" | grep -q '"speech_espeak"'; }
speech_serves_not() { ! speech_serves; }

rotate_logs() {
    local log=/var/log/aiproject/serve.log
    [[ -s $log ]] || fail "there is no $log"
    mv "$log" "$log.1"
    # logrotate's postrotate script, as it is in the package.
    sed -n '/postrotate/,/endscript/{//d;p}' /etc/logrotate.d/aiproject | sh -eu || fail "postrotate failed"
    wait_until "a new log" test -e "$log"
}

# --- remove, purge ------------------------------------------------------------------------------------------------------------
left_behind() {
    find / -xdev \( -path /proc -o -path /sys -o -path /packages -o -path /tmp -o -path /var/log/dpkg.log -o -path /var/cache/apt -o -path /var/lib/apt \
        -o -path /var/lib/aiproject \) -prune -o -iname '*aiproject*' -print
}

remove_and_purge() {
    dpkg_says -r aiproject
    wait_until "the service has ended" is_ended
    [[ -e /etc/aiproject/aiproject.properties && -e /etc/aiproject/aiproject.env ]] || fail "the configuration went with a remove"
    nginx -t 2>/tmp/nginx || fail "nginx does not start with what remains: $(cat /tmp/nginx)"
    rm /etc/aiproject/conf.d/held.properties
    dpkg_says -P aiproject
    says /tmp/dpkg.log "what belongs to accounts (database, auth.key, bills) is kept in /var/lib/aiproject"
    says /tmp/dpkg.log "rm -r /var/lib/aiproject"
    [[ -s /var/lib/aiproject/aiproject.db && -s /var/lib/aiproject/auth.key ]] || fail "the database is not there"
    nginx -t 2>/tmp/nginx || fail "nginx does not start after a purge: $(cat /tmp/nginx)"
    is "$(left_behind)" ""
    expect getent passwd aiproject >/dev/null
}

# With a database that it finds, it serves on; and one in which nobody ever had an account goes with a purge.
install_again() {
    dpkg_says -i /packages/old/aiproject_*.deb
    start_serve
    expect grep -q '^ann ' <(aiproject user list)
    aiproject stop >/dev/null
    wait_until "the service has ended" is_ended
    rm -r /var/lib/aiproject
    start_serve
    dpkg_says -P aiproject
    wait_until "the service has ended" is_ended
    [[ ! -e /var/lib/aiproject ]] || fail "the empty database stays: $(ls -la /var/lib/aiproject)"
    is "$(left_behind)" ""
}

# auth.key is of the accounts, wherever their database is.
keep_the_key_of_another_database() {
    dpkg_says -i /packages/old/aiproject_*.deb
    echo "database.url = sqlite:/var/lib/aiproject/accounts.db" >/etc/aiproject/conf.d/other.properties
    start_serve
    echo "a long password" | aiproject user add zoe --email zoe@example.org >/dev/null
    dpkg_says -P aiproject
    wait_until "the service has ended" is_ended
    says /tmp/dpkg.log "is kept in /var/lib/aiproject"
    [[ -s /var/lib/aiproject/auth.key && -s /var/lib/aiproject/accounts.db ]] || fail "the key of the accounts went with a purge"
    rm -r /var/lib/aiproject /etc/aiproject
    is "$(left_behind)" ""
}

case $step in
    install)
        install_packages
        look_at_installed
        ;;
    use)
        look_at_examples
        begin_to_use
        echo "  in use"
        upgrade_below_streams
        upgrade_with_a_fault
        echo "  upgraded below $streams streams, and with a fault"
        add_a_plugin
        rotate_logs
        remove_and_purge
        install_again
        keep_the_key_of_another_database
        nginx -s stop
        ;;
    *) fail "install or use" ;;
esac
