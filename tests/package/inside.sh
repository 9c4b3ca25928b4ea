#!/usr/bin/env bash
# Runs as root in the small Debian that run.sh has booted: inside.sh OLD NEW NEW_RELEASE, the versions in /packages/old and
# /packages/new, and what the program of the new one calls itself.
set -euo pipefail
old=$1 new=$2 new_release=$3
streams=50
site=http://127.0.0.1
export no_proxy='*'

fail() {
    echo "package: $*" >&2
    for log in /tmp/serve.log /var/log/aiproject/serve.log /var/log/nginx/error.log /tmp/dpkg.log /tmp/curl /tmp/status; do
        [[ ! -s $log ]] || { echo "--- the end of $log:" && tail -n 25 "$log"; } >&2
    done
    systemctl status --no-pager --full --lines=25 aiproject.service >&2 || true
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

# --- the service --------------------------------------------------------------------------------------------------------------
unit() { systemctl show -P "$1" aiproject.service; }
is_unit() { is "$(unit "$1")" "$2" "$1 of the unit"; }
start_serve() {
    systemctl start aiproject.service || fail "it does not start"
    expect_serves
}
# At once: what systemd was waiting for is that it serves.
expect_serves() {
    is_unit SubState running
    expect serves
    [[ $(unit StatusText) == "generation "*" of release "*" serves: "* ]] || fail "systemd shows: $(unit StatusText)"
}
serves() { aiproject status --json >/tmp/status 2>&1 && ! grep -q '"state":"starting"' /tmp/status; }
told() { sed -n -E "s/^.*\"$1\":\"?([^\",]*).*/\1/;T;p;q" /tmp/status; }
answers() { curl -sS -f -o /tmp/answer "$1/healthz/live" 2>/tmp/curl; }
is_ended() { ! pgrep -x aiproject >/dev/null; }
processes() { cat /sys/fs/cgroup/system.slice/aiproject.service/cgroup.procs 2>/dev/null || true; }
# systemd has ended it, and waited for the last process.
expect_ended() {
    is_unit ActiveState inactive
    is "$(processes)" ""
    expect is_ended
}
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

# --- install: by apt, with what was fetched -----------------------------------------------------------------------------------
apt_installs() {
    apt-get -q -y install --no-install-recommends "$@" >/tmp/apt.log 2>&1 </dev/null || {
        cat /tmp/apt.log
        fail "apt could not install $*"
    }
}

install_packages() {
    apt_installs /packages/old/aiproject_*.deb
    says /tmp/apt.log "aiproject: nginx does not show it yet."
    says /tmp/apt.log "ln -s ../sites-available/aiproject /etc/nginx/sites-enabled/ && nginx -t && systemctl reload nginx"
    is_unit UnitFileState enabled
    expect_serves
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
    systemctl reload aiproject.service || fail "no reload"
    expect_serves
    is "$(told generation)" 2
    # The printed line, as printed.
    (cd / && rm -f /etc/nginx/sites-enabled/default && ln -s ../sites-available/aiproject /etc/nginx/sites-enabled/ && nginx -t && systemctl reload nginx) 2>/tmp/nginx ||
        fail "the site cannot be enabled: $(cat /tmp/nginx)"
    wait_until "an answer on IPv4" answers "$site"
    [[ ! -e /proc/net/if_inet6 ]] || wait_until "an answer on IPv6" answers "http://[::1]"
    expect grep -q 'main.js' <(curl -sf "$site/console/")
    echo "a long password" | aiproject user add ann --email ann@example.org >/dev/null
    key=$(aiproject key add ann --name laptop | grep -oE 'sk-[A-Za-z0-9]{48}')
    begin_streams
    end_streams
}

# Every process that systemd counts to it, also after an upgrade; one that has just ended cannot tell.
look_at_sandbox() {
    local pid
    expect test -n "$(processes)"
    for pid in $(processes); do
        is_confined "$pid" || ! grep -qx "$pid" <(processes) || fail "outside of the sandbox: $(ps -fp "$pid")"
    done
}
is_confined() {
    local space folder process=/proc/$1
    (($(grep -cE '^(NoNewPrivs:.1|Seccomp:.2|CapBnd:.0+|CapEff:.0+)$' "$process/status") == 4)) || return
    for space in mnt user ipc uts; do
        [[ $(readlink "$process/ns/$space") != $(readlink "/proc/self/ns/$space") ]] || return
    done
    for folder in / /home /sys/fs/cgroup; do
        grep -qE "^[^ ]+ $folder [^ ]+ ro," "$process/mounts" || return
    done
    grep -qE '^Max core file size +0 +0 ' "$process/limits"
} 2>/dev/null

# --- upgrade ------------------------------------------------------------------------------------------------------------------
upgrade_below_streams() {
    echo "# a line of the administrator" >>/etc/aiproject/aiproject.properties
    echo "KEY=secret" >>/etc/aiproject/aiproject.env
    begin_streams
    main=$(unit MainPID)
    dpkg_says -i /packages/new/aiproject_*.deb
    is "$(version_of aiproject)" "installed $new"
    is_unit MainPID "$main"
    is_unit NRestarts 0
    expect_serves
    is "$(told release)" "$new_release"
    ! grep -q 'refused' /tmp/dpkg.log || fail "the reload was refused"
    # New requests are answered while the old streams run on.
    expect answers "$site"
    end_streams
    wait_until "all of it runs the new program: $(run_replaced_program)" runs_new_program
    look_at_sandbox
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
    expect_serves
    is "$(told release)" "$new_release"
    end_streams
    rm /etc/aiproject/conf.d/wrong.properties
    systemctl reload aiproject.service || fail "no reload"
    is_unit MainPID "$main"
    wait_until "all of it runs the old program again: $(run_replaced_program)" runs_new_program
}

# Its trigger: a package that brings a plugin has no scripts.
add_plugins() {
    local spoken=/tmp/spoken.wav json='Content-Type: application/json'
    apt_installs /packages/old/aiproject-{ocr,speech}_*.deb
    wait_until "the plugin of speech serves" has_plugin speech_espeak
    is_unit MainPID "$main"
    printf "route.picture = ocr_tesseract\nmodel.ocr_tesseract.languages = eng\n" >/etc/aiproject/conf.d/picture.properties
    systemctl reload aiproject.service || fail "no reload"
    expect has_plugin ocr_tesseract
    # Accounts, bills, and programs that plugins start, all of it in the sandbox.
    curl -s "$site/auth/register" -H "$json" -d '{"username":"eve","password":"a long password","email":"eve@example.org"}' >/tmp/answer
    says /tmp/answer '"code":0'
    curl -s "$site/auth/login" -H "$json" -d '{"username":"eve","password":"a long password"}' >/tmp/answer
    uuid=$(sed -n 's/.*"uuid":"\([^"]*\)".*/\1/p' /tmp/answer)
    curl -s "$site/PictureToTextModel/chat" -H "uuid: $uuid" -H 'username: eve' --data-binary @/packages/hello.jpg >/tmp/answer
    says /tmp/answer "Hello from a picture"
    curl -sf "$site/v1/audio/speech" -H "Authorization: Bearer $key" -H "$json" -d '{"model":"speech_espeak","input":"Hello, world."}' -o "$spoken" ||
        fail "it does not speak"
    is "$(head -c 4 "$spoken")" RIFF
    (($(stat -c %s "$spoken") > 10000)) || fail "it spoke no word"
    look_at_sandbox
    dpkg_says -r aiproject-speech
    wait_until "it serves no more" has_not_plugin speech_espeak
}
has_plugin() { serves && grep -q "\"plugin\":\"$1\",\"state\":\"serving\"" /tmp/status; }
has_not_plugin() { ! has_plugin "$1"; }

rotate_logs() {
    local log=/var/log/aiproject/serve.log
    [[ -s $log ]] || fail "there is no $log"
    # Its week is over.
    printf 'logrotate state -- version 2\n"%s" 2020-1-1-0:0:0\n' "$log" >/var/lib/logrotate/status
    systemctl start logrotate.service || fail "logrotate failed"
    [[ -s $log.1 ]] || fail "it is not rotated"
    wait_until "a new log" test -e "$log"
}

# systemd starts it again, and keeps on trying for as long as it cannot start.
kill_it() {
    local before
    before=$(unit NRestarts)
    kill -KILL "$main"
    wait_until "it is started again" restarted "$before"
    expect_serves
    wait_until "an answer" answers "$site"
    [[ $(unit MainPID) != "$main" ]] || fail "it lives"
    is "$(wc -w <<<"$(processes)")" "$(pgrep -cx aiproject)" "processes of the service and all"
}
restarted() { (($(unit NRestarts) > $1)) && [[ $(unit ActiveState) == active ]]; }

start_with_a_fault() {
    echo "no.such.key = 1" >/etc/aiproject/conf.d/wrong.properties
    ! systemctl restart aiproject.service 2>/dev/null || fail "it starts with a fault"
    # By itself it would give up after five in ten seconds.
    wait_until "six tries" tried 6
    rm /etc/aiproject/conf.d/wrong.properties
    wait_until "it serves without the fault" restarted 0
    expect_serves
}
tried() {
    [[ $(unit ActiveState) == activating ]] || fail "systemd has given up: $(unit ActiveState) after $(unit NRestarts) tries"
    (($(unit NRestarts) >= $1))
}

stop_it() {
    systemctl stop aiproject.service || fail "it does not stop"
    is_unit Result success
    expect_ended
    start_serve
}

# --- remove, purge ------------------------------------------------------------------------------------------------------------
left_behind() {
    find / -xdev \( -path /proc -o -path /sys -o -path /packages -o -path /tmp -o -path /var/log/dpkg.log -o -path /var/cache/apt -o -path /var/lib/apt \
        -o -path /var/lib/aiproject \) -prune -o -iname '*aiproject*' -print
}

remove_and_purge() {
    dpkg_says -r aiproject aiproject-ocr
    expect_ended
    [[ -e /etc/aiproject/aiproject.properties && -e /etc/aiproject/aiproject.env ]] || fail "the configuration went with a remove"
    nginx -t 2>/tmp/nginx || fail "nginx does not start with what remains: $(cat /tmp/nginx)"
    rm /etc/aiproject/conf.d/{held,picture}.properties
    dpkg_says -P aiproject
    says /tmp/dpkg.log "what belongs to accounts (database, auth.key, bills) is kept in /var/lib/aiproject"
    says /tmp/dpkg.log "rm -r /var/lib/aiproject"
    [[ -s /var/lib/aiproject/aiproject.db && -s /var/lib/aiproject/auth.key ]] || fail "the database is not there"
    nginx -t 2>/tmp/nginx || fail "nginx does not start after a purge: $(cat /tmp/nginx)"
    is_unit LoadState not-found
    is "$(left_behind)" ""
    expect getent passwd aiproject >/dev/null
}

# With a database that it finds, it serves on; and one in which nobody ever had an account goes with a purge.
install_again() {
    dpkg_says -i /packages/old/aiproject_*.deb
    expect_serves
    expect grep -q '^ann ' <(aiproject user list)
    systemctl stop aiproject.service
    rm -r /var/lib/aiproject
    start_serve
    dpkg_says -P aiproject
    expect_ended
    [[ ! -e /var/lib/aiproject ]] || fail "the empty database stays: $(ls -la /var/lib/aiproject)"
    is "$(left_behind)" ""
}

# --- as in a container: somebody else starts it, and its scripts reload and stop it by themselves -----------------------------
without_systemd() {
    # shellcheck disable=SC2016  # that shell's own variables
    unshare --mount bash -euc 'mount -t tmpfs tmpfs /run/systemd && exec "$@"' without "$@"
}

# And auth.key is of the accounts, wherever their database is.
use_without_systemd() {
    without_systemd dpkg --force-confold -i /packages/old/aiproject_*.deb >/tmp/dpkg.log 2>&1 </dev/null || fail "dpkg -i failed"
    expect is_ended
    echo "database.url = sqlite:/var/lib/aiproject/accounts.db" >/etc/aiproject/conf.d/other.properties
    systemd-tmpfiles --create aiproject.conf
    (umask 077 && cd / && exec runuser -u aiproject -- aiproject serve >>/tmp/serve.log 2>&1 </dev/null) &
    wait_until "aiproject serves" serves
    echo "a long password" | aiproject user add zoe --email zoe@example.org >/dev/null
    without_systemd dpkg --force-confold -i /packages/new/aiproject_*.deb >/tmp/dpkg.log 2>&1 </dev/null || fail "dpkg -i failed"
    expect serves
    is "$(told release)" "$new_release"
    without_systemd dpkg -P aiproject >/tmp/dpkg.log 2>&1 </dev/null || fail "dpkg -P failed"
    wait_until "the service has ended" is_ended
    says /tmp/dpkg.log "is kept in /var/lib/aiproject"
    [[ -s /var/lib/aiproject/auth.key && -s /var/lib/aiproject/accounts.db ]] || fail "the key of the accounts went with a purge"
    rm -r /var/lib/aiproject /etc/aiproject
    is "$(left_behind)" ""
}

echo "  booted"
install_packages
look_at_installed
look_at_examples
begin_to_use
look_at_sandbox
echo "  in use"
upgrade_below_streams
upgrade_with_a_fault
echo "  upgraded below $streams streams, and with a fault"
add_plugins
rotate_logs
echo "  plugins added, and a log rotated"
kill_it
start_with_a_fault
stop_it
echo "  killed, started with a fault, stopped"
remove_and_purge
install_again
use_without_systemd
