/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
static char guarded[sizeof(((struct ipm_new_file *)NULL)->temp_path)];

#define SIGNAL_COUNT (sizeof(signals) / sizeof(signals[0]))

/* Only what is safe in a signal handler: unlink, and dying of the signal after all. */
static void remove_and_die(int number)
{
	(void)unlink(guarded);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

/* Signals that are ignored, as under nohup, stay ignored. */
static void guard(const struct ipm_new_file *file)
{
	struct sigaction action = {.sa_handler = remove_and_die}, old;
	size_t i;

	memcpy(guarded, file->temp_path, sizeof(guarded));
	for (i = 0; i < SIGNAL_COUNT; i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler == SIG_DFL)
			(void)sigaction(signals[i], &action, NULL);
}

static void unguard(void)
{
	struct sigaction old;
	size_t i;

	for (i = 0; i < SIGNAL_COUNT; i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler == remove_and_die)
			(void)signal(signals[i], SIG_DFL);
}

/* Beside its place first, so that a failure leaves what was there. */
static enum ipm_errc begin_file(struct cli_output *out, struct ipm_error *err)
{
	sigset_t all, before;
	char dir[4096];
	enum ipm_errc rc;
	size_t i;

	if (strlen(out->path) >= sizeof(dir))
		return ipm_fail_os(err, ENAMETOOLONG, "cannot write");
	memcpy(dir, out->path, strlen(out->path) + 1);
	/* Between its creation and the guard no signal may come. */
	(void)sigemptyset(&all);
	for (i = 0; i < SIGNAL_COUNT; i++)
		(void)sigaddset(&all, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	rc = ipm_new_file_create(dirname(dir), &out->file, err);
	if (!rc)
		guard(&out->file);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	out->fd = out->file.fd;
	return rc;
}

/* A pipe or a device stays what it is. */
static enum ipm_errc begin_special(struct cli_output *out, struct ipm_error *err)
{
	out->file.fd = open(out->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	out->fd = out->file.fd;
	return out->fd < 0 ? ipm_fail_os(err, errno, "cannot write") : IPM_OK;
}

enum ipm_errc cli_output_begin(const char *path, bool binary, struct cli_output *ret,
			       struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	struct stat st;

	*ret = (struct cli_output){.path = path, .fd = STDOUT_FILENO, .file = {.fd = -1}};
	if (strcmp(path, "-") != 0) {
		if (stat(path, &st) || S_ISREG(st.st_mode))
			rc = begin_file(ret, err);
		else if (S_ISDIR(st.st_mode))
			rc = ipm_fail_os(err, EISDIR, "cannot write");
		else
			rc = begin_special(ret, err);
	}
	if (!rc && binary && isatty(ret->fd)) {
		cli_output_discard(ret);
		rc = ipm_fail(err, IPM_ERR_INVALID_ARGUMENT,
			      "a crash file is binary, and this is a terminal");
	}
	return rc;
}

void cli_output_discard(struct cli_output *out)
{
	ipm_new_file_discard(&out->file);
	unguard();
}

enum ipm_errc cli_output_end(struct cli_output *out, enum ipm_errc rc, struct ipm_error *err)
{
	if (!rc && out->file.temp_path[0])
		rc = ipm_new_file_publish(&out->file, out->path, 1, err);
	cli_output_discard(out);
	return rc;
}

const char *cli_output_name(const char *path)
{
	return strcmp(path, "-") ? path : "standard output";
}
