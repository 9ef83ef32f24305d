/* What a text of keys holds, counted before any of it is sent. */
#include "api/keytally.h"

#include <stdlib.h>

#include "base/mem.h"
#include "crypto/digest.h"

enum { TALLY_FIRST = 1024 };

struct entry {
    uint64_t id;
    size_t line;
};

struct counting {
    struct keytally *t;
    struct entry *list; /* owned: of all lines that hold a key */
    size_t len, room, problems_room, most;
    keylines_fn *seen;
    void *arg;
};

static void add_problem(struct counting *c, size_t line, const char *reason)
{
    struct keytally *t = c->t;

    if (t->problems_len == c->problems_room) {
        c->problems_room = c->problems_room ? c->problems_room * 2 : TALLY_FIRST;
        t->problems = mem_resize(t->problems, c->problems_room, sizeof(*t->problems));
    }
    t->problems[t->problems_len++] = (struct keytally_problem){line, reason};
}

static void add_key(struct counting *c, const struct keyline *line)
{
    struct digest d;

    if (c->len == c->room) {
        c->room = c->room ? c->room * 2 : TALLY_FIRST;
        c->list = mem_resize(c->list, c->room, sizeof(*c->list));
    }
    digest_of(line->key, line->key_len, &d);
    c->list[c->len++] = (struct entry){digest_id(&d), line->line};
    c->t->forms[line->form]++;
}

static bool on_line(void *arg, const struct keyline *line)
{
    struct counting *c = arg;

    c->t->total++;
    if (line->reason == NULL)
        add_key(c, line);
    else if (c->t->invalid++ < c->most)
        add_problem(c, line->line, line->reason);
    return c->seen == NULL || c->seen(c->arg, line);
}

static int by_id(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->id != y->id)
        return x->id > y->id ? 1 : -1;
    return (x->line > y->line) - (x->line < y->line);
}

static int by_line(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return (x->line > y->line) - (x->line < y->line);
}

/* Of the lines with the same key the first one counts. */
static void part_duplicates(struct counting *c)
{
    struct keytally *t = c->t;
    size_t repeated = 0;

    if (c->len == 0)
        return;
    qsort(c->list, c->len, sizeof(*c->list), by_id);
    t->ids = mem_array(c->len, sizeof(*t->ids));
    for (size_t i = 0; i < c->len; i++)
        if (t->distinct > 0 && c->list[i].id == t->ids[t->distinct - 1])
            c->list[repeated++] = c->list[i]; /* never before what is still to be read */
        else
            t->ids[t->distinct++] = c->list[i].id;
    t->duplicates = repeated;
    qsort(c->list, repeated, sizeof(*c->list), by_line);
    for (size_t i = 0; i < repeated && i < c->most; i++)
        add_problem(c, c->list[i].line, KEYLINE_REPEATED);
}

void keytally_count(struct keytally *t, const char *text, size_t len, size_t most,
                    keylines_fn *seen, void *arg)
{
    struct counting c = {.t = t, .most = most, .seen = seen, .arg = arg};

    *t = (struct keytally){.total = 0};
    keylines_parse(text, len, on_line, &c);
    part_duplicates(&c);
    t->omitted = t->invalid + t->duplicates - t->problems_len;
    free(c.list);
}

void keytally_done(struct keytally *t)
{
    free(t->ids);
    free(t->problems);
    *t = (struct keytally){.total = 0};
}
