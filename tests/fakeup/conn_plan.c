/* Settles which directives a request gets: a rule's, its model name's, or its query's. */
#include "server.h"

#include <stdlib.h>

void conn_take_plan(struct conn *c, const struct plan *plan)
{
    if (!c->own_plan)
        c->own_plan = malloc(sizeof(*c->own_plan));
    if (!c->own_plan)
        abort();
    *c->own_plan = *plan;
    c->plan = c->own_plan;
    c->planned = 1;
}

/* Copies a JSON string's text with the escapes undone that a list of directives may need. */
static size_t model_text(char *to, size_t cap, struct span model)
{
    size_t len = 0;

    for (size_t i = 0; i < model.len && len < cap; i++) {
        if (model.ptr[i] == '\\' && i + 1 < model.len)
            i++;
        to[len++] = model.ptr[i];
    }
    return len;
}

void conn_plan_from(struct conn *c, struct span text, char separator)
{
    struct plan plan;

    if (plan_parse(&plan, text, separator, c->plan_error, sizeof(c->plan_error)) == 0)
        conn_take_plan(c, &plan);
    c->planned = 1;
}

void conn_plan_from_model(struct conn *c, struct span model)
{
    char text[2048];

    if (c->planned || c->control || model.len <= 5 || memcmp(model.ptr, "fake:", 5) != 0)
        return;
    model.ptr += 5;
    model.len -= 5;
    conn_plan_from(c, (struct span){text, model_text(text, sizeof(text), model)}, ',');
}
