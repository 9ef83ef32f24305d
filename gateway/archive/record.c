/* A pool as a stream of records, whatever it is kept in: each is a line of JSON. */
#include "archive/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "crypto/digest.h"
#include "crypto/hex.h"
#include "json/jout.h"

enum field_type {
    TEXT,
    CHARS,
    INT,
    INT32,
    BOOL,
    DIGEST,
    JSON,
    TALLY,
    SPREAD,
    /* An id's is the letter that it begins with. */
    KEY_ID = 'k',
    TOKEN_ID = 't',
    ADMIN_ID = 'a',
    USER_ID = 'u',
    INVITE_ID = 'i',
};
enum { NAMES = 1 };

struct field {
    enum record_kind kind;
    const char *name;
    enum field_type type;
    size_t at, size;
    unsigned flags;
};

static const struct field fields[] = {
#define RECORD(...)
#define FIELD(ID, name, type, place, flags)                                                        \
    {RECORD_##ID, name, type, offsetof(struct record, place), sizeof(((struct record *)0)->place), \
     flags},
#include "archive/records.def"
#undef RECORD
#undef FIELD
};

static const struct {
    const char *name, *plural;
} kinds[RECORD_KINDS] = {
#define RECORD(ID, name, plural) [RECORD_##ID] = {name, plural},
#define FIELD(...)
#include "archive/records.def"
#undef RECORD
#undef FIELD
};

static const struct {
    const char *name;
    size_t at;
} tallies[] = {
#define TALLY(member, column, text) {#column, offsetof(struct store_tally, member)},
#include "stats/tally.def"
#undef TALLY
};

/* The parts of a spread, as lists of numbers; places in them are those that the store keeps. */
static const struct {
    const char *name;
    size_t at, len;
} spreads[] = {{"outcomes", offsetof(struct spread, outcomes), OUTCOME_COUNT},
#define X(ID, name) {name, offsetof(struct spread, buckets[SPREAD_##ID]), HISTOGRAM_BUCKETS},
               SPREAD_TIMES(X)
#undef X
};

const char *record_name(enum record_kind kind)
{
    return kinds[kind].name;
}

const char *record_plural(enum record_kind kind)
{
    return kinds[kind].plural;
}

static void *place_in(const struct record *r, const struct field *f)
{
    return (char *)(uintptr_t)r + f->at;
}

static bool is_text(const struct field *f)
{
    return f->type == TEXT || f->type == JSON;
}

void record_init(struct record *r, enum record_kind kind, const char *provider)
{
    memset(r, 0, sizeof(*r));
    r->kind = kind;
    r->provider = provider;
    r->secret = "";
    r->owner = "";
    if (kind == RECORD_PROVIDER)
        r->row.name = provider;
    for (const struct field *f = fields; f < fields + ARRAY_LEN(fields); f++)
        if (f->kind == kind && is_text(f))
            *(const char **)place_in(r, f) = "";
}

/* ---- writing ---- */

/* PostgreSQL puts blanks between the elements of a list: what is said is the same. */
static void write_json(struct jout *out, const char *name, const char *json)
{
    char *plain = mem_strdup(json), *to = plain;
    bool inside = false;

    for (const char *p = json; *p != '\0'; p++) {
        if (!inside && strchr(" \t\r\n", *p) != NULL)
            continue;
        *to++ = *p;
        if (inside && *p == '\\' && p[1] != '\0')
            *to++ = *++p;
        else if (*p == '"')
            inside = !inside;
    }
    *to = '\0';
    jout_raw(out, name, plain);
    free(plain);
}

static void write_tally(struct jout *out, const void *tally)
{
    for (size_t i = 0; i < ARRAY_LEN(tallies); i++) {
        int64_t value = *(const int64_t *)((const char *)tally + tallies[i].at);

        if (value != 0)
            jout_int(out, tallies[i].name, value);
    }
}

static void write_spread(struct jout *out, const void *spread)
{
    for (size_t i = 0; i < ARRAY_LEN(spreads); i++) {
        const int64_t *list = (const int64_t *)((const char *)spread + spreads[i].at);
        size_t len = spreads[i].len;

        while (len > 0 && list[len - 1] == 0)
            len--;
        if (len == 0)
            continue;
        jout_array(out, spreads[i].name);
        for (size_t n = 0; n < len; n++)
            jout_int(out, NULL, list[n]);
        jout_array_end(out);
    }
}

static void write_text(struct jout *out, const struct field *f, const char *text)
{
    if (text[0] == '\0')
        return;
    if (f->type == JSON)
        write_json(out, f->name, text);
    else
        jout_str(out, f->name, text);
}

static void write_number(struct jout *out, const char *name, int64_t value)
{
    if (value != 0)
        jout_int(out, name, value);
}

static void write_field(struct jout *out, const struct field *f, const void *at)
{
    char hex[2 * DIGEST_BYTES + 1];

    switch (f->type) {
    case TEXT:
    case JSON:
        write_text(out, f, *(const char *const *)at);
        return;
    case CHARS:
        write_text(out, f, at);
        return;
    case INT:
        write_number(out, f->name, *(const int64_t *)at);
        return;
    case INT32:
        write_number(out, f->name, *(const int32_t *)at);
        return;
    case BOOL:
        if (*(const bool *)at)
            jout_bool(out, f->name, true);
        return;
    case DIGEST:
        jout_str(out, f->name, hex_encode(at, DIGEST_BYTES, hex));
        return;
    case TALLY:
        write_tally(out, at);
        return;
    case SPREAD:
        write_spread(out, at);
        return;
    default:
        jout_str(out, f->name, digest_id_text((char)f->type, *(const uint64_t *)at, hex));
    }
}

static void write_fields(const struct record *r, unsigned flags, struct jout *out)
{
    for (const struct field *f = fields; f < fields + ARRAY_LEN(fields); f++)
        if (f->kind == r->kind && (flags == 0 || (f->flags & flags)))
            write_field(out, f, place_in(r, f));
}

static void write_head(const struct record *r, struct jout *out, struct buf *to)
{
    jout_init(out, to);
    jout_object(out, NULL);
    jout_str(out, "type", kinds[r->kind].name);
    if (r->provider[0] != '\0')
        jout_str(out, "provider", r->provider);
}

void record_write(const struct record *r, struct buf *to)
{
    struct jout out;

    write_head(r, &out, to);
    write_fields(r, 0, &out);
    if (r->secret[0] != '\0')
        jout_str(&out, "secret", r->secret);
    jout_object_end(&out);
    buf_addc(to, '\n');
}

static uint64_t digest_fields(const struct record *r, unsigned flags, struct buf *scratch)
{
    struct digest d;
    struct jout out;

    buf_clear(scratch);
    write_head(r, &out, scratch);
    write_fields(r, flags, &out);
    digest_of(scratch->data, scratch->len, &d);
    return digest_id(&d);
}

uint64_t record_mark_name(const struct record *r, struct buf *scratch)
{
    return digest_fields(r, NAMES, scratch);
}

struct record_mark record_mark(const struct record *r, struct buf *scratch)
{
    return (struct record_mark){record_mark_name(r, scratch), digest_fields(r, 0, scratch)};
}

/* ---- reading ---- */

static bool read_tally(const json_t *o, void *tally)
{
    for (size_t i = 0; i < ARRAY_LEN(tallies); i++) {
        const json_t *v = json_object_get(o, tallies[i].name);

        if (v != NULL && !json_is_integer(v))
            return false;
        *(int64_t *)((char *)tally + tallies[i].at) = json_integer_value(v);
    }
    return true;
}

static bool read_spread(const json_t *o, void *spread)
{
    for (size_t i = 0; i < ARRAY_LEN(spreads); i++) {
        const json_t *list = json_object_get(o, spreads[i].name);
        int64_t *to = (int64_t *)((char *)spread + spreads[i].at);

        if (list != NULL && (!json_is_array(list) || json_array_size(list) > spreads[i].len))
            return false;
        for (size_t n = 0; n < json_array_size(list); n++)
            to[n] = json_integer_value(json_array_get(list, n));
    }
    return true;
}

static bool read_json(const json_t *v, const char **to, struct arena *arena)
{
    char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

    if (text == NULL)
        return false;
    *to = arena_strndup(arena, text, strlen(text));
    free(text);
    return true;
}

static bool read_text(const json_t *v, const struct field *f, void *at)
{
    const char *text = json_string_value(v);

    if (text == NULL || strlen(text) != json_string_length(v))
        return false;
    if (f->type == TEXT)
        *(const char **)at = text;
    else if (f->type == CHARS)
        snprintf(at, f->size, "%s", text);
    else if (f->type == DIGEST)
        return hex_decode(text, strlen(text), at, DIGEST_BYTES);
    else
        return digest_id_parse((char)f->type, text, strlen(text), at);
    return true;
}

static bool read_number(const json_t *v, const struct field *f, void *at)
{
    int64_t n = json_integer_value(v);

    if (!json_is_integer(v) || (f->type == INT32 && (n < INT32_MIN || n > INT32_MAX)))
        return false;
    if (f->type == INT)
        *(int64_t *)at = n;
    else
        *(int32_t *)at = (int32_t)n;
    return true;
}

static bool read_field(const json_t *o, const struct field *f, void *at, struct arena *arena)
{
    const json_t *v = json_object_get(o, f->name);

    if (f->type == TALLY)
        return read_tally(o, at);
    if (f->type == SPREAD)
        return read_spread(o, at);
    if (v == NULL) /* an id and a digest are never left out */
        return f->type < DIGEST || f->type == JSON;
    if (f->type == INT || f->type == INT32)
        return read_number(v, f, at);
    if (f->type == BOOL) {
        *(bool *)at = json_is_true(v);
        return json_is_boolean(v);
    }
    return f->type == JSON ? read_json(v, at, arena) : read_text(v, f, at);
}

static enum record_kind kind_of(const char *name)
{
    int kind = 0;

    while (kind < RECORD_KINDS && (name == NULL || strcmp(kinds[kind].name, name) != 0))
        kind++;
    return (enum record_kind)kind;
}

static const char *member(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));

    return text != NULL ? text : "";
}

enum err_code record_read(const char *line, size_t len, struct record *r, json_t **held,
                          struct arena *arena, struct err *e)
{
    json_t *o = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
    enum record_kind kind = kind_of(json_string_value(json_object_get(o, "type")));

    *held = o;
    if (kind == RECORD_KINDS)
        return err_set(e, ERR_BAD_REQUEST, "It holds what no version up to this one writes.");
    record_init(r, kind, member(o, "provider"));
    for (const struct field *f = fields; f < fields + ARRAY_LEN(fields); f++)
        if (f->kind == kind && !read_field(o, f, place_in(r, f), arena))
            return err_set(e, ERR_BAD_REQUEST, "A record of the kind %s has a malformed %s.",
                           kinds[kind].name, f->name);
    r->secret = member(o, "secret");
    return ERR_OK;
}

void record_keep(struct record *r, struct arena *arena)
{
    r->provider = arena_strndup(arena, r->provider, strlen(r->provider));
    r->secret = arena_strndup(arena, r->secret, strlen(r->secret));
    for (const struct field *f = fields; f < fields + ARRAY_LEN(fields); f++) {
        const char **text = place_in(r, f);

        if (f->kind == r->kind && is_text(f))
            *text = arena_strndup(arena, *text, strlen(*text));
    }
    if (r->kind == RECORD_PROVIDER)
        r->row.name = r->provider;
}
