/* Values of a call of PostgreSQL, in the server's binary form: single ones, and arrays of them. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "store/pg_db.h"

/* Of one value and of an array of them: numbers from pg_type.dat, which never change. */
struct pg_type {
    Oid one, many;
};
static const struct pg_type type_bool = {16, 1000}, type_bytea = {17, 1001}, type_int = {20, 1016},
                            type_time = {1184, 1185};
/* A single text takes the type of what it is compared with or put into: text or JSON. */
static const struct pg_type type_text = {0, 1009};
enum { OID_TEXT = 25 };

enum { VALUE_BYTES_MAX = 1 << 29 };

/* What an array begins with. One number for each, big endian, as all numbers here. */
struct array_head {
    int32_t dimensions, has_null;
    uint32_t type;
    int32_t len, first;
};

void pg_call(struct pg_call *c, struct pg_db *db, int provider, enum pg_statement which,
             const char *doing)
{
    *c = (struct pg_call){.db = db, .provider = provider, .which = which, .doing = doing};
    for (size_t i = 0; i < PG_VALUES_MAX; i++)
        buf_init(&c->values[i].data, VALUE_BYTES_MAX);
}

void pg_call_plain(struct pg_call *c, struct pg_db *db, const char *sql, const char *doing)
{
    pg_call(c, db, 0, PG_PLAIN, doing);
    c->sql = sql;
}

/* ---- giving ---- */

void pg_rows(struct pg_call *c)
{
    c->many = true;
}

void pg_next(struct pg_call *c)
{
    c->at = 0;
    c->rows++;
}

static void add_number(struct buf *b, int32_t value)
{
    uint32_t wire = htobe32((uint32_t)value);

    buf_add(b, &wire, sizeof(wire));
}

/* data NULL is NULL. */
static void give(struct pg_call *c, const struct pg_type *type, const void *data, size_t len)
{
    struct pg_value *v;

    if (c->at >= PG_VALUES_MAX) {
        c->fault = "it has too many values";
        return;
    }
    v = &c->values[c->at++];
    c->len = c->at > c->len ? c->at : c->len;
    v->null |= data == NULL;
    v->type = c->many ? type->many : type->one;
    if (c->many) {
        if (v->data.len == 0) {
            struct array_head head = {.type = htobe32(type->one ? type->one : OID_TEXT),
                                      .dimensions = (int32_t)htobe32(1),
                                      .first = (int32_t)htobe32(1)};

            buf_add(&v->data, &head, sizeof(head));
        }
        add_number(&v->data, data == NULL ? -1 : (int32_t)len);
    }
    if (data != NULL)
        buf_add(&v->data, data, len);
}

static void give_number(struct pg_call *c, const struct pg_type *type, int64_t value)
{
    uint64_t wire = htobe64((uint64_t)value);

    give(c, type, &wire, sizeof(wire));
}

void pg_give_int(struct pg_call *c, int64_t value)
{
    give_number(c, &type_int, value);
}

void pg_give_bool(struct pg_call *c, bool value)
{
    uint8_t wire = value;

    give(c, &type_bool, &wire, 1);
}

void pg_give_when(struct pg_call *c, int64_t wall_ms)
{
    int64_t us;

    /* Past what a time can be there (about the year 294,000) is infinity. */
    if (__builtin_sub_overflow(wall_ms, PG_EPOCH_MS, &us) || us > INT64_C(9000000000000000))
        us = INT64_MAX;
    else
        us *= 1000;
    give_number(c, &type_time, us);
}

void pg_give_time(struct pg_call *c, int64_t wall_ms)
{
    if (wall_ms != 0)
        pg_give_when(c, wall_ms);
    else
        give(c, &type_time, NULL, 0);
}

void pg_give_text(struct pg_call *c, const char *text)
{
    size_t len = text != NULL ? strlen(text) : 0, good = 0, step;
    struct buf clean;

    while ((step = utf8_sequence(text + good, len - good)) != 0)
        good += step;
    if (good == len) {
        give(c, &type_text, text, len);
        return;
    }
    buf_init(&clean, VALUE_BYTES_MAX);
    for (size_t at = 0; at < len; at += step ? step : 1) {
        step = utf8_sequence(text + at, len - at);
        buf_add(&clean, step ? text + at : UTF8_REPLACEMENT,
                step ? step : strlen(UTF8_REPLACEMENT));
    }
    give(c, &type_text, clean.data, clean.len);
    buf_done(&clean);
}

void pg_give_json(struct pg_call *c, const char *text)
{
    pg_give_text(c, text != NULL && text[0] != '\0' ? text : NULL);
}

void pg_give_blob(struct pg_call *c, const void *data, size_t len)
{
    give(c, &type_bytea, data, len);
}

void pg_give_id(struct pg_call *c, char kind, uint64_t id)
{
    char text[DIGEST_ID_TEXT];

    pg_give_text(c, digest_id_text(kind, id, text));
}

void pg_give_ids(struct pg_call *c, char kind, const uint64_t *ids, size_t len)
{
    pg_rows(c);
    for (size_t i = 0; i < len; i++) {
        pg_give_id(c, kind, ids[i]);
        pg_next(c);
    }
}

void pg_give_tally(struct pg_call *c, const struct store_tally *t)
{
#define TALLY(member, column, text) pg_give_int(c, t->member);
#include "stats/tally.def"
#undef TALLY
}

void pg_give_state(struct pg_call *c, const struct store_key_state *s)
{
    pg_give_bool(c, s->disabled);
    pg_give_bool(c, s->disabled_auto);
    pg_give_time(c, s->disabled_until);
    pg_give_time(c, s->cooling_until);
    pg_give_text(c, s->reason);
    pg_give_int(c, s->consecutive_failures);
    pg_give_bool(c, s->limited);
}

/* ---- for pg_call.c ---- */

bool pg_given(struct pg_call *c)
{
    for (int i = 0; i < c->len; i++)
        if (c->values[i].data.overflowed)
            c->fault = "a value is too large";
    for (int i = 0; i < c->len && c->many; i++) {
        struct array_head *head = (struct array_head *)c->values[i].data.data;

        head->len = (int32_t)htobe32((uint32_t)c->rows);
        head->has_null = (int32_t)htobe32(c->values[i].null);
        c->values[i].null = false;
    }
    return c->fault == NULL;
}

void pg_values_free(struct pg_call *c)
{
    for (int i = 0; i < PG_VALUES_MAX; i++)
        buf_done(&c->values[i].data);
}
