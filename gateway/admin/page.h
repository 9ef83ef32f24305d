/* Lists in pages: what a query asks for, and what the answer says of it. */
#ifndef ADMIN_PAGE_H
#define ADMIN_PAGE_H

#include "admin/admin.h"

/* Most rows of a page; most of a list that comes as a whole, which is made at once. */
enum { ADMIN_PAGE_MAX = 200, ADMIN_WHOLE_MAX = 100000 };

struct admin_page {
    int64_t page, size; /* the first is 1 */
    bool whole;         /* the query named neither */
};
/* From page and pageSize; size is how many rows a page has where the query does not say. */
enum err_code admin_page_read(const struct admin_job *j, int64_t size, struct admin_page *p,
                              struct err *e) MUST_CHECK;
int64_t admin_page_offset(const struct admin_page *p);
/* For lists that come as a whole where no page is asked for: whether so many may. p becomes the
 * page that holds them all. */
enum err_code admin_page_whole(struct admin_page *p, int64_t total, struct err *e) MUST_CHECK;
void admin_page_write(struct jout *out, const struct admin_page *p, int64_t total);

/* From sort and order: one of the words (a NULL-terminated list), the first where none is named;
 * down: the way round where the query does not say. */
struct admin_order {
    size_t word;
    bool down;
};
enum err_code admin_order_read(const struct admin_job *j, const char *const *words, bool down,
                               struct admin_order *o, struct err *e) MUST_CHECK;

#endif
