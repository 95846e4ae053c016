/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "../support/memory_file.h"
#include "bytes.h"
#include "ipm_repair.h"
#include "layout.h"

/*
 * A file written, synced and given its name, while the n-th call to the system fails, for every n
 * until none fails any more; on disks that are really full; and by a process that is really killed.
 */

/* Calls of the code under test go through these; errno values are in turn what fails. */
static bool armed;
static unsigned calls, fail_at;
static int fail_with;
static const char *failed_call;

static bool refuse(const char *name)
{
	if (!armed || ++calls != fail_at)
		return false;
	failed_call = name;
	errno = fail_with;
	return true;
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	return refuse("open") ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
	return refuse("writev") ? -1 : (ssize_t)syscall(SYS_writev, fd, iov, count);
}

int fsync(int fd)
{
	return refuse("fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return refuse("fdatasync") ? -1 : (int)syscall(SYS_fdatasync, fd);
}

/* As Linux does it: the descriptor is gone, whatever close says. */
int close(int fd)
{
	int rc = (int)syscall(SYS_close, fd);

	return refuse("close") ? -1 : rc;
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return refuse("renameat2") ? -1
				   : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

int rename(const char *from, const char *to)
{
	return refuse("rename") ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char *from, const char *to)
{
	return refuse("link") ? -1 : (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static const struct ipm_summary complete = {.status = IPM_STATUS_COMPLETE};
static char dir[64], final_path[96];

static enum ipm_errc write_object(struct ipm_writer *w, uint64_t i, struct ipm_error *err)
{
	char label[64];
	struct ipm_property p[2] = {{.name = IPM_STR("next"), .flags = 7},
				    {.name = IPM_STR("label"), .flags = 7}};
	struct ipm_object o = {
		.id = i, .class_name = IPM_STR("Item"), .properties = p, .property_count = 2};

	snprintf(label, sizeof(label), "%016llx",
		 (unsigned long long)(i * UINT64_C(0x9E3779B97F4A7C15)));
	p[0].value = (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = i + 1};
	p[1].value.type = IPM_VALUE_STRING;
	p[1].value.string.str = (struct ipm_str){label, strlen(label)};
	return ipm_writer_object(w, &o, err);
}

/* Every object of the file is as it was written. */
static void ck_objects(const char *path, uint64_t at_least)
{
	struct ipm_reader *r;
	struct ipm_error err;
	uint64_t i, n;

	ck_assert_msg(!ipm_reader_open(path, NULL, &r, &err), "%s", err.message);
	n = ipm_reader_info(r)->objects;
	ck_assert_uint_ge(n, at_least);
	for (i = 1; i <= n; i++) {
		const struct ipm_object *o;
		char label[64];

		ck_assert_msg(!ipm_reader_object(r, i, &o, &err), "%s", err.message);
		snprintf(label, sizeof(label), "%016llx",
			 (unsigned long long)(i * UINT64_C(0x9E3779B97F4A7C15)));
		ck_assert_int_eq(memcmp(o->properties[1].value.string.str.data, label, 16), 0);
		ipm_object_release(r, o);
	}
	ipm_reader_close(r);
}

static enum ipm_errc write_and_publish(int replace, struct ipm_error *err)
{
	const struct ipm_writer_options opts = {.block_raw_bytes = 1024};
	struct ipm_new_file file;
	struct ipm_writer *w;
	enum ipm_errc rc = ipm_new_file_create(dir, &file, err);
	uint64_t i;

	if (rc)
		return rc;
	rc = ipm_writer_create(ipm_fd_sink(file.fd), &opts, &w, err);
	if (!rc) {
		for (i = 1; !rc && i <= 200; i++)
			rc = write_object(w, i, err);
		if (!rc)
			rc = ipm_writer_finish(w, &complete, err);
		ipm_writer_destroy(w);
	}
	if (!rc)
		rc = ipm_new_file_publish(&file, final_path, replace, err);
	ipm_new_file_discard(&file);
	return rc;
}

static unsigned entries(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned n = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)))
		n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
	closedir(d);
	return n;
}

static void setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/inspmort-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(final_path, sizeof(final_path), "%s/final", dir);
}

static void teardown(void)
{
	unlink(final_path);
	ck_assert_int_eq(rmdir(dir), 0);
}

static bool may_go_on(const char *call, int why)
{
	if (why == EINTR) /* what was interrupted is done again */
		return !strcmp(call, "writev") || !strcmp(call, "fsync") || !strcmp(call, "open");
	if (why == ENOSYS || why == EINVAL) /* a file system that cannot do it */
		return !strcmp(call, "renameat2") || (!strcmp(call, "fsync") && why == EINVAL);
	return false;
}

START_TEST(every_call)
{
	static const int reasons[] = {EIO, ENOSPC, EDQUOT, EINTR, EINVAL, ENOSYS};
	bool seen_writev = false, seen_fsync = false, seen_close = false, seen_rename = false;
	unsigned n;
	int replace;

	fail_with = reasons[_i];
	for (replace = 0; replace < 2; replace++)
		for (n = 1;; n++) {
			struct ipm_verify_result v;
			struct ipm_error err = {0}, ignored;
			struct stat st;
			enum ipm_errc rc;

			fail_at = n;
			calls = 0;
			failed_call = NULL;
			armed = true;
			rc = write_and_publish(replace, &err);
			armed = false;
			if (!failed_call) {
				ck_assert_int_eq(rc, IPM_OK);
				ck_objects(final_path, 200);
				unlink(final_path);
				ck_assert_uint_gt(n, 10);
				break;
			}
			seen_writev |= !strcmp(failed_call, "writev");
			seen_fsync |= !strcmp(failed_call, "fsync");
			seen_close |= !strcmp(failed_call, "close");
			seen_rename |= !strncmp(failed_call, "rename", 6);
			/* The last close of a file that is given up loses nothing. */
			ck_assert_msg(rc || may_go_on(failed_call, fail_with) ||
					      !strcmp(failed_call, "close"),
				      "%s, %s: not noticed", failed_call, strerror(fail_with));
			if (rc) {
				ck_assert_int_eq(rc, IPM_ERR_OS);
				ck_assert_int_eq(err.os_errno, fail_with);
				ck_assert(err.message[0]);
			}
			/* Under the final name the whole file, or nothing; nothing beside it. */
			if (!stat(final_path, &st)) {
				ck_assert_int_eq(ipm_verify(final_path, NULL, NULL, &v, &ignored),
						 IPM_OK);
				ck_assert_int_eq(v.verdict, IPM_VERDICT_WHOLE);
				ck_assert_uint_eq(entries(), 1);
				unlink(final_path);
			} else {
				ck_assert_int_ne(rc, IPM_OK);
				ck_assert_uint_eq(entries(), 0);
			}
		}
	ck_assert(seen_writev && seen_fsync && seen_close && seen_rename);
}
END_TEST

/* rename does not replace, with renameat2 and without. */
START_TEST(does_not_replace)
{
	struct ipm_error err;
	int fd = open(final_path, O_RDWR | O_CREAT, 0600);

	ck_assert_int_eq(ipm_write_all(fd, "mine", 4, &err), IPM_OK);
	close(fd);
	fail_with = ENOSYS;
	for (fail_at = 1, failed_call = ""; failed_call; fail_at++) {
		struct stat st;

		calls = 0;
		failed_call = NULL;
		armed = true;
		ck_assert_int_eq(write_and_publish(0, &err), IPM_ERR_OS);
		armed = false;
		ck_assert_int_eq(stat(final_path, &st), 0);
		ck_assert_int_eq(st.st_size, 4);
		ck_assert_uint_eq(entries(), 1);
	}
}
END_TEST

/* A disk of `kib` that nobody else sees, under `dir`. Says why there is none. */
static const char *small_disk(unsigned kib)
{
	static bool apart;
	char size[32];

	if (!apart) {
		if (unshare(CLONE_NEWNS))
			return "no mount namespace of its own";
		if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
			return "cannot keep mounts to itself";
		apart = true;
	}
	snprintf(size, sizeof(size), "size=%uk", kib);
	return mount("tmpfs", dir, "tmpfs", 0, size) ? "cannot mount a small disk" : NULL;
}

/* What a full disk leaves is in order up to the block that did not fit. Returns a reason to skip. */
static const char *fill_disks(void)
{
	const struct ipm_writer_options opts = {.block_raw_bytes = 4096};
	unsigned kib;

	for (kib = 4; kib <= 400; kib += kib < 40 ? 4 : 36) {
		const char *why = small_disk(kib);
		struct ipm_verify_result v;
		struct ipm_writer *w;
		struct ipm_error err;
		struct stat st;
		uint64_t i;
		int fd;

		if (why)
			return why;
		fd = open(final_path, O_RDWR | O_CREAT, 0600);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(ipm_writer_create(ipm_fd_sink(fd), &opts, &w, &err), IPM_OK);
		for (i = 1; !write_object(w, i, &err); i++)
			ck_assert_uint_lt(i, 1000000);
		ck_assert_int_eq(err.os_errno, ENOSPC);
		ck_assert_int_eq(ipm_writer_finish(w, &complete, &err), IPM_ERR_OS);
		ck_assert_int_eq(fstat(fd, &st), 0);
		ck_assert_uint_eq((uint64_t)st.st_size, ipm_writer_bytes(w));
		ipm_writer_destroy(w);
		close(fd);
		ck_assert_int_eq(ipm_verify(final_path, NULL, NULL, &v, &err), IPM_OK);
		ck_assert_uint_eq(v.damaged_bytes, 0);
		/* Less than a block away from the brim. */
		if (kib >= 16) {
			ck_assert_int_eq(v.verdict, IPM_VERDICT_CUT);
			ck_assert_uint_gt((uint64_t)st.st_size + 4096 + 8192, kib * 1024);
			ck_objects(final_path, 1);
		}
		ck_assert_int_eq(umount(dir), 0);
	}
	return NULL;
}

START_TEST(full_disks)
{
	const char *why;
	int status;
	pid_t child;

	/* A process of its own: its mounts go with it, whatever happens. */
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		why = fill_disks();
		if (why)
			printf("SKIPPED: full_disks: %s: %s\n", why, strerror(errno));
		fflush(stdout);
		_exit(why ? 77 : 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77));
}
END_TEST

/* What the kernel has taken, told by the writing process before it goes on. */
struct progress {
	uint64_t bytes, blocks;
};

struct telling_sink {
	struct ipm_sink file;
	volatile struct progress *progress;
};

static enum ipm_errc telling_write(void *self, const struct iovec *iov, int count,
				   struct ipm_error *err)
{
	struct telling_sink *s = self;
	enum ipm_errc rc = s->file.write(s->file.self, iov, count, err);
	int i;

	if (rc)
		return rc;
	if (iov[0].iov_len >= 4)
		s->progress->blocks += ipm_get_le32(iov[0].iov_base) == IPM_MAGIC_BLOCK;
	for (i = 0; i < count; i++)
		s->progress->bytes += iov[i].iov_len;
	return IPM_OK;
}

static void write_for_ever(volatile struct progress *progress)
{
	const struct ipm_writer_options opts = {.block_raw_bytes = 2048};
	int fd = open(final_path, O_RDWR | O_CREAT, 0600);
	struct telling_sink telling = {ipm_fd_sink(fd), progress};
	struct ipm_sink sink = {.write = telling_write, .self = &telling};
	struct ipm_writer *w;
	struct ipm_error err;
	uint64_t i;

	if (ipm_writer_create(sink, &opts, &w, &err))
		_exit(1);
	for (i = 1; !write_object(w, i, &err); i++)
		;
	_exit(1);
}

/* Every block that the kernel had is there, and recover makes a whole file of them. */
START_TEST(killed)
{
	volatile struct progress *progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
						  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char out[112];
	unsigned n;

	ck_assert_ptr_ne((void *)(uintptr_t)progress, MAP_FAILED);
	snprintf(out, sizeof(out), "%s.out", final_path);
	for (n = 0; n < 30; n++) {
		struct ipm_verify_result v, again;
		struct ipm_error err;
		uint64_t wanted = n * n / 2, blocks;
		int status, fd;
		pid_t child;

		progress->bytes = progress->blocks = 0;
		child = fork();
		ck_assert_int_ge(child, 0);
		if (!child)
			write_for_ever(progress);
		while (progress->blocks < wanted)
			sched_yield();
		/* Between two blocks or in the middle of one: whatever it is doing. */
		usleep(n * 37 % 200);
		ck_assert_int_eq(kill(child, SIGKILL), 0);
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert(WIFSIGNALED(status));
		if (!progress->blocks) {
			unlink(final_path);
			continue;
		}
		blocks = progress->blocks;
		ck_assert_int_eq(ipm_verify(final_path, NULL, NULL, &v, &err), IPM_OK);
		ck_assert_int_eq(v.verdict, IPM_VERDICT_CUT);
		ck_assert_uint_eq(v.damaged_bytes, 0);
		ck_assert_uint_ge(v.blocks, blocks);
		fd = open(out, O_RDWR | O_CREAT, 0600);
		ck_assert_int_eq(ipm_recover(final_path, ipm_fd_sink(fd), NULL, NULL, &again, &err),
				 IPM_OK);
		close(fd);
		ck_assert_uint_eq(again.blocks, v.blocks);
		ck_assert_int_eq(ipm_verify(out, NULL, NULL, &again, &err), IPM_OK);
		ck_assert_int_eq(again.verdict, IPM_VERDICT_WHOLE);
		ck_assert_uint_eq(again.objects, v.objects);
		ck_objects(out, v.objects);
		unlink(out);
		unlink(final_path);
	}
	munmap((void *)(uintptr_t)progress, sizeof(*progress));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fault/disk_faults");
	TCase *t = tcase_create("all");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, every_call, 0, 6);
	tcase_add_test(t, does_not_replace);
	tcase_add_test(t, full_disks);
	tcase_add_test(t, killed);
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
