/* SPDX-License-Identifier: MIT */
#include "new_file.h"

#include <libgen.h>
#include <signal.h>
#include <string.h>
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

enum ipm_errc cli_new_file(const char *path, struct ipm_new_file *ret, struct ipm_error *err)
{
	sigset_t all, before;
	char dir[4096];
	enum ipm_errc rc;
	size_t i;

	if (strlen(path) >= sizeof(dir))
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "the name is too long");
	memcpy(dir, path, strlen(path) + 1);
	/* Between its creation and the guard no signal may come. */
	(void)sigemptyset(&all);
	for (i = 0; i < SIGNAL_COUNT; i++)
		(void)sigaddset(&all, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	rc = ipm_new_file_create(dirname(dir), ret, err);
	if (!rc)
		guard(ret);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

void cli_end_file(struct ipm_new_file *file)
{
	ipm_new_file_discard(file);
	unguard();
}
