/* SPDX-License-Identifier: MIT */
#include "redact.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_NAME   64
#define SHORTEST_KNOWN 8
#define LONGEST_KNOWN  1024
#define MAX_KNOWN      ((size_t)1 << 16)

/* Folded: lower case, without '_', '-', '.', ' ' and '#'. */
static const char *const secret_names[] = {
	"password",   "passwd",	       "pwd",	      "pass",	    "secret",	  "apikey",
	"auth",	      "authorization", "credentials", "credential", "privatekey", "token",
	"sessionid",  "csrf",	       "xsrf",	      "cookie",	    "cookies",	  "setcookie",
	"connectsid", "passphrase",    "bearer",      "jwt",	    "sid",	  "sessid",
	"phpsessid",  "jsessionid",    "accesskey",   "secretkey",  "signingkey", "encryptionkey",
	"otp",	      "pin",	       "cvv",	      "cvc",	    "ssn",	  "cardnumber",
	"creditcard", "session",
};

/* As parts of longer names: "dbPassword", "x-api-key", "GITHUB_TOKEN". */
static const char *const secret_endings[] = {
	"password",  "passwd", "secret", "apikey",	"token",     "privatekey",    "passphrase",
	"accesskey", "cookie", "jwt",	 "credentials", "secretkey", "authorization",
};
static const char *const secret_parts[] = {
	"password", "passwd", "secretkey", "secretaccesskey", "privatekey", "clientsecret",
};

void redaction_deinit(struct redaction *r)
{
	free(r->marked.slots);
	free(r->known.slots);
	r->marked = r->known = (struct number_set){0};
}

bool redact_name(struct ipm_str name)
{
	char folded[LONGEST_NAME + 1];
	size_t len = 0, i, n;

	if (!name.len || name.len > LONGEST_NAME)
		return false;
	for (i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (c == '_' || c == '-' || c == '.' || c == ' ' || c == '#')
			continue;
		folded[len++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	folded[len] = '\0';
	for (i = 0; i < sizeof(secret_names) / sizeof(*secret_names); i++)
		if (!strcmp(folded, secret_names[i]))
			return true;
	for (i = 0; i < sizeof(secret_endings) / sizeof(*secret_endings); i++) {
		n = strlen(secret_endings[i]);
		if (len > n && !memcmp(folded + len - n, secret_endings[i], n))
			return true;
	}
	for (i = 0; i < sizeof(secret_parts) / sizeof(*secret_parts); i++)
		if (strstr(folded, secret_parts[i]))
			return true;
	return false;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* How many characters of a token start here. */
static size_t word_length(const char *s, const char *end)
{
	const char *at = s;

	while (at < end && is_word(*at))
		at++;
	return (size_t)(at - s);
}

struct prefix {
	const char *text;
	size_t word; /* this many word characters must follow */
};

static const struct prefix prefixes[] = {
	{"AKIA", 16},	  {"ASIA", 16},	       {"ghp_", 30},   {"gho_", 30},   {"ghu_", 30},
	{"ghs_", 30},	  {"ghr_", 30},	       {"xoxb-", 10},  {"xoxp-", 10},  {"xoxa-", 10},
	{"xoxs-", 10},	  {"xoxr-", 10},       {"glpat-", 16}, {"npm_", 30},   {"sk_live_", 10},
	{"rk_live_", 10}, {"github_pat_", 20}, {"Bearer ", 8}, {"bearer ", 8}, {"AIza", 30},
};

/* eyJ….eyJ….… */
static bool is_jwt(const char *s, const char *end)
{
	size_t n = word_length(s, end);

	if (n < 10 || (size_t)(end - s) <= n || s[n] != '.')
		return false;
	s += n + 1;
	n = word_length(s, end);
	return n >= 10 && (size_t)(end - s) > n && s[n] == '.';
}

/* scheme://user:password@host, seen from the "://". */
static bool has_userinfo(const char *s, const char *end)
{
	bool colon = false, password = false;

	for (s += 3; s < end; s++) {
		if (*s == '@')
			return colon && password;
		if (*s == '/' || *s == ' ' || *s == '\n' || *s == '"' || *s == '\'')
			return false;
		if (colon)
			password = true;
		if (*s == ':')
			colon = true;
	}
	return false;
}

/* 13 to 19 digits, perhaps in groups, with a right check digit (ISO/IEC 7812). */
static bool is_card(const char *s, const char *end)
{
	int digits[19];
	int n = 0, sum = 0, i;

	for (; s < end && n < 20; s++) {
		if (*s >= '0' && *s <= '9') {
			if (n == 19)
				return false;
			digits[n++] = *s - '0';
		} else if ((*s == ' ' || *s == '-') && n && n % 4 == 0 && n < 16) {
			continue;
		} else {
			break;
		}
	}
	if (n < 13 || digits[0] < 2 || digits[0] > 6 || (s < end && is_word(*s)))
		return false;
	for (i = 0; i < n; i++) {
		int d = digits[n - 1 - i];

		if (i % 2)
			d = d * 2 > 9 ? d * 2 - 9 : d * 2;
		sum += d;
	}
	return sum % 10 == 0;
}

static bool starts_with(const char *s, const char *end, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(end - s) >= n && !memcmp(s, text, n);
}

static bool secret_here(const char *s, const char *end, bool word_start)
{
	size_t i, n;

	switch (*s) {
	case ':':
		return starts_with(s, end, "://") && has_userinfo(s, end);
	case '-':
		if (!starts_with(s, end, "-----BEGIN "))
			return false;
		n = (size_t)(end - s) < 64 ? (size_t)(end - s) : 64;
		return memmem(s, n, "PRIVATE KEY-----", 16) != NULL;
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
		return word_start && is_card(s, end);
	case 'e':
		return word_start && starts_with(s, end, "eyJ") && is_jwt(s, end);
	case 'A':
	case 'B':
	case 'b':
	case 'g':
	case 'n':
	case 'r':
	case 's':
	case 'x':
		if (!word_start)
			return false;
		for (i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
			n = strlen(prefixes[i].text);
			if (starts_with(s, end, prefixes[i].text) &&
			    word_length(s + n, end) >= prefixes[i].word)
				return true;
		}
		return false;
	default:
		return false;
	}
}

bool redact_text(struct ipm_str text)
{
	const char *end = text.data + text.len, *s;
	bool word_start = true;

	if (text.len < 12)
		return false;
	for (s = text.data; s < end; s++) {
		if (secret_here(s, end, word_start))
			return true;
		word_start = !is_word(*s);
	}
	return false;
}

static size_t slot_of(const struct number_set *set, uint64_t number)
{
	size_t at = (size_t)(number * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (set->capacity - 1);

	while (set->slots[at] && set->slots[at] != number)
		at = (at + 1) & (set->capacity - 1);
	return at;
}

static bool set_has(const struct number_set *set, uint64_t number)
{
	return set->capacity && set->slots[slot_of(set, number)] == number;
}

static void set_add(struct number_set *set, uint64_t number)
{
	struct number_set grown = {0};
	size_t i;

	if (set->count * 2 >= set->capacity) {
		grown.capacity = set->capacity ? set->capacity * 2 : 64;
		grown.slots = calloc(grown.capacity, sizeof(*grown.slots));
		if (!grown.slots)
			return;
		for (i = 0; i < set->capacity; i++)
			if (set->slots[i])
				grown.slots[slot_of(&grown, set->slots[i])] = set->slots[i];
		grown.count = set->count;
		free(set->slots);
		*set = grown;
	}
	i = slot_of(set, number);
	if (!set->slots[i]) {
		set->slots[i] = number;
		set->count++;
	}
}

void redaction_mark(struct redaction *r, uint64_t id)
{
	if (id)
		set_add(&r->marked, id);
}

bool redaction_marked(const struct redaction *r, uint64_t id)
{
	return set_has(&r->marked, id);
}

/* Short ones are everywhere: "admin", "test". */
static bool telling(struct ipm_str text)
{
	return text.len >= SHORTEST_KNOWN && text.len <= LONGEST_KNOWN;
}

static uint64_t hash(struct ipm_str text)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325);
	size_t i;

	for (i = 0; i < text.len; i++)
		h = (h ^ (uint8_t)text.data[i]) * UINT64_C(0x100000001B3);
	return h ? h : 1;
}

void redaction_learn(struct redaction *r, struct ipm_str text)
{
	if (telling(text) && r->known.count < MAX_KNOWN)
		set_add(&r->known, hash(text));
}

bool redaction_knows(const struct redaction *r, struct ipm_str text)
{
	return r->known.count && telling(text) && set_has(&r->known, hash(text));
}
