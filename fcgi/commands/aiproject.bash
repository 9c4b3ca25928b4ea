# bash completion for aiproject. The program itself says what there is (`aiproject help --words`: a line per command, a
# tab, its options, "=" where a value follows), so this file need not change when a command comes.
_aiproject() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} line name options candidates=()
    # "=" is a word of its own to bash: --config = FILE
    if [[ $current == "=" ]]; then
        current=""
    elif [[ $before == "=" ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    if [[ $before == -c || $before == --config ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    fi
    while IFS= read -r line; do
        name=${line%%$'\t'*} options=${line#*$'\t'}
        if ((COMP_CWORD == 1)); then
            candidates+=("${name%% *}")
        elif [[ $name == "${COMP_WORDS[1]}" || $name == "${COMP_WORDS[1]} ${COMP_WORDS[2]}" && $COMP_CWORD -gt 2 ]]; then
            [[ " $options " == *" $before= "* ]] && return # what follows is a value that only people know
            candidates+=(${options//=/})
        elif [[ $COMP_CWORD -eq 2 && $name == "${COMP_WORDS[1]} "* ]]; then
            candidates+=("${name#* }")
        fi
    done < <("$1" help --words 2>/dev/null)
    mapfile -t COMPREPLY < <(compgen -W "${candidates[*]}" -- "$current" | sort -u)
}
complete -F _aiproject aiproject
