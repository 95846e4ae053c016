#!/bin/sh
# Writes the manual pages and the shell completions from what the program says of itself.
# shellcheck disable=SC2016 # what other shells are to expand stays as it is
# Usage: generate.sh INSPMORT VERSION OUTPUT-FOLDER
set -eu
inspmort=$1 version=$2 out=$3
here=$(dirname "$0")
date=$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%Y-%m-%d 2>/dev/null || date -u +%Y-%m-%d)
[ "${SOURCE_DATE_EPOCH:-}" ] || date=$(date -u +%Y-%m-%d)
mkdir -p "$out"

# "verb<TAB>summary" for every command: the table between "Commands:" and the next empty line.
commands() {
	"$inspmort" --help | awk '
		/^Commands:/ { on = 1; next }
		on && /^$/ { exit }
		on { verb = $1; sub(/^ *[^ ]+ +/, ""); at = match($0, /  +[^ ]/)
		     print verb "\t" (at ? substr($0, at + RLENGTH - 1) : $0) }'
}

# Only what stands as an option: prose speaks of other commands' options, too.
options() { # verb
	{
		"$inspmort" "$1" --help
		[ "$1" != attach ] || "$inspmort" run --help | grep -v -e --via
	} | sed -nE 's/^  (-.*)/\1/p' | sed 's/   *.*//' | grep -oE -- '--[a-z][a-z-]*' | sort -u
}

commands | while IFS="$(printf '\t')" read -r verb summary; do
	"$inspmort" "$verb" --help | LC_ALL=C.UTF-8 awk -v verb="$verb" -v summary="$summary" \
		-v version="$version" -v date="$date" -f "$here/man.awk" > "$out/inspmort-$verb.1"
done

{
	printf '.TH INSPMORT 1 "%s" "inspmort %s" "inspmort"\n' "$date" "$version"
	sed 's/-/\\-/g' "$here/inspmort.head"
	printf '.SH COMMANDS\n'
	commands | sed 's/-/\\-/g' | while IFS="$(printf '\t')" read -r verb summary; do
		printf '.TP\n.BR inspmort\\-%s (1)\n%s\n' "$verb" "$summary"
	done
	cat "$here/inspmort.tail"
} > "$out/inspmort.1"

verbs=$(commands | cut -f1 | tr '\n' ' ')
formats=$("$inspmort" convert --help | awk '/^Formats:/ { on = 1; next } on { print $1 }' | tr '\n' ' ')

{
	printf '# bash completion for inspmort\n_inspmort() {\n'
	printf '\tlocal word=${COMP_WORDS[COMP_CWORD]} options=\n\tCOMPREPLY=()\n'
	printf '\tif [ "$COMP_CWORD" -eq 1 ] || { [ "$COMP_CWORD" -eq 2 ] && [ "${COMP_WORDS[1]}" = help ]; }; then\n'
	printf '\t\tmapfile -t COMPREPLY < <(compgen -W "%s" -- "$word")\n\t\treturn\n\tfi\n' "${verbs}help --help --version"
	printf '\tcase ${COMP_WORDS[1]}:${COMP_WORDS[COMP_CWORD - 1]} in\n'
	printf '\tconvert:--to | convert:-t) mapfile -t COMPREPLY < <(compgen -W "%s" -- "$word"); return ;;\n' "$formats"
	printf '\trun:--via) mapfile -t COMPREPLY < <(compgen -W "agent websocket" -- "$word"); return ;;\n\tesac\n'
	printf '\tcase ${COMP_WORDS[1]} in\n'
	for verb in $verbs; do
		printf '\t%s) options="%s" ;;\n' "$verb" "$(options "$verb" | tr '\n' ' ')--help"
	done
	printf '\tesac\n\tif [[ $word == -* ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")\n'
	printf '\telse\n\t\tcompopt -o filenames 2>/dev/null\n\t\tmapfile -t COMPREPLY < <(compgen -f -- "$word")\n\tfi\n}\n'
	printf 'complete -F _inspmort inspmort\n'
} > "$out/inspmort.bash"

{
	printf '#compdef inspmort\n_inspmort() {\n\tlocal -a commands=(\n'
	commands | sed "s/'/'\\\\''/g; s/:/\\\\:/g" | while IFS="$(printf '\t')" read -r verb summary; do
		printf "\t\t'%s:%s'\n" "$verb" "$summary"
	done
	printf '\t)\n\tif (( CURRENT == 2 )) || [[ $CURRENT == 3 && $words[2] == help ]]; then\n\t\t_describe command commands\n\t\treturn\n\tfi\n'
	printf '\tcase $words[2]:$words[CURRENT-1] in\n\tconvert:--to|convert:-t) compadd -- %s; return ;;\n\trun:--via) compadd -- agent websocket; return ;;\n\tesac\n' "$formats"
	printf '\tlocal -a options\n\tcase $words[2] in\n'
	for verb in $verbs; do
		printf '\t%s) options=(%s) ;;\n' "$verb" "$(options "$verb" | tr '\n' ' ')--help"
	done
	printf '\tesac\n\tif [[ $PREFIX == -* ]]; then\n\t\tcompadd -- $options\n\telse\n\t\t_files\n\tfi\n}\n_inspmort "$@"\n'
} > "$out/_inspmort"

{
	printf '# fish completion for inspmort\n'
	commands | sed "s/'/\\\\'/g" | while IFS="$(printf '\t')" read -r verb summary; do
		printf "complete -c inspmort -n __fish_use_subcommand -f -a %s -d '%s'\n" "$verb" "$summary"
		options "$verb" | sed 's/^--//' | while read -r option; do
			case $verb:$option in
			convert:to) values=" -xa '$formats'" ;;
			run:via) values=" -xa 'agent websocket'" ;;
			*) values= ;;
			esac
			printf "complete -c inspmort -n '__fish_seen_subcommand_from %s' -l %s%s\n" "$verb" "$option" "$values"
		done
	done
} > "$out/inspmort.fish"
