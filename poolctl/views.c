/* Commands whose answer holds numbers of its own, and lists besides. */
#include "views.h"

#include "help.h"

/* The views' parts of the answer, each under its own title; for people. */
static void print_views(const struct ctl *c, const json_t *answer)
{
    for (const struct view *v = c->args.cmd->views; v->name != NULL; v++) {
        const json_t *rows = json_object_get(answer, v->member);

        if (json_array_size(rows) == 0)
            continue;
        help_title(c, _(v->title));
        out_list(c, v->resource, rows);
    }
}

enum err_code views_print(struct ctl *c, enum api_route route, views_summary *summary,
                          struct err *e)
{
    const struct api_request request = {.route = route};

    return views_print_call(c, &request, summary, e);
}

enum err_code views_print_call(struct ctl *c, const struct api_request *request,
                               views_summary *summary, struct err *e)
{
    const struct view *view = ctl_view(c);
    json_t *answer;
    enum err_code code = ctl_call(c, request, &answer, e);

    if (code != ERR_OK)
        return code;
    if (view != NULL) {
        out_list(c, view->resource, json_object_get(answer, view->member));
    } else {
        bool plain = c->format != OUT_TABLE || c->columns != NULL || !c->term.out_tty;

        if (plain || summary == NULL)
            out_one(c, c->args.cmd->resource, answer);
        else
            summary(c, answer);
        if (out_is_table(c->format) && c->columns == NULL)
            print_views(c, answer);
    }
    json_decref(answer);
    return ERR_OK;
}
