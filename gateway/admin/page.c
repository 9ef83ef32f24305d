/* Lists in pages: what a query asks for, and what the answer says of it. */
#include "admin/page.h"

#include <string.h>

enum err_code admin_page_read(const struct admin_job *j, int64_t size, struct admin_page *p,
                              struct err *e)
{
    *p = (struct admin_page){
        .page = 1, .size = size, .whole = j->page == NULL && j->pageSize == NULL};
    if (admin_query_number("page", j->page, 1, INT32_MAX, &p->page, e) != ERR_OK ||
        admin_query_number("pageSize", j->pageSize, 1, ADMIN_PAGE_MAX, &p->size, e) != ERR_OK)
        return e->code;
    return ERR_OK;
}

int64_t admin_page_offset(const struct admin_page *p)
{
    return (p->page - 1) * p->size;
}

enum err_code admin_page_whole(struct admin_page *p, int64_t total, struct err *e)
{
    if (!p->whole)
        return ERR_OK;
    if (total > ADMIN_WHOLE_MAX)
        return err_param(e, ERR_BAD_FIELD, "page",
                         "Without a page this answers with %d rows at most, and these are %lld. "
                         "Ask for them page by page (page, and pageSize up to %d), or for fewer "
                         "with a filter.",
                         ADMIN_WHOLE_MAX, (long long)total, ADMIN_PAGE_MAX);
    p->size = total > 0 ? total : 1;
    return ERR_OK;
}

void admin_page_write(struct jout *out, const struct admin_page *p, int64_t total)
{
    jout_int(out, "total", total);
    jout_int(out, "page", p->page);
    jout_int(out, "pageSize", p->size);
    jout_int(out, "totalPages", total > 0 ? (total + p->size - 1) / p->size : 1);
}

enum err_code admin_order_read(const struct admin_job *j, const char *const *words, bool down,
                               struct admin_order *o, struct err *e)
{
    char known[sizeof(e->text)] = "";
    size_t used = 0;

    *o = (struct admin_order){.down = down};
    if (j->order != NULL && strcmp(j->order, "asc") != 0 && strcmp(j->order, "desc") != 0)
        return err_param(e, ERR_BAD_FIELD, "order", "order must be asc or desc.");
    if (j->order != NULL)
        o->down = strcmp(j->order, "desc") == 0;
    if (j->sort == NULL)
        return ERR_OK;
    for (; words[o->word] != NULL; o->word++) {
        if (strcmp(j->sort, words[o->word]) == 0)
            return ERR_OK;
        if (used < sizeof(known))
            used += (size_t)snprintf(known + used, sizeof(known) - used, " %s", words[o->word]);
    }
    return err_param(e, ERR_BAD_FIELD, "sort", "sort must be one of:%s", known);
}
