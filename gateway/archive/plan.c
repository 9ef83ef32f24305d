/* What bringing records into a pool would change: which of them are new, the same, or different. */
#include "archive/plan.h"

#include <stdlib.h>
#include <string.h>

/* Two numbers of each record, and its state: 17 bytes of a million keys each, which is what a
 * comparison in any order takes. */
/* A client token of a user comes in with him alone: one that he has replaced since must not be good
 * again. Both by what they are named. */
struct plan_bond {
    uint64_t token, user;
};

struct plan_table {
    struct record_mark *marks; /* name 0: free */
    uint8_t *states;
    size_t count, room; /* a power of two */
    struct plan_bond *bonds;
    size_t bonds_len, bonds_room;
};

enum { TABLE_FIRST = 1024, TABLE_FULL_PERCENT = 80 };

static size_t table_place(const struct plan_table *t, uint64_t name)
{
    size_t at = name & (t->room - 1);

    while (t->marks[at].name != 0 && t->marks[at].name != name)
        at = (at + 1) & (t->room - 1);
    return at;
}

static void table_grow(struct plan_table *t)
{
    struct plan_table old = *t;

    t->room = old.room ? 2 * old.room : TABLE_FIRST;
    t->marks = mem_array(t->room, sizeof(*t->marks));
    t->states = mem_array(t->room, 1);
    for (size_t i = 0; i < old.room; i++)
        if (old.marks[i].name != 0)
            t->marks[table_place(t, old.marks[i].name)] = old.marks[i];
    free(old.marks);
    free(old.states);
}

void plan_init(struct plan *p)
{
    *p = (struct plan){.table = mem_zalloc(sizeof(*p->table))};
    table_grow(p->table);
    buf_init(&p->scratch, RECORD_LINE_BYTES);
}

void plan_done(struct plan *p)
{
    if (p->table == NULL)
        return;
    free(p->table->marks);
    free(p->table->states);
    free(p->table->bonds);
    free(p->table);
    buf_done(&p->scratch);
}

static void note_bond(struct plan *p, uint64_t token, const char *owner)
{
    struct plan_table *t = p->table;
    struct record user;

    record_init(&user, RECORD_USER, "");
    user.user.email = owner;
    if (t->bonds_len == t->bonds_room) {
        t->bonds_room = t->bonds_room ? 2 * t->bonds_room : TABLE_FIRST;
        t->bonds = mem_resize(t->bonds, t->bonds_room, sizeof(*t->bonds));
    }
    t->bonds[t->bonds_len++] = (struct plan_bond){token, record_mark_name(&user, &p->scratch)};
}

static enum err_code take_brought(void *arg, struct record *r, struct err *e)
{
    struct plan *p = arg;
    struct plan_table *t = p->table;
    struct record_mark mark = record_mark(r, &p->scratch);
    size_t at;

    if (t->count * 100 >= t->room * TABLE_FULL_PERCENT)
        table_grow(t);
    at = table_place(t, mark.name);
    /* Done twice in one millisecond; and the original's list of keys may name one twice. */
    if (t->marks[at].name != 0 && (r->kind == RECORD_AUDIT || r->kind == RECORD_KEY))
        return ERR_OK;
    if (t->marks[at].name != 0)
        return err_set(e, ERR_BAD_REQUEST, "A record of the kind %s comes twice.",
                       record_name(r->kind));
    t->count++;
    t->marks[at] = mark;
    if (r->kind == RECORD_TOKEN && r->owner[0] != '\0')
        note_bond(p, mark.name, r->owner);
    p->counts[r->kind].total++;
    return ERR_OK;
}

static enum err_code take_present(void *arg, struct record *r, struct err *e)
{
    struct plan *p = arg;
    struct plan_table *t = p->table;
    struct record_mark mark = record_mark(r, &p->scratch);
    struct plan_counts *c = &p->counts[r->kind];
    size_t at = table_place(t, mark.name);

    (void)e;
    if (t->marks[at].name == 0) {
        c->others++;
    } else if (t->states[at] == PLAN_NEW) {
        t->states[at] = t->marks[at].content == mark.content ? PLAN_SAME : PLAN_DIFFERING;
        c->same += t->states[at] == PLAN_SAME;
        c->differing += t->states[at] == PLAN_DIFFERING;
    }
    return ERR_OK;
}

/* Tokens of users who are left as they are, are too. */
static void settle_bonds(struct plan *p)
{
    struct plan_table *t = p->table;

    for (const struct plan_bond *b = t->bonds; b < t->bonds + t->bonds_len; b++) {
        size_t token = table_place(t, b->token), user = table_place(t, b->user);

        if (t->states[token] != PLAN_NEW ||
            (t->marks[user].name != 0 && t->states[user] == PLAN_NEW))
            continue;
        t->states[token] = PLAN_DIFFERING;
        p->counts[RECORD_TOKEN].differing++;
    }
}

enum err_code plan_make(struct plan *p, struct source *brought, struct source *pool, struct err *e)
{
    enum err_code rc = brought->each(brought, take_brought, p, e);

    if (rc == ERR_OK)
        rc = pool->each(pool, take_present, p, e);
    if (rc == ERR_OK)
        settle_bonds(p);
    return rc;
}

enum plan_state plan_of(struct plan *p, const struct record *r)
{
    size_t at = table_place(p->table, record_mark_name(r, &p->scratch));

    return (enum plan_state)p->table->states[at];
}

int64_t plan_new(const struct plan_counts *c)
{
    return c->total - c->same - c->differing;
}

void plan_write(const struct plan *p, struct jout *out)
{
    for (int kind = 0; kind < RECORD_KINDS; kind++) {
        const struct plan_counts *c = &p->counts[kind];

        if (c->total + c->others == 0)
            continue;
        jout_object(out, NULL);
        jout_str(out, "what", record_plural((enum record_kind)kind));
        jout_int(out, "new", plan_new(c));
        jout_int(out, "same", c->same);
        jout_int(out, "differing", c->differing);
        jout_int(out, "others", c->others);
        jout_object_end(out);
    }
}

/* What the gateway writes down of its own work does not make it another pool. */
bool plan_done_already(const struct plan *p, bool exactly)
{
    for (int kind = 0; kind < RECORD_KINDS; kind++) {
        const struct plan_counts *c = &p->counts[kind];
        bool own = kind == RECORD_AUDIT || kind == RECORD_JOB;

        if (plan_new(c) > 0 || (exactly && !own && c->differing + c->others > 0))
            return false;
    }
    return true;
}
