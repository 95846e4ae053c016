/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_WALKER_TEXT_H
#define IPM_CAPTURE_WALKER_TEXT_H

/*
 * What walker.js says, as records. Lengths count UTF-16 units, so that JavaScript need not
 * encode; numbers are decimal.
 *
 *   answer      count ";" definition… payload          names that are new come first
 *   definition  text | "y" id ";" text                 string key, symbol key; numbered from 0
 *   text        length ":" units
 *   value       "u" undefined | "z" null | "t" | "f" | "n" number ";" | "b" digits ";"
 *               | "d" high "," low ";"                 the halves of the bits of a double
 *               | "s" text | "S" full-length "," text  whole and cut string
 *               | "L" full-length "," available "," text  its beginning; pieces follow
 *               | "o" id ";" | "g" getter "," setter ";" | "h" holes ";" | "!" reason ";"
 *   key         number | '"' definition                known name, name given in place
 *   property    key "=" value | key "#" flags "=" value
 *   properties  "p" in-all ";" property… "."
 *   record      kind "," class-name "," flags ";" prototype detail properties "\n"
 *   piece       "+e" id ";" value… "]" "\n" | "+p" id ";" property… "." "\n" | "+b" id ";" text "\n"
 *                 of the object with that id, | "+s" text "\n" of the string announced first
 *
 * `detail` depends on the kind; see walker_record.c. The reader trusts none of it: the other side
 * may be any program.
 */

#include "ipm_model.h"
#include "json.h"
#include "long_text.h"
#include "pool.h"
#include "redact.h"

struct known_name {
	struct ipm_str text;
	uint64_t symbol_id;
	bool secret; /* values under it are to be redacted */
};

/* Names live as long as the walk. */
struct names {
	struct pool pool;
	struct known_name *at;
	size_t count, capacity;
};

enum {
	RECORD_NEEDS_CDP = 1,
	RECORD_SLICED = 2, /* pieces follow */
	RECORD_FAILED = 4, /* the walker could not read this object */
	RECORD_CLOSED = 8, /* a library's function: what it closes over stays out */
};

struct walker_text {
	const char *at, *end;
	struct names *names;
	struct pool *pool; /* for what a record points to; the caller resets it */
	struct redaction *redaction;
	uint64_t *omitted;	  /* by reason: counted up */
	struct long_texts *longs; /* NULL: there must be none */
};

/* One object, or a piece of the one before. */
struct walker_record {
	bool is_piece;
	uint64_t piece_of; /* the id of the object that it belongs to */
	char piece_type;   /* 'e', 'p', 'b' or 's' */
	unsigned flags;
	struct ipm_object object;
	uint64_t all_elements;	 /* that follow in pieces, counting those in `object` */
	uint64_t all_properties; /* the same for properties */
	uint64_t covered;	 /* indexes that the elements here stand for */
	const struct ipm_value *values;
	size_t value_count;
	const struct ipm_property *properties;
	size_t property_count;
	struct ipm_bytes bytes;
	struct ipm_str text; /* of a string that goes on */
	uint64_t units;	     /* of it */
};

void names_deinit(struct names *names);

/* Reads the definitions in front. `text` and what it borrows outlive the records. */
IPM_MUST_USE enum ipm_errc walker_text_open(struct walker_text *w, struct ipm_str text,
					    struct ipm_error *err);
bool walker_text_more(const struct walker_text *w);
IPM_MUST_USE enum ipm_errc walker_text_value(struct walker_text *w, struct ipm_value *ret,
					     struct ipm_error *err);
/* A decimal number and the character behind it. */
IPM_MUST_USE enum ipm_errc walker_text_number(struct walker_text *w, char stop, uint64_t *ret,
					      struct ipm_error *err);
/* True, and past it, when `c` comes next. */
bool walker_text_take(struct walker_text *w, char c);
/* Takes a secret out: what looks like one, and in a `secret_place` whatever there is. */
void walker_text_redact(struct walker_text *w, bool secret_place, struct ipm_value *v);
IPM_MUST_USE enum ipm_errc walker_text_record(struct walker_text *w, uint64_t id,
					      struct walker_record *ret, struct ipm_error *err);

#endif
