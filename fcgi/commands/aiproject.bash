# bash completion for aiproject. The program itself says what there is (`aiproject help --words`: a line per command, a
# tab, its arguments and options, "=" where a value follows, "=FILE" where a file does), so this file need not change
# when a command comes.
_aiproject_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
}
# The words before the one at the cursor that name a command, into `command`: without options and their values, which
# may stand anywhere, and without `help` in front.
_aiproject_command() {
    local index word skip=""
    command=()
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ $word == "=" ]]; then
            skip=yes
        elif [[ -n $skip ]]; then
            skip=""
        elif [[ $word == -c || $word == -D || $word == -p || $word == -e ]]; then
            skip=yes
        elif [[ $word == --* && ${COMP_WORDS[index + 1]} != "=" && $all == *" $word="* ]]; then
            skip=yes
        elif [[ $word != -* && ($word != help || ${#command[@]} -gt 0) ]]; then
            command+=("$word")
        fi
    done
}
_aiproject() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} lines all line name words word
    local candidates=() command
    # "=" is a word of its own to bash: --config = FILE
    if [[ $current == "=" ]]; then
        current=""
    elif [[ $before == "=" ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    [[ $before == -c ]] && before=--config
    lines=$("$1" help --words 2>/dev/null)
    all=" ${lines//[$'\t\n']/ } "
    _aiproject_command
    if [[ ${#command[@]} -eq 0 ]]; then
        [[ $all == *" $before=FILE "* ]] && _aiproject_files "$current" && return
        [[ $all == *" $before= "* ]] && return
        [[ $current == -* ]] && candidates+=(--config --define --json --help --version)
        [[ $current != -* ]] && candidates+=(help)
    fi
    while IFS= read -r line; do
        name=${line%%$'\t'*} words=" ${line#*$'\t'} "
        if [[ ${#command[@]} -eq 0 ]]; then
            [[ $current != -* ]] && candidates+=("${name%% *}")
        elif [[ $name == "${command[0]}" || $name == "${command[0]} ${command[1]}" ]]; then
            [[ $words == *" $before=FILE "* ]] && _aiproject_files "$current" && return
            [[ $words == *" $before= "* ]] && return # what follows is a value that only people know
            [[ $words == *" FILE "* && $current != -* ]] && _aiproject_files "$current" && return
            for word in $words; do
                [[ $word == --* ]] && candidates+=("${word%%=*}")
            done
        elif [[ ${#command[@]} -eq 1 && $name == "${command[0]} "* ]]; then
            candidates+=("${name#* }")
        fi
    done <<<"$lines"
    mapfile -t COMPREPLY < <(compgen -W "${candidates[*]}" -- "$current" | sort -u)
}
complete -F _aiproject aiproject
