# bash completion for aiproject. The program itself says what there is (`aiproject help --words`: a line per command, a
# tab, its arguments and options, "=" where a value follows, "=FILE" where a file does), so this file need not change
# when a command comes.
_aiproject_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
}
_aiproject() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} line name words word candidates=()
    # "=" is a word of its own to bash: --config = FILE
    if [[ $current == "=" ]]; then
        current=""
    elif [[ $before == "=" ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    [[ $before == -c ]] && before=--config
    while IFS= read -r line; do
        name=${line%%$'\t'*} words=" ${line#*$'\t'} "
        if ((COMP_CWORD == 1)); then
            candidates+=("${name%% *}")
        elif [[ $name == "${COMP_WORDS[1]}" || $name == "${COMP_WORDS[1]} ${COMP_WORDS[2]}" && $COMP_CWORD -gt 2 ]]; then
            [[ $words == *" $before=FILE "* ]] && _aiproject_files "$current" && return
            [[ $words == *" $before= "* ]] && return # what follows is a value that only people know
            [[ $words == *" FILE "* && $current != -* ]] && _aiproject_files "$current" && return
            for word in $words; do
                [[ $word == --* ]] && candidates+=("${word%%=*}")
            done
        elif [[ $COMP_CWORD -eq 2 && $name == "${COMP_WORDS[1]} "* ]]; then
            candidates+=("${name#* }")
        fi
    done < <("$1" help --words 2>/dev/null)
    mapfile -t COMPREPLY < <(compgen -W "${candidates[*]}" -- "$current" | sort -u)
}
complete -F _aiproject aiproject
