/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "commands.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

/* clang-format off */
static const struct command commands[] = {
	{"run", cmd_run, "run a program; if it dies, keep how"},
	{"attach", cmd_attach, "keep how a running program dies, or its state now"},
	{"register-path", cmd_register_path, "prints the path for node --require"},
	{"list", cmd_list, "the crashes there, newest first"},
	{"info", cmd_info, "one crash in a few lines"},
	{"show", cmd_show, "the error, then every frame and its variables"},
	{"print", cmd_print, "what a JavaScript expression gives there"},
	{"convert", cmd_convert, "in other tools' formats"},
	{"serve", cmd_serve, "open them in Chrome DevTools and other debuggers"},
	{"import", cmd_import, "a JSON crash becomes a crash file"},
	{"search", cmd_search, "where in the dead process a name or value is"},
	{"diff", cmd_diff, "what differs between two crashes"},
	{"redact", cmd_redact, "a copy without secrets"},
	{"prune", cmd_prune, "remove old crashes"},
	{"verify", cmd_verify, "is every byte as it was written?"},
	{"recover", cmd_recover, "save what can be read of a broken file"},
	{NULL, NULL, NULL},
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
		fprintf(out, "  %-15s%s\n", c->name, c->summary);
	fputs("\n'inspmort help COMMAND' and 'man inspmort' tell more.\n", out);
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

int cli_no_option(const char *verb, const char *typed, suggest_word_fn *name_at, const void *table)
{
	const char *meant = strncmp(typed, "--", 2) ? NULL : suggest(typed + 2, name_at, table);

	if (meant)
		return cli_usage(verb, "no such option: %s; did you mean '--%s'?", typed, meant);
	return cli_usage(verb, "no such option: %s", typed);
}

int cli_fail_file(const char *path, const struct ipm_error *err)
{
	return cli_fail("%s: %s", path, err->message);
}

static const char *command_name(const void *table, size_t i)
{
	return ((const struct command *)table)[i].name;
}

static const struct command *find_command(const char *name)
{
	const struct command *c;

	for (c = commands; c->name; c++)
		if (!strcmp(name, c->name))
			return c;
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *meant = suggest(name, command_name, commands);

	if (meant)
		return cli_usage(NULL, "no such command: %s; did you mean '%s'?", name, meant);
	return cli_usage(NULL, "no such command: %s", name);
}

/* "help show" as "show --help". */
static int help(int argc, char **argv)
{
	static char option[] = "--help";
	const struct command *c = argc > 2 ? find_command(argv[2]) : NULL;
	char *args[] = {argc > 2 ? argv[2] : NULL, option, NULL};

	if (c)
		return c->run(2, args);
	if (argc > 2)
		return unknown_command(argv[2]);
	print_help(stdout);
	return cli_flush();
}

int main(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		print_help(stderr);
		return IPM_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return help(argc, argv);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("inspmort " IPM_VERSION);
		return cli_flush();
	}
	c = find_command(argv[1]);
	return c ? c->run(argc - 1, argv + 1) : unknown_command(argv[1]);
}
