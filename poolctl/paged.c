/* Lists that come from the gateway page by page, as far as they are printed. */
#include "paged.h"

#include <string.h>

enum { OWN_PARAMS = 4 };

struct walk {
    const struct paged *p;
    struct out *out;
    bool in_order; /* the gateway sorts */
    size_t size;
    struct api_param
        params[OWN_PARAMS + WHICH_WORDS + 1]; /* the first two are made for each page */
};

static enum err_code one_page(struct ctl *c, struct walk *w, size_t page, bool *more, struct err *e)
{
    char page_text[24], size_text[24];
    const struct api_request request = {.route = w->p->route,
                                        .id = w->p->id,
                                        .params = w->params,
                                        .any_provider = w->p->any_provider};
    const json_t *rows;
    json_t *answer;
    enum err_code code;

    snprintf(page_text, sizeof(page_text), "%zu", page);
    snprintf(size_text, sizeof(size_text), "%zu", w->size);
    w->params[0] = (struct api_param){"page", page_text};
    w->params[1] = (struct api_param){w->p->size_name ? w->p->size_name : "pageSize", size_text};
    if ((code = ctl_call(c, &request, &answer, e)) != ERR_OK)
        return code;
    rows = json_object_get(answer, w->p->member);
    for (size_t i = 0; i < json_array_size(rows); i++)
        out_row(w->out, json_array_get(rows, i));
    *more = out_wants_more(w->out) && json_array_size(rows) > 0 &&
            (json_int_t)page < json_integer_value(json_object_get(answer, "totalPages"));
    json_decref(answer);
    return ERR_OK;
}

static void ask_for(const struct ctl *c, struct walk *w)
{
    bool down = c->sort != NULL ? c->sort_down : c->reverse != w->p->latest_first;
    const char *order = down ? "desc" : "asc";

    w->params[2] = (struct api_param){"sort", w->in_order && c->sort ? c->sort->json : NULL};
    w->params[3] = (struct api_param){"order", w->in_order ? order : NULL};
    if (w->p->which != NULL)
        which_params(c, w->p->which, w->params + OWN_PARAMS);
}

/* Whether fewer are wanted than there may be. */
static bool is_narrow(const struct ctl *c, const struct walk *w)
{
    for (size_t i = 0; w->p->which != NULL && i < w->p->which->words_len; i++)
        if (w->params[OWN_PARAMS + i].value != NULL)
            return true;
    return c->filter != NULL;
}

/* How many rows to ask for at a time: no more than are wanted, where the gateway chooses them. */
static size_t page_size(const struct ctl *c, const struct walk *w)
{
    size_t size = w->p->size > 0 ? w->p->size : PAGED_SIZE;
    bool chosen = c->filter == NULL && (w->in_order || (c->sort == NULL && !c->reverse));

    return chosen && c->limit > 0 && c->limit < size ? c->limit : size;
}

static void say_empty(struct ctl *c, const struct walk *w)
{
    if (out_is_table(c->format))
        ctl_say(c, "%s", w->p->no_such != NULL && is_narrow(c, w) ? w->p->no_such : w->p->none);
}

enum err_code paged_run(struct ctl *c, const struct paged *p, struct err *e)
{
    bool in_order = p->which != NULL && (c->sort == NULL || (c->sort->flags & F_ORDER));
    struct walk w = {.p = p, .in_order = in_order};
    enum err_code code = ERR_OK;
    bool more = true;

    w.size = page_size(c, &w);
    ask_for(c, &w);
    w.out = in_order ? out_begin_in_order(c, p->resource) : out_begin(c, p->resource);
    for (size_t page = 1; more && code == ERR_OK; page++)
        code = one_page(c, &w, page, &more, e);
    if (out_end(w.out, code == ERR_OK) == 0 && code == ERR_OK)
        say_empty(c, &w);
    return code;
}
