/* Two gateways on one PostgreSQL: what the suites of their changes have in common. */
#ifndef PG_TWO_H
#define PG_TWO_H

#include "pg_fixture.h"

#include "store/share.h"

enum { K1 = 0x11, K2 = 0x22, K3 = 0x33, T1 = 0x44 };
static const int64_t T0 = 1700000000000;

/* Two gateways. */
struct two {
    struct fixture *f;
    struct store other;
    int64_t read; /* by the other */
};

static inline const struct store_share_ops *share(const struct two *t)
{
    return t->other.ops->share;
}

static inline struct two two_open(void **state)
{
    struct two t = {.f = pg_fixture(state)};

    fixture_open(t.f);
    CHECK(store_open(&t.other, t.f->url, t.f->folder, e));
    CHECK(share(&t)->last(t.other.db, &t.read, e));
    return t;
}

static inline void two_close(struct two *t)
{
    store_close(&t->other);
}

static inline struct store_key row_of(uint64_t id)
{
    return (struct store_key){.id = id,
                              .username = "u",
                              .sealed = (const uint8_t *)"sealed",
                              .sealed_len = 6,
                              .created_at = T0};
}

static inline void add_keys(struct store *s)
{
    struct store_key rows[] = {row_of(K1), row_of(K2), row_of(K3)};

    CHECK(s->ops->keys_insert(s->db, FIRST, rows, ARRAY_LEN(rows), e));
}

#endif
