/* SPDX-License-Identifier: MIT */
/* A child process that is to be indistinguishable from having been started directly. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "run.h"

static volatile sig_atomic_t forward_to;

static void forward(int sig, siginfo_t *info, void *context)
{
	(void)context;
	/* What a terminal sends has gone to the whole group already. */
	if (info->si_code <= 0 && forward_to > 0)
		kill((pid_t)forward_to, sig);
}

void child_forward_signals(pid_t child)
{
	static const int signals[] = {SIGINT,  SIGTERM, SIGHUP,	 SIGQUIT,
				      SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH};
	struct sigaction action;
	size_t i;

	forward_to = (sig_atomic_t)child;
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = forward;
	action.sa_flags = SA_SIGINFO | SA_RESTART;
	sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &action, NULL);
}

int child_wait(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	forward_to = 0;
	return status;
}

void child_pass_on(int status)
{
	struct rlimit no_core = {0, 0};
	sigset_t set;
	int sig;

	if (WIFEXITED(status))
		exit(WEXITSTATUS(status));
	sig = WIFSIGNALED(status) ? WTERMSIG(status) : SIGKILL;
	/* One core dump is enough. */
	setrlimit(RLIMIT_CORE, &no_core);
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	exit(128 + sig);
}
