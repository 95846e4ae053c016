/* SPDX-License-Identifier: MIT */
#include "mapping.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAPPINGS_MAX = 128 };

/* The handler reads these at any moment: `end` is set last and cleared first. */
static struct {
	_Atomic uintptr_t start, end;
} mappings[MAPPINGS_MAX];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned mapping_count;
static struct sigaction before;

static void on_sigbus(int signal_number, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	size_t i;

	for (i = 0; i < MAPPINGS_MAX; i++) {
		uintptr_t end = atomic_load(&mappings[i].end);
		uintptr_t start = atomic_load(&mappings[i].start);

		if (at < start || at >= end)
			continue;
		if (mmap((void *)(at & ~(page - 1)), page, PROT_READ,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED)
			return;
		break;
	}
	if (before.sa_flags & SA_SIGINFO) {
		before.sa_sigaction(signal_number, info, context);
	} else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
		before.sa_handler(signal_number);
	} else {
		/* As if we had never been here: the access is repeated and kills. */
		sigaction(SIGBUS, &before, NULL);
	}
}

const uint8_t *ipm_mapping_create(int fd, size_t bytes)
{
	void *map = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	struct sigaction ours = {.sa_flags = SA_SIGINFO};
	size_t i = MAPPINGS_MAX;

	if (map == MAP_FAILED)
		return NULL;
	/* Blocks are asked for one by one; the kernel is told which when it is known. */
	madvise(map, bytes, MADV_RANDOM);
	ours.sa_sigaction = on_sigbus;
	sigemptyset(&ours.sa_mask);
	pthread_mutex_lock(&lock);
	if (mapping_count || !sigaction(SIGBUS, &ours, &before))
		for (i = 0; i < MAPPINGS_MAX && atomic_load(&mappings[i].end); i++)
			;
	if (i < MAPPINGS_MAX) {
		mapping_count++;
		atomic_store(&mappings[i].start, (uintptr_t)map);
		atomic_store(&mappings[i].end, (uintptr_t)map + bytes);
	}
	pthread_mutex_unlock(&lock);
	if (i == MAPPINGS_MAX) {
		munmap(map, bytes);
		return NULL;
	}
	return map;
}

void ipm_mapping_destroy(const uint8_t *map, size_t bytes)
{
	struct sigaction now;
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < MAPPINGS_MAX; i++)
		if (atomic_load(&mappings[i].start) == (uintptr_t)map &&
		    atomic_load(&mappings[i].end)) {
			atomic_store(&mappings[i].end, 0);
			mapping_count--;
			break;
		}
	/* Put back what was there, unless somebody else came after us. */
	if (!mapping_count && !sigaction(SIGBUS, NULL, &now) && (now.sa_flags & SA_SIGINFO) &&
	    now.sa_sigaction == on_sigbus)
		sigaction(SIGBUS, &before, NULL);
	pthread_mutex_unlock(&lock);
	munmap((void *)(uintptr_t)map, bytes);
}
