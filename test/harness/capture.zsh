# Asks a zsh of its own, in a pseudo-terminal, what it would complete the line $1 with: each match between << and >>.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1= PS2= ; stty -echo; fpath=($PWD/functions \$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell 'compadd() { if [[ " $* " == *" -"[ADO]" "* ]]; then builtin compadd "$@"; return; fi; local -a hits; builtin compadd -O hits "$@"; local hit; for hit in $hits; do print -r -- "<<$hit>>"; done; builtin compadd "$@"; }'
zpty -w shell 'told() { zle complete-word; print -r -- "[end]"; zle send-break }; zle -N told; bindkey "^I" told; print -r "[ready]"'
zpty -r -m shell line '*\[ready\]*'
zpty -w -n shell "$1"$'\t'
zpty -r -m shell line '*\[end\]*'
zpty -d shell
print -r -- "$line"
