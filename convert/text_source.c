/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "text.h"
#include "wtf8.h"

/* A line longer than the page, minified say, is cut: so much stays to the left of the place. */
#define LEFT_OF_PLACE  60
#define LINE_MAX_BYTES ((size_t)4 << 20)

struct scan {
	struct ipm_text_job *job;
	const struct ipm_location *location;
	int64_t first, last;
	int64_t number; /* of the line in `line` */
	struct ipm_buf line;
	void (*emit)(void *self, const struct ipm_source_line *line);
	void *self;
};

static unsigned count_characters(struct ipm_str text)
{
	unsigned n = 0;
	uint32_t c;

	while (ipm_wtf8_next(&text, &c))
		n++;
	return n;
}

static void end_line(struct scan *s)
{
	struct ipm_source_line line = {.number = s->number,
				       .is_it = s->number == s->location->line};
	struct ipm_str text = ipm_buf_as_str(&s->line);
	uint64_t place = 0, width = s->job->columns > 20 ? s->job->columns - 10 : 10;
	bool split;
	size_t start, end;

	if (text.len && text.data[text.len - 1] == '\r')
		text.len--;
	if (line.is_it && s->location->column >= 0) {
		place = (uint64_t)s->location->column;
		line.has_caret = true;
		if (place > width - 10 && place > LEFT_OF_PLACE && place < LINE_MAX_BYTES)
			line.cut_columns = (unsigned)(place - LEFT_OF_PLACE);
	}
	if (s->number >= s->first && s->number <= s->last) {
		start = ipm_wtf8_offset(text, line.cut_columns, &split);
		end = start + ipm_wtf8_offset((struct ipm_str){text.data + start, text.len - start},
					      width, &split);
		line.text = (struct ipm_str){text.data + start, end - start};
		if (line.has_caret)
			line.caret = count_characters((struct ipm_str){
				line.text.data,
				ipm_wtf8_offset(line.text, place - line.cut_columns, &split)});
		if (!text.len)
			line.text = (struct ipm_str){"", 0};
		s->emit(s->self, &line);
	}
	ipm_buf_reset(&s->line);
	s->number++;
}

static bool take_piece(void *self, struct ipm_str piece)
{
	struct scan *s = self;
	const char *newline;
	size_t n;

	while (piece.len && s->number <= s->last) {
		newline = memchr(piece.data, '\n', piece.len);
		n = newline ? (size_t)(newline - piece.data) : piece.len;
		if (s->number >= s->first && s->line.len < LINE_MAX_BYTES)
			ipm_buf_append(&s->line, piece.data, n);
		if (newline) {
			end_line(s);
			n++;
		}
		piece.data += n;
		piece.len -= n;
	}
	return s->number <= s->last && ipm_buf_ok(&s->line);
}

void ipm_text_job_init(struct ipm_text_job *job, struct ipm_reader *reader,
		       const struct ipm_convert_options *opts, unsigned columns,
		       struct ipm_output *out, struct ipm_error *err)
{
	job->reader = reader;
	job->opts = opts;
	job->columns = columns ? columns : 100;
	job->out = out;
	job->err = err;
	job->map_count = 0;
	job->heap = ipm_file_heap(reader);
	job->cdp = (struct ipm_cdp){.heap = &job->heap, .object_id_prefix = ""};
}

void ipm_text_job_deinit(struct ipm_text_job *job)
{
	while (job->map_count)
		ipm_source_map_destroy(job->maps[--job->map_count].map);
}

static struct ipm_source_map *map_of(struct ipm_text_job *job, uint64_t script_id)
{
	const struct ipm_script *script;
	struct ipm_source_map *map = NULL;
	size_t i;

	for (i = 0; i < job->map_count; i++)
		if (job->maps[i].script_id == script_id)
			return job->maps[i].map;
	/* A broken map is as good as none: the compiled code is there all the same. */
	if (job->map_count == IPM_TEXT_MAPS ||
	    ipm_reader_script(job->reader, script_id, &script, NULL) != IPM_OK ||
	    ipm_source_map_load(job->reader, script, &map, NULL) != IPM_OK)
		map = NULL;
	if (job->map_count < IPM_TEXT_MAPS)
		job->maps[job->map_count++] = (struct ipm_text_map){script_id, map};
	return map;
}

bool ipm_text_original(struct ipm_text_job *job, const struct ipm_location *location,
		       struct ipm_original *ret, struct ipm_source_map **ret_map)
{
	if (!location->script_id)
		return false;
	*ret_map = map_of(job, location->script_id);
	return *ret_map && ipm_source_map_lookup(*ret_map, location->line, location->column, ret);
}

static void set_place(struct scan *s, const struct ipm_location *place, unsigned context)
{
	s->location = place;
	s->first = place->line - (int64_t)context;
	s->last = place->line + (int64_t)context;
}

enum ipm_errc ipm_each_source_line(struct ipm_text_job *job, const struct ipm_location *location,
				   unsigned context,
				   void (*line)(void *self, const struct ipm_source_line *line),
				   void *self)
{
	struct scan s = {.job = job, .emit = line, .self = self};
	struct ipm_location written = *location;
	struct ipm_original original;
	struct ipm_source_map *map;
	const struct ipm_script *script;
	struct ipm_str content;
	enum ipm_errc rc = IPM_OK;

	if (ipm_text_original(job, location, &original, &map) &&
	    ipm_source_map_content(map, original.source, &content)) {
		written.line = original.line;
		written.column = original.column;
		set_place(&s, &written, context);
		(void)take_piece(&s, content);
	} else {
		if (!location->script_id || location->line < 0 ||
		    ipm_reader_script(job->reader, location->script_id, &script, NULL) != IPM_OK ||
		    !script->has_source)
			return IPM_OK;
		set_place(&s, location, context);
		s.number = script->start_line;
		rc = ipm_reader_text(job->reader, &script->source, 0, UINT64_MAX, take_piece, &s,
				     job->err);
	}
	if (!rc && s.line.len && s.number <= s.last)
		end_line(&s);
	ipm_buf_deinit(&s.line);
	return rc;
}
