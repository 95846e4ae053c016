/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "suggest.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *summary;
};

/* clang-format off */
static const struct command commands[] = {
	{"run", cmd_run, "[--via agent|websocket] -- node …", "run a program; if it dies, keep how"},
	{"attach", cmd_attach, "[--now] PID|HOST:PORT|ws://…", "keep how a running program dies, or its state now"},
	{"register-path", cmd_register_path, "", "prints the path for node --require"},
	{"list", cmd_list, "[DIR]", "the crashes there, newest first"},
	{"info", cmd_info, "[--json] FILE", "one crash in a few lines"},
	{"show", cmd_show, "[--frame N] [--full] FILE", "the error, then every frame and its variables"},
	{"print", cmd_print, "[--frame N] FILE EXPRESSION", "what a JavaScript expression gives there"},
	{"convert", cmd_convert, "[--to FORMAT] [-o OUT] FILE", "in other tools' formats"},
	{"serve", cmd_serve, "[--port N] FILE|DIR…", "open them in Chrome DevTools and other debuggers"},
	{"import", cmd_import, "-o OUT FILE.json", "a JSON crash becomes a crash file"},
	{"search", cmd_search, "FILE PATTERN", "where in the dead process a name or value is"},
	{"diff", cmd_diff, "[--depth N] A B", "what differs between two crashes"},
	{"redact", cmd_redact, "[--names LIST] -o OUT FILE", "a copy without secrets"},
	{"prune", cmd_prune, "[--max-use SIZE] [--keep N] DIR", "remove old crashes"},
	{"verify", cmd_verify, "FILE", "is every byte as it was written?"},
	{"recover", cmd_recover, "-o OUT FILE", "save what can be read of a broken file"},
	{NULL, NULL, NULL, NULL},
};
/* clang-format on */

static void print_help(FILE *out)
{
	const struct command *c;

	fputs("inspmort - see why a Node.js process died\n\n"
	      "  inspmort run -- node app.js       run a program; if it dies, keep how\n"
	      "  inspmort show crash.*.inspmort    the error, and every frame with its variables\n"
	      "  inspmort serve .                  open the crashes here in Chrome DevTools\n\n"
	      "Commands:\n",
	      out);
	for (c = commands; c->name; c++)
		fprintf(out, "  %-14s %-34s %s\n", c->name, c->arguments, c->summary);
	fputs("\n'inspmort COMMAND --help' tells more.\n", out);
}

static void vcomplain(const char *format, va_list args)
{
	fputs("inspmort: ", stderr);
	vfprintf(stderr, format, args);
}

int cli_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vcomplain(format, args);
	va_end(args);
	fputc('\n', stderr);
	return IPM_EXIT_FAILED;
}

int cli_usage(const char *verb, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vcomplain(format, args);
	va_end(args);
	if (verb)
		fprintf(stderr, " (see 'inspmort %s --help')\n", verb);
	else
		fputs(" (see 'inspmort --help')\n", stderr);
	return IPM_EXIT_USAGE;
}

int cli_fail_file(const char *path, const struct ipm_error *err)
{
	return cli_fail("%s: %s", path, err->message);
}

static int unknown_command(const char *name)
{
	const struct command *c, *nearest = NULL;
	unsigned best = 3; /* more than two letters apart is another word */

	for (c = commands; c->name; c++) {
		unsigned distance = edit_distance(name, c->name);

		if (distance < best) {
			best = distance;
			nearest = c;
		}
	}
	if (nearest)
		return cli_usage(NULL, "no such command: %s; did you mean '%s'?", name,
				 nearest->name);
	return cli_usage(NULL, "no such command: %s", name);
}

int main(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		print_help(stderr);
		return IPM_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return IPM_EXIT_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("inspmort " IPM_VERSION);
		return IPM_EXIT_OK;
	}
	for (c = commands; c->name; c++)
		if (!strcmp(argv[1], c->name))
			return c->run(argc - 1, argv + 1);
	return unknown_command(argv[1]);
}
