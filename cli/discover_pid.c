/* SPDX-License-Identifier: MIT */
/* A Node process of this machine: is it one, may we, and where is its inspector. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "discover_internal.h"

#define MAX_SOCKETS  64
#define DEFAULT_PORT 9229
#define OPEN_TRIES   250 /* 20 ms apart, until the inspector listens */

/* Inodes of the process's sockets. */
static size_t sockets_of(uint64_t pid, unsigned long *ret)
{
	char path[64], link[64];
	struct dirent *entry;
	size_t count = 0;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/fd", pid);
	dir = opendir(path);
	while (dir && count < MAX_SOCKETS && (entry = readdir(dir))) {
		n = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1);
		if (n <= 0)
			continue;
		link[n] = '\0';
		if (sscanf(link, "socket:[%lu]", &ret[count]) == 1)
			count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

/* Ports of this machine on which the process listens. */
static size_t listening_ports(uint64_t pid, int *ret)
{
	unsigned long inodes[MAX_SOCKETS], inode;
	size_t sockets = sockets_of(pid, inodes), count = 0, i;
	char path[64], line[512];
	unsigned port, state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/net/tcp", pid);
	file = fopen(path, "re");
	while (file && count < MAX_SOCKETS && fgets(line, sizeof(line), file)) {
		/* sl local:port remote:port st tx:rx tr:when retrnsmt uid timeout inode; 0A: LISTEN */
		if (sscanf(line, " %*d: %*8x:%4x %*8x:%*4x %2x %*s %*s %*s %*u %*u %lu", &port,
			   &state, &inode) != 3 ||
		    state != 0x0A)
			continue;
		for (i = 0; i < sockets; i++)
			if (inodes[i] == inode)
				break;
		if (i < sockets)
			ret[count++] = (int)port;
	}
	if (file)
		fclose(file);
	return count;
}

bool discover_is_shared(const struct inspector_place *place)
{
	char path[64], line[512];
	unsigned port, state, connections = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/net/tcp", place->pid);
	file = fopen(path, "re");
	/* 01: ESTABLISHED */
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " %*d: %*8x:%4x %*8x:%*4x %2x", &port, &state) == 2 &&
		    state == 0x01 && (int)port == place->port)
			connections++;
	if (file)
		fclose(file);
	return connections > 1;
}

static enum ipm_errc not_ours(uint64_t pid, struct ipm_error *err)
{
	const struct passwd *owner;
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%" PRIu64, pid);
	owner = stat(path, &st) ? NULL : getpwuid(st.st_uid);
	return ipm_fail(err, IPM_ERR_OS,
			"process %" PRIu64 " belongs to %.64s: only they and root may attach to it",
			pid, owner ? owner->pw_name : "somebody else");
}

/* SIGUSR1 would kill anything else. */
static enum ipm_errc check_node(uint64_t pid, struct ipm_error *err)
{
	char link[64], exe[4096];
	const char *name;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%" PRIu64 "/exe", pid);
	n = readlink(link, exe, sizeof(exe) - 1);
	if (n < 0 && (errno == EACCES || errno == EPERM))
		return not_ours(pid, err);
	if (n < 0)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "no process %" PRIu64, pid);
	exe[n] = '\0';
	name = strrchr(exe, '/');
	name = name ? name + 1 : exe;
	if (strncmp(name, "node", 4))
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT,
				"process %" PRIu64 " is %.100s, not node; if it has an inspector, "
				"say its HOST:PORT",
				pid, name);
	return IPM_OK;
}

/* Node listens to SIGUSR1 unless it was told not to; then the signal would be its death. */
static bool catches_sigusr1(uint64_t pid)
{
	char path[64], line[256];
	unsigned long long caught = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "SigCgt:", 7))
			caught = strtoull(line + 7, NULL, 16);
	if (file)
		fclose(file);
	return caught >> (SIGUSR1 - 1) & 1;
}

static bool same_namespace(uint64_t pid, const char *kind)
{
	char path[64], theirs[128], ours[128];
	ssize_t n, m;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/ns/%s", pid, kind);
	n = readlink(path, theirs, sizeof(theirs));
	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	m = readlink(path, ours, sizeof(ours));
	return n > 0 && n == m && !memcmp(theirs, ours, (size_t)n);
}

/* The loopback interface of a container is another than ours. */
static enum ipm_errc enter_network(uint64_t pid, struct ipm_error *err)
{
	char path[64];
	int fd, rc;

	if (same_namespace(pid, "net"))
		return IPM_OK;
	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	rc = fd < 0 ? -1 : setns(fd, CLONE_NEWNET);
	if (fd >= 0)
		close(fd);
	if (rc)
		return ipm_fail(err, IPM_ERR_OS,
				"process %" PRIu64
				" is in a container (another network namespace): "
				"attach as root, or from inside it",
				pid);
	return IPM_OK;
}

/* --inspect, --inspect-brk, --inspect-port=[host:]port on its command line; else the default. */
static int configured_port(uint64_t pid)
{
	char path[64], args[65536];
	const char *arg, *colon;
	size_t len;
	int port = DEFAULT_PORT;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/cmdline", pid);
	file = fopen(path, "re");
	len = file ? fread(args, 1, sizeof(args) - 1, file) : 0;
	if (file)
		fclose(file);
	args[len] = '\0';
	for (arg = args; arg < args + len; arg += strlen(arg) + 1) {
		const char *equals = strchr(arg, '=');

		if (strncmp(arg, "--inspect", 9) || !equals)
			continue;
		colon = strrchr(equals, ':');
		if (atoi((colon ? colon : equals) + 1) > 0)
			port = atoi((colon ? colon : equals) + 1);
	}
	return port;
}

static bool has(const int *ports, size_t count, int port)
{
	while (count-- > 0)
		if (ports[count] == port)
			return true;
	return false;
}

/* The program's own ports are left alone: asking them would be asking the program. */
enum ipm_errc discover_at_pid(uint64_t pid, struct inspector_place *ret, struct ipm_error *err)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	int before[MAX_SOCKETS], now[MAX_SOCKETS];
	size_t before_count, count, i;
	enum ipm_errc rc = check_node(pid, err);
	struct ipm_error ignored;
	int tries, open = configured_port(pid);

	if (!rc)
		rc = enter_network(pid, err);
	if (rc)
		return rc;
	ret->pid = pid;
	ret->other_files = !same_namespace(pid, "mnt");
	before_count = listening_ports(pid, before);
	if (has(before, before_count, open) &&
	    !discover_at_port("127.0.0.1", open, NULL, ret, &ignored))
		return IPM_OK;
	if (!catches_sigusr1(pid))
		return ipm_fail(err, IPM_ERR_UNSUPPORTED,
				"process %" PRIu64
				" does not listen to SIGUSR1 (--disable-sigusr1?): "
				"start it with --inspect=127.0.0.1:0 and say HOST:PORT",
				pid);
	if (kill((pid_t)pid, SIGUSR1))
		return errno == EPERM ? not_ours(pid, err)
				      : ipm_fail_os(err, errno, "process %" PRIu64, pid);
	ret->opened = true;
	for (tries = 0; tries < OPEN_TRIES; tries++) {
		nanosleep(&pause, NULL);
		count = listening_ports(pid, now);
		for (i = 0; i < count; i++)
			if (!has(before, before_count, now[i]) &&
			    !discover_at_port("127.0.0.1", now[i], NULL, ret, &ignored))
				return IPM_OK;
	}
	return ipm_fail(err, IPM_ERR_TIMEOUT,
			"process %" PRIu64 " does not open its inspector (it may handle SIGUSR1 "
			"itself): start it with --inspect=127.0.0.1:0 and say HOST:PORT",
			pid);
}
