# shellcheck shell=bash disable=SC2154,SC2034  # shares its variables with quickstart.sh
# Sourced: the user that the services run as. Plugins are code of others, so nothing of theirs runs as root: for root it is
# the system user of the packaged unit, whose files the program trusts as it trusts root's.

service_user=$(id -un) service_group=$(id -gn) as_service=()
if ((EUID == 0)); then
    service_user=aiproject service_group=aiproject
    as_service=(setpriv --reuid "$service_user" --regid "$service_group" --clear-groups --no-new-privs)
    umask 022  # or that user could not enter what root makes
fi

ensure_service_user() {
    if ((EUID != 0)) || id "$service_user" >/dev/null 2>&1; then return 0; fi
    local group=(--user-group)
    if getent group "$service_group" >/dev/null; then group=(--gid "$service_group"); fi
    echo "- adding the system user $service_user, which the services run as"
    PATH=$PATH:/usr/sbin useradd --system "${group[@]}" --no-create-home --home-dir /var/lib/aiproject \
        --shell /usr/sbin/nologin --comment "aiproject model workers" "$service_user"
}

# barrier_to FOLDER: for root, the first folder on the way that the service's user cannot enter, or in which others could
# put something else; nothing: there is none. What does not exist yet will be root's.
barrier_to() {
    ((EUID == 0)) || return 0
    local at=$1 folders=() owner mode
    while [[ $at != / ]]; do folders=("$at" "${folders[@]}") at=$(dirname "$at"); done
    for at in / "${folders[@]}"; do
        [[ -e $at ]] || return 0
        read -r owner mode < <(stat -L -c '%U %a' "$at")
        [[ $owner == root || $owner == "$service_user" ]] || { echo "$at"; return 0; }
        ((8#$mode & 1)) || { echo "$at"; return 0; }
        ((8#$mode & 8#1000 || !(8#$mode & 8#022))) || { echo "$at"; return 0; }
    done
}

# The folder where none was named.
default_prefix() {
    if [[ -z $(barrier_to "$sources") ]]; then echo "$sources/.quickstart"; else echo /var/lib/aiproject-quickstart; fi
}

refuse_unreachable_prefix() {
    local folder
    folder=$(barrier_to "$prefix")
    [[ -z $folder ]] || fail "--prefix: the services run as user $service_user, never as root, and need $prefix. But the folder" \
        "$folder ($(stat -c '%A %U' "$folder")) keeps that user out, or lets others change it: name another prefix, or run:" \
        "chown root '$folder' && chmod go-w,o+x '$folder'"
}

# Only what the services write is theirs: root writes its records and logs where no plugin can lead it elsewhere.
hand_over() {
    local folder
    for folder; do
        mkdir -p "$folder"
        [[ $(stat -c %U "$folder") == "$service_user" ]] || chown -R -h "$service_user:$service_group" "$folder"
        chmod 700 "$folder"
    done
}
