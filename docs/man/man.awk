# Turns what `inspmort VERB --help` prints into a manual page (man(7) macros), so that there is one
# text to keep true. Variables: verb, summary, version, date.
# Lines are known by their shape: "inspmort …" is an example, "Usage: …" the synopsis, "-…" an option,
# "Word:" a heading, everything else prose.

function escape(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	if (text ~ /^[.']/)
		text = "\\&" text
	return text
}

function trim(text) {
	sub(/^[ \t]+/, "", text)
	sub(/[ \t]+$/, "", text)
	return text
}

# "left   right" at the first run of two spaces after the left side.
function split_columns(text,    at) {
	text = trim(text)
	at = match(text, /  +/)
	left = at ? substr(text, 1, at - 1) : text
	right = at ? trim(substr(text, at)) : ""
}

function paragraph_break() {
	in_option = 0
	if (section == "DESCRIPTION" && in_prose)
		description = description ".PP\n"
	in_prose = 0
}

{
	line = $0
	bare = trim(line)
	indent = match(line, /[^ ]/) - 1
}

NR == 1 && bare ~ ("^inspmort " verb " - ") { next }
bare == "" { paragraph_break(); next }

tolower(bare) ~ /^usage: / {
	sub(/^[Uu]sage: /, "", bare)
	synopsis = synopsis ".B " escape(bare) "\n"
	next
}

bare ~ /^[A-Z][a-z]+:$/ {
	heading = toupper(substr(bare, 1, length(bare) - 1))
	section = heading == "OPTIONS" || heading == "EXAMPLES" ? "" : heading
	if (section != "")
		others = others ".SH " section "\n"
	in_option = 0
	next
}

section == "" && !in_option && ((bare ~ ("^inspmort( " verb ")? ") && indent <= 2) ||
				(bare ~ /inspmort/ && indent == 2)) {
	split_columns(bare)
	examples = examples ".TP\n.B " escape(left) "\n" (right == "" ? "\\&" : escape(right)) "\n"
	in_example = 1
	next
}

in_example && indent > 20 { examples = examples escape(bare) "\n"; next }

bare ~ /^-/ && indent <= 4 {
	split_columns(bare)
	if (right == "" && match(left, / [a-z]/)) {
		right = trim(substr(left, RSTART))
		left = substr(left, 1, RSTART - 1)
	}
	options = options ".TP\n.B " escape(left) "\n" escape(right) "\n"
	in_option = 1
	in_example = 0
	next
}

in_option && indent > 4 { options = options escape(bare) "\n"; next }

section != "" && indent > 0 {
	split_columns(bare)
	others = others ".TP\n.B " escape(left) "\n" (right == "" ? "\\&" : escape(right)) "\n"
	next
}

{
	in_example = 0
	in_option = 0
	in_prose = 1
	section = section == "" ? "DESCRIPTION" : section
	if (section == "DESCRIPTION") {
		description = description escape(bare) "\n"
		section = ""
		was_prose = 1
	} else {
		others = others escape(bare) "\n"
	}
}

END {
	name = verb == "" ? "inspmort" : "inspmort-" verb
	printf ".TH %s 1 \"%s\" \"inspmort %s\" \"inspmort\"\n", toupper(name), date, version
	printf ".SH NAME\n%s \\- %s\n", escape(name), escape(summary)
	if (synopsis == "")
		synopsis = ".B inspmort " escape(verb) "\n"
	printf ".SH SYNOPSIS\n%s", synopsis
	if (description != "")
		printf ".SH DESCRIPTION\n%s", description
	if (examples != "")
		printf ".SH EXAMPLES\n%s", examples
	if (options != "")
		printf ".SH OPTIONS\n%s", options
	printf "%s", others
	printf ".SH EXIT STATUS\n"
	if (verb == "verify" || verb == "recover")
		printf "0 whole, 3 damaged but partly readable, 4 not readable, 2 wrong usage.\n"
	else if (verb == "run")
		printf "The program's own; 2 for wrong usage, 127 when the command cannot be run.\n"
	else
		printf "0 fine, 1 failed or no match, 2 wrong usage.\n"
	printf ".SH SEE ALSO\n.BR inspmort (1),\n.BR inspmort (5)\n"
}
