/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "ipm_reader.h"
#include "ipm_writer.h"
#include "remote_object.h"
#include "synthetic.h"

#ifdef HAVE_SQLITE
#include <sqlite3.h>
#include <zstd.h>
#endif

/*
 * What the container costs and gives, as JSON lines for tests/bench/format.mjs:
 *
 *   bench_format write COUNT FILE [BLOCK]   a synthetic table
 *   bench_format read FILE [pread]          open, lookups, scan
 *   bench_format open FILE                  open and one lookup, once
 *   bench_format again FILE OUT BLOCK [LEVEL]  its objects, in blocks of another size
 *   bench_format ndjson FILE                each object's Runtime.getProperties, a line each
 *   bench_format sqlite FILE DB             one zstd blob of that per object, and lookups in it
 */

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

/* Of this process: what others do on the machine is left out. */
static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* What making the objects takes without writing them, from the first million. */
static uint64_t generator_ns(uint64_t count)
{
	static struct synthetic table;
	uint64_t n = count < 1000000 ? count : 1000000, id, start = cpu_ns();
	struct ipm_object o;

	synthetic_init(&table, count);
	for (id = 1; id <= n; id++)
		synthetic_next(&table, id, &o);
	return (uint64_t)((double)(cpu_ns() - start) * (double)count / (double)n);
}

static long peak_rss_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static int fail(const char *what, const struct ipm_error *err)
{
	fprintf(stderr, "bench_format: %s: %s\n", what, err->message);
	return 1;
}

static bool append_piece(void *self, struct ipm_str piece)
{
	ipm_buf_str(self, piece);
	return true;
}

/* The objects of a file alone, in blocks of another size, and how long that takes. */
static int bench_again(const char *path, const char *out_path, uint32_t block, int level)
{
	const struct ipm_writer_options opts = {.block_raw_bytes = block, .level = level};
	const struct ipm_summary summary = {.status = IPM_STATUS_COMPLETE};
	struct ipm_buf text = IPM_BUF_INIT;
	struct ipm_reader *r;
	struct ipm_writer *w;
	struct ipm_error err;
	uint64_t id, objects, start, wrote = 0;
	int fd = open(out_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || ipm_reader_open(path, NULL, &r, &err) ||
	    ipm_writer_create(ipm_fd_sink(fd), &opts, &w, &err) ||
	    ipm_writer_meta(w, ipm_reader_meta(r), &err))
		return 1;
	objects = ipm_reader_info(r)->objects;
	for (id = 1; id <= objects; id++) {
		const struct ipm_object *o;
		struct ipm_object copy;

		if (ipm_reader_object(r, id, &o, &err))
			return 1;
		copy = *o;
		if (o->text.script_id) { /* its script is not there */
			ipm_buf_reset(&text);
			if (ipm_reader_text(r, &o->text, 0, UINT64_MAX, append_piece, &text, &err))
				return 1;
			copy.text = (struct ipm_text){.str = ipm_buf_as_str(&text),
						      .length = o->text.length};
		}
		start = cpu_ns();
		if (ipm_writer_object(w, &copy, &err))
			return 1;
		wrote += cpu_ns() - start;
		ipm_object_release(r, o);
	}
	if (ipm_writer_finish(w, &summary, &err))
		return 1;
	printf("{\"bench\":\"again\",\"block\":%u,\"objects\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"bytesPerObject\":%.2f,\"objectsPerSecond\":%.0f}\n",
	       block, objects, ipm_writer_bytes(w), (double)ipm_writer_bytes(w) / (double)objects,
	       (double)objects * 1e9 / (double)wrote);
	ipm_buf_deinit(&text);
	ipm_writer_destroy(w);
	ipm_reader_close(r);
	close(fd);
	return 0;
}

/* Ten frames, whose variables lie all over the table. */
static enum ipm_errc write_pause(struct ipm_writer *w, uint64_t count, struct ipm_error *err)
{
	enum { FRAMES = 10 };
	struct ipm_frame frames[FRAMES] = {{{0}}};
	struct ipm_scope_ref scopes[FRAMES] = {{0}};
	struct ipm_pause pause = {.reason = IPM_STR("exception"),
				  .uncaught = true,
				  .thread = IPM_STR("main"),
				  .frames = frames,
				  .frame_count = FRAMES};
	size_t i;

	for (i = 0; i < FRAMES; i++) {
		scopes[i].type = IPM_SCOPE_LOCAL;
		scopes[i].object = (struct ipm_value){.type = IPM_VALUE_OBJECT,
						      .object_id = 1 + count / FRAMES * i};
		frames[i].function_name = IPM_STR("work");
		frames[i].url = IPM_STR("/srv/app.js");
		frames[i].this_value =
			(struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = count - i};
		frames[i].scopes = &scopes[i];
		frames[i].scope_count = 1;
	}
	return ipm_writer_pause(w, &pause, err);
}

static int bench_write(uint64_t count, const char *path, uint32_t block)
{
	const struct ipm_meta meta = {.tool = IPM_STR("bench")};
	const struct ipm_summary summary = {.status = IPM_STATUS_COMPLETE};
	const struct ipm_writer_options opts = {.block_raw_bytes = block};
	static struct synthetic table;
	struct ipm_writer *w;
	struct ipm_error err;
	uint64_t start, id, made = generator_ns(count), properties = 0;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0) {
		perror(path);
		return 1;
	}
	if (ipm_writer_create(ipm_fd_sink(fd), &opts, &w, &err) ||
	    ipm_writer_meta(w, &meta, &err) || write_pause(w, count, &err))
		return fail(path, &err);
	synthetic_init(&table, count);
	start = cpu_ns();
	for (id = 1; id <= count; id++) {
		struct ipm_object o;

		synthetic_next(&table, id, &o);
		properties += o.property_count;
		if (ipm_writer_object(w, &o, &err))
			return fail(path, &err);
	}
	if (ipm_writer_finish(w, &summary, &err))
		return fail(path, &err);
	start = cpu_ns() - start;
	printf("{\"bench\":\"write\",\"objects\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"cpuSeconds\":%.3f,\"generatorCpuSeconds\":%.3f,\"propertiesPerObject\":%.2f,"
	       "\"bytesPerObject\":%.2f,\"peakRssKiB\":%ld}\n",
	       count, ipm_writer_bytes(w), seconds(start), seconds(made),
	       (double)properties / (double)count, (double)ipm_writer_bytes(w) / (double)count,
	       peak_rss_kib());
	ipm_writer_destroy(w);
	close(fd);
	return 0;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void print_times(const char *name, uint64_t *times, size_t n)
{
	qsort(times, n, sizeof(*times), by_size);
	printf("{\"bench\":\"%s\",\"n\":%zu,\"p50us\":%.2f,\"p99us\":%.2f}\n", name, n,
	       (double)times[n / 2] / 1e3, (double)times[n - 1 - n / 100] / 1e3);
}

enum { LOOKUPS = 20000 };

static uint64_t times[LOOKUPS];

/* An object, then what it refers to, then what the last of those refers to, and so on. */
static uint64_t bench_debugger(struct ipm_reader *r, uint64_t objects, uint64_t *state)
{
	uint64_t n = 0, id = 1, sum = 0;

	while (n < LOOKUPS) {
		const struct ipm_object *o, *child;
		struct ipm_error err;
		uint64_t start = ipm_monotonic_ns(), next = 0;
		size_t i;

		if (ipm_reader_object(r, id, &o, &err))
			return 0;
		times[n++] = ipm_monotonic_ns() - start;
		for (i = 0; i < o->property_count && n < LOOKUPS; i++) {
			if (o->properties[i].value.type != IPM_VALUE_OBJECT)
				continue;
			start = ipm_monotonic_ns();
			if (ipm_reader_object(r, o->properties[i].value.object_id, &child, &err))
				continue;
			times[n++] = ipm_monotonic_ns() - start;
			sum += child->property_count;
			next = child->id;
			ipm_object_release(r, child);
		}
		ipm_object_release(r, o);
		*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		id = next && *state >> 62 ? next : 1 + (*state >> 20) % objects;
	}
	return sum;
}

static bool count_object(void *self, const struct ipm_object *o)
{
	*(uint64_t *)self += o->property_count;
	return true;
}

/* Once each, for a file that is not in memory. */
static int bench_open(const char *path)
{
	const struct ipm_object *o;
	struct ipm_reader *r;
	struct ipm_error err;
	uint64_t start = ipm_monotonic_ns(), opened, found;

	if (ipm_reader_open(path, NULL, &r, &err))
		return fail(path, &err);
	opened = ipm_monotonic_ns() - start;
	start = ipm_monotonic_ns();
	if (ipm_reader_object(r, ipm_reader_info(r)->objects / 3, &o, &err))
		return fail(path, &err);
	found = ipm_monotonic_ns() - start;
	printf("{\"bench\":\"first open\",\"openMs\":%.3f,\"lookupMs\":%.3f,\"objects\":%" PRIu64
	       "}\n",
	       (double)opened / 1e6, (double)found / 1e6, ipm_reader_info(r)->objects);
	ipm_object_release(r, o);
	ipm_reader_close(r);
	return 0;
}

static int bench_read(const char *path, bool no_mmap)
{
	const struct ipm_reader_options opts = {.no_mmap = no_mmap};
	const struct ipm_reader_options tiny = {.no_mmap = no_mmap, .cache_bytes = 1};
	const struct ipm_object *o;
	struct ipm_reader *r;
	struct ipm_error err;
	uint64_t start, objects, i, state = 7, sum = 0, damaged;

	for (i = 0; i < 200; i++) {
		start = ipm_monotonic_ns();
		if (ipm_reader_open(path, &opts, &r, &err))
			return fail(path, &err);
		times[i] = ipm_monotonic_ns() - start;
		objects = ipm_reader_info(r)->objects;
		ipm_reader_close(r);
	}
	print_times("open", times, 200);
	if (ipm_reader_open(path, &tiny, &r, &err))
		return fail(path, &err);
	for (i = 0; i < LOOKUPS; i++) {
		uint64_t id;

		state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		id = 1 + (state >> 20) % objects;
		start = ipm_monotonic_ns();
		if (ipm_reader_object(r, id, &o, &err))
			return fail(path, &err);
		times[i] = ipm_monotonic_ns() - start;
		sum += o->property_count;
		ipm_object_release(r, o);
	}
	print_times("lookup, block not cached", times, LOOKUPS);
	ipm_reader_close(r);
	if (ipm_reader_open(path, &opts, &r, &err))
		return fail(path, &err);
	for (i = 0; i < 2 * LOOKUPS; i++) {
		uint64_t id = 1 + i * 7919 % (objects < 20000 ? objects : 20000);

		start = ipm_monotonic_ns();
		if (ipm_reader_object(r, id, &o, &err))
			return fail(path, &err);
		times[i % LOOKUPS] = ipm_monotonic_ns() - start;
		sum += o->property_count;
		ipm_object_release(r, o);
	}
	print_times("lookup, block cached", times, LOOKUPS);
	ipm_reader_close(r);
	if (ipm_reader_open(path, &opts, &r, &err))
		return fail(path, &err);
	sum += bench_debugger(r, objects, &state);
	print_times("lookups as a debugger makes them", times, LOOKUPS);
	fflush(stdout);
	if (objects > 20000000) {
		ipm_reader_close(r);
		return 0;
	}
	start = ipm_monotonic_ns();
	if (ipm_reader_scan(r, 1, count_object, &sum, &damaged, &err))
		return fail(path, &err);
	start = ipm_monotonic_ns() - start;
	printf("{\"bench\":\"scan\",\"objects\":%" PRIu64 ",\"seconds\":%.3f,\"peakRssKiB\":%ld,"
	       "\"sum\":%" PRIu64 "}\n",
	       objects, seconds(start), peak_rss_kib(), sum);
	ipm_reader_close(r);
	return 0;
}

static enum ipm_errc json_of(struct ipm_cdp *cdp, uint64_t id, struct ipm_buf *out,
			     struct ipm_error *err)
{
	const struct ipm_cdp_properties_query query = {.own_properties = true};

	ipm_buf_reset(out);
	return ipm_cdp_get_properties(cdp, id, &query, out, err);
}

static int bench_ndjson(const char *path)
{
	struct ipm_buf out = IPM_BUF_INIT;
	struct ipm_reader *r;
	struct ipm_error err;
	struct ipm_heap heap;
	struct ipm_cdp cdp = {.heap = &heap, .object_id_prefix = "1.1."};
	uint64_t id;

	if (ipm_reader_open(path, NULL, &r, &err))
		return fail(path, &err);
	heap = ipm_file_heap(r);
	for (id = 1; id <= ipm_reader_info(r)->objects; id++) {
		if (json_of(&cdp, id, &out, &err))
			return fail(path, &err);
		ipm_buf_byte(&out, '\n');
		if (fwrite(out.data, 1, out.len, stdout) != out.len)
			return 1;
	}
	ipm_buf_deinit(&out);
	ipm_reader_close(r);
	return fflush(stdout) != 0;
}

#ifdef HAVE_SQLITE
static int sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	fprintf(stderr, "bench_format: %s\n", sqlite3_errmsg(db));
	return 1;
}

/* Finds, unpacks and skims the blob: less than a reader of objects does with it. */
static bool sqlite_lookup(sqlite3_stmt *find, uint64_t id, uint64_t *sum)
{
	static char text[1 << 20];
	size_t n;
	bool found;

	sqlite3_reset(find);
	sqlite3_bind_int64(find, 1, (sqlite3_int64)id);
	found = sqlite3_step(find) == SQLITE_ROW;
	if (!found)
		return false;
	n = ZSTD_decompress(text, sizeof(text), sqlite3_column_blob(find, 0),
			    (size_t)sqlite3_column_bytes(find, 0));
	*sum += n;
	return !ZSTD_isError(n);
}

static int bench_sqlite(const char *path, const char *db_path)
{
	struct ipm_buf out = IPM_BUF_INIT;
	static uint8_t packed[1 << 21];
	struct ipm_reader *r;
	struct ipm_error err;
	struct ipm_heap heap;
	struct ipm_cdp cdp = {.heap = &heap, .object_id_prefix = "1.1."};
	sqlite3_stmt *insert, *find;
	uint64_t id, objects, state = 7, sum = 0, start;
	size_t n = 0;
	sqlite3 *db;

	unlink(db_path);
	if (ipm_reader_open(path, NULL, &r, &err))
		return fail(path, &err);
	objects = ipm_reader_info(r)->objects;
	heap = ipm_file_heap(r);
	if (sqlite3_open(db_path, &db) || sql(db, "pragma journal_mode=off") ||
	    sql(db, "pragma synchronous=off") ||
	    sql(db, "create table o(id integer primary key, b blob)") || sql(db, "begin") ||
	    sqlite3_prepare_v2(db, "insert into o values(?,?)", -1, &insert, NULL))
		return 1;
	for (id = 1; id <= objects; id++) {
		size_t len;

		if (json_of(&cdp, id, &out, &err))
			return fail(path, &err);
		len = ZSTD_compress(packed, sizeof(packed), out.data, out.len, 3);
		if (ZSTD_isError(len))
			continue;
		sqlite3_reset(insert);
		sqlite3_bind_int64(insert, 1, (sqlite3_int64)id);
		sqlite3_bind_blob(insert, 2, packed, (int)len, SQLITE_STATIC);
		if (sqlite3_step(insert) != SQLITE_DONE)
			return 1;
	}
	sqlite3_finalize(insert);
	if (sql(db, "commit") ||
	    sqlite3_prepare_v2(db, "select b from o where id=?", -1, &find, NULL))
		return 1;
	/* The same order as bench_debugger's. */
	for (id = 1; n < LOOKUPS;) {
		const struct ipm_object *o;
		uint64_t next = 0;
		size_t i;

		start = ipm_monotonic_ns();
		sqlite_lookup(find, id, &sum);
		times[n++] = ipm_monotonic_ns() - start;
		if (ipm_reader_object(r, id, &o, &err))
			return fail(path, &err);
		for (i = 0; i < o->property_count && n < LOOKUPS; i++) {
			uint64_t child = o->properties[i].value.object_id;

			if (o->properties[i].value.type != IPM_VALUE_OBJECT || child > objects)
				continue;
			start = ipm_monotonic_ns();
			sqlite_lookup(find, child, &sum);
			times[n++] = ipm_monotonic_ns() - start;
			next = child;
		}
		ipm_object_release(r, o);
		state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		id = next && state >> 62 ? next : 1 + (state >> 20) % objects;
	}
	print_times("lookups as a debugger makes them, SQLite", times, LOOKUPS);
	sqlite3_finalize(find);
	sqlite3_close(db);
	ipm_buf_deinit(&out);
	ipm_reader_close(r);
	return 0;
}
#endif

int main(int argc, char **argv)
{
	if (argc >= 4 && !strcmp(argv[1], "write"))
		return bench_write(strtoull(argv[2], NULL, 10), argv[3],
				   argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0);
	if (argc >= 3 && !strcmp(argv[1], "open"))
		return bench_open(argv[2]);
	if (argc >= 3 && !strcmp(argv[1], "read"))
		return bench_read(argv[2], argc > 3 && !strcmp(argv[3], "pread"));
	if (argc >= 5 && !strcmp(argv[1], "again"))
		return bench_again(argv[2], argv[3], (uint32_t)strtoul(argv[4], NULL, 10),
				   argc > 5 ? atoi(argv[5]) : 0);
	if (argc >= 3 && !strcmp(argv[1], "ndjson"))
		return bench_ndjson(argv[2]);
#ifdef HAVE_SQLITE
	if (argc >= 4 && !strcmp(argv[1], "sqlite"))
		return bench_sqlite(argv[2], argv[3]);
#endif
	fputs("usage: bench_format write COUNT FILE [BLOCK] | read FILE [pread]\n", stderr);
	return 2;
}
