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

options() { # verb
	"$inspmort" "$1" --help 2>/dev/null | grep -oE '(^|[ ,[])--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+' | sort -u
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

{
	printf '# bash completion for inspmort\n_inspmort() {\n'
	printf '\tlocal word=${COMP_WORDS[COMP_CWORD]} options=\n\tCOMPREPLY=()\n'
	printf '\tif [ "$COMP_CWORD" -eq 1 ]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W "%s" -- "$word")\n\t\treturn\n\tfi\n' \
		"$(commands | cut -f1 | tr '\n' ' ')--help --version"
	printf '\tcase ${COMP_WORDS[1]} in\n'
	commands | cut -f1 | while read -r verb; do
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
	printf '\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n\tlocal -a options\n\tcase $words[2] in\n'
	commands | cut -f1 | while read -r verb; do
		printf '\t%s) options=(%s) ;;\n' "$verb" "$(options "$verb" | tr '\n' ' ')--help"
	done
	printf '\tesac\n\tif [[ $PREFIX == -* ]]; then\n\t\tcompadd -- $options\n\telse\n\t\t_files\n\tfi\n}\n_inspmort "$@"\n'
} > "$out/_inspmort"

{
	printf '# fish completion for inspmort\n'
	commands | sed "s/'/\\\\'/g" | while IFS="$(printf '\t')" read -r verb summary; do
		printf "complete -c inspmort -n __fish_use_subcommand -f -a %s -d '%s'\n" "$verb" "$summary"
		options "$verb" | sed 's/^--//' | while read -r option; do
			printf "complete -c inspmort -n '__fish_seen_subcommand_from %s' -l %s\n" "$verb" "$option"
		done
	done
} > "$out/inspmort.fish"
