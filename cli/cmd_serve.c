/* SPDX-License-Identifier: MIT */
/* inspmort serve: crashes in the browser. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "ipm_convert.h"
#include "ipm_serve.h"
#include "plain.h"
#include "run.h"

static const char help[] =
	"inspmort serve - open crashes in Chrome DevTools, VS Code, node inspect\n"
	"\n"
	"  inspmort serve .                      every crash in this directory, at 127.0.0.1:9229\n"
	"  inspmort serve crash.*.inspmort       these\n"
	"  inspmort serve --port 0 /var/crashes  at a free port; the first line printed says "
	"which\n"
	"\n"
	"Usage: inspmort serve [OPTIONS] FILE|DIR...\n"
	"\n"
	"Options:\n"
	"  --host ADDRESS     listen there (127.0.0.1); other machines can only come with --token\n"
	"  --port N           listen there (9229); 0 picks a free one\n"
	"  --token            pages need the secret that is printed; INSPMORT_TOKEN sets it\n"
	"  --devtools DIR     serve this DevTools frontend instead of the one that came along\n"
	"\n"
	"Ctrl-C ends it.\n";

static struct ipm_server *running;

static void on_signal(int number)
{
	(void)number;
	ipm_server_stop(running);
}

/* Beside an installed program, or in the build tree. */
static bool find_devtools(char *ret, size_t capacity)
{
	static const char *const places[] = {"/../share/inspmort/devtools"};
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	size_t i;

	if (len <= 0)
		return false;
	self[len] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char page[4200];

		if ((size_t)snprintf(ret, capacity, "%s%s", self, places[i]) >= capacity ||
		    (size_t)snprintf(page, sizeof(page), "%s/js_app.html", ret) >= sizeof(page))
			continue;
		if (!access(page, R_OK))
			return true;
	}
	return false;
}

struct page {
	bool (*write)(void *self, const void *data, size_t len);
	void *self;
};

static enum ipm_errc write_page(void *self, const void *data, size_t len, struct ipm_error *err)
{
	struct page *page = self;

	return page->write(page->self, data, len) ? IPM_OK
						  : ipm_fail(err, IPM_ERR_LIMIT, "too long");
}

static enum ipm_errc render(struct ipm_reader *reader, const char *format,
			    bool (*write)(void *self, const void *data, size_t len), void *self,
			    struct ipm_error *err)
{
	const struct ipm_convert_format *found = ipm_convert_find(format);
	struct ipm_convert_options opts = {.frame = -1};
	struct page page = {write, self};
	struct ipm_convert_sink sink = {write_page, &page};

	if (!found)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "no format %s", format);
	return ipm_convert(reader, found, &opts, sink, err);
}

static bool parse_port(const char *text, uint16_t *ret)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text || text[0] < '0' || text[0] > '9' || value > UINT16_MAX)
		return false;
	*ret = (uint16_t)value;
	return true;
}

/* What else was captured of the newest crash; its lines are the dead process's own words. */
static void say_pauses(const struct ipm_server *server)
{
	struct ipm_str line;
	uint64_t i;

	for (i = 1; (line = ipm_server_first_pause(server, i)).len; i++) {
		struct ipm_buf text = IPM_BUF_INIT;

		if (i == 1)
			printf("It was captured in several places, whose addresses end in:\n");
		ipm_put_escaped_text(&text, line, 200);
		printf("  -%-6llu %.*s\n", (unsigned long long)i, (int)text.len,
		       (const char *)text.data);
		ipm_buf_deinit(&text);
	}
}

static void say_where(struct ipm_server *server, bool with_token)
{
	size_t crashes = ipm_server_crashes(server);
	const char *target;

	printf("%s\n", ipm_server_url(server));
	printf("%zu crash%s. Open the address in a browser and click one.\n", crashes,
	       crashes == 1 ? "" : "es");
	fflush(stdout);
	target = ipm_server_first_target(server);
	if (target[0]) {
		const char *address = target + strlen("ws://");

		printf("The newest in other tools:\n"
		       "  Chrome   devtools://devtools/bundled/js_app.html?ws=%s\n"
		       "  VS Code  { \"type\": \"node\", \"request\": \"attach\", \"name\": "
		       "\"crash\","
		       " \"websocketAddress\": \"%s\" }\n",
		       address, target);
		/* It asks for the list of targets, for which it has no token. */
		if (!with_token)
			printf("  Node     node inspect %.*s\n", (int)strcspn(address, "/"),
			       address);
		say_pauses(server);
	}
	fflush(stdout);
}

int cmd_serve(int argc, char **argv)
{
	static const struct option options[] = {
		{"host", required_argument, NULL, 'H'},	    {"port", required_argument, NULL, 'p'},
		{"devtools", required_argument, NULL, 'd'}, {"token", no_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},	    {NULL, 0, NULL, 0},
	};
	struct ipm_server_options opts = {.host = "127.0.0.1", .port = 9229, .render = render};
	struct sigaction action = {.sa_handler = on_signal};
	char devtools[4096];
	struct ipm_error err;
	int option;

	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'H':
			opts.host = optarg;
			break;
		case 'p':
			if (!parse_port(optarg, &opts.port))
				return cli_usage("serve", "not a port: %s", optarg);
			break;
		case 'd':
			opts.devtools_dir = optarg;
			break;
		case 't':
			opts.token = true;
			opts.fixed_token = getenv("INSPMORT_TOKEN");
			break;
		case 'h':
			fputs(help, stdout);
			return cli_flush();
		default:
			return run_bad_option(option, "serve", argv[optind - 1], options);
		}
	}
	if (optind == argc)
		return cli_usage("serve", "which file or directory?");
	if (!opts.devtools_dir && find_devtools(devtools, sizeof(devtools)))
		opts.devtools_dir = devtools;
	opts.paths = (const char *const *)&argv[optind];
	opts.path_count = (size_t)(argc - optind);
	if (ipm_server_create(&opts, &running, &err))
		return err.code == IPM_ERR_INVALID_ARGUMENT ? cli_usage("serve", "%s", err.message)
							    : cli_fail("%s", err.message);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	say_where(running, opts.token);
	if (ipm_server_run(running, &err)) {
		ipm_server_destroy(running);
		return cli_fail("%s", err.message);
	}
	ipm_server_destroy(running);
	return IPM_EXIT_OK;
}
