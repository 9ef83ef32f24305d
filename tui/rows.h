/* The rows of a list: a window of pages, or all of them in an order of our own. */
#ifndef TUI_ROWS_H
#define TUI_ROWS_H

#include "query.h"

enum { ROWS_PAGE = 200, ROWS_PAGES = 32, ROWS_LIVE = 2000 };

struct rows_page {
    json_t *rows; /* owned array, or NULL: free */
    size_t index; /* of the page in the list */
    unsigned used;
    bool stale; /* is to be asked for again when it is seen */
};

/* Main thread. */
struct rows {
    const struct view_def *def;
    bool known;   /* the gateway has told */
    size_t total; /* rows that are wanted */
    size_t all;   /* rows that there are */
    /* PAGED */
    struct rows_page pages[ROWS_PAGES];
    unsigned clock; /* counts uses */
    /* WHOLE and LIVE */
    json_t *whole; /* owned array */
    size_t *order; /* owned: places in whole */
};

void rows_init(struct rows *r, const struct view_def *def);
void rows_done(struct rows *r);

/* Borrowed until the rows change; NULL: it is not here. */
const json_t *rows_at(struct rows *r, size_t i);
/* What commands call a row; "" when it has no name. */
const char *rows_id(const struct rows *r, const json_t *row);
/* The place of the row with this id that is nearest to near; SIZE_MAX: it is not here. */
size_t rows_find(struct rows *r, const char *id, size_t near);

/* All that is here is old. */
void rows_stale(struct rows *r);
void rows_forget(struct rows *r);
/* The page from which rows between from and to (exclusive) are missing or old, if any. */
bool rows_wants(const struct rows *r, size_t from, size_t to, size_t *page);
void rows_put_page(struct rows *r, size_t page, json_t *rows,
                   size_t total);                  /* borrows rows, and names them by text */
void rows_put_whole(struct rows *r, json_t *rows); /* likewise */
void rows_add(struct rows *r, const json_t *row);  /* in front, of a LIVE list */

/* How the rows of a list that is all here are sorted and filtered. */
struct rows_order {
    const struct query *query;
    const struct field *sort; /* NULL: as they came */
    bool down, utf8;
    int64_t now_ms;
};
void rows_arrange(struct rows *r, const struct rows_order *order);

#endif
