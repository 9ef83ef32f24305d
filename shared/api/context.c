/* Named gateways: where each is, which provider is meant, and where its admin token comes from. */
#include "api/context.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "conf/suggest.h"

void context_free(struct context *x)
{
    if (x == NULL)
        return;
#define TEXT(member, line_name) free(x->member);
#define FLAG(member, line_name)
    CONTEXT_LINES(TEXT, FLAG)
#undef TEXT
#undef FLAG
    free(x->name);
    free(x);
}

void contexts_done(struct contexts *all)
{
    for (size_t i = 0; i < all->len; i++)
        context_free(all->list[i]);
    free(all->list);
    free(all->current);
    if (all->lock >= 0)
        close(all->lock);
    *all = (struct contexts){.lock = -1};
}

static struct context *find(const struct contexts *all, const char *name)
{
    for (size_t i = 0; i < all->len; i++)
        if (strcmp(all->list[i]->name, name) == 0)
            return all->list[i];
    return NULL;
}

enum err_code contexts_find(const struct contexts *all, const char *name, struct context **out,
                            struct err *e)
{
    struct suggest near;

    *out = find(all, name);
    if (*out != NULL)
        return ERR_OK;
    suggest_init(&near, name, strlen(name));
    for (size_t i = 0; i < all->len; i++)
        suggest_offer(&near, all->list[i]->name);
    if (near.best != NULL)
        return err_param(e, ERR_NO_ROUTE, "context",
                         _("there is no context %s; did you mean %s?; see: poolctl %s"), name,
                         near.best, "context list");
    return err_param(e, ERR_NO_ROUTE, "context", _("there is no context %s; see: poolctl %s"), name,
                     all->len > 0 ? "context list" : "help context add");
}

struct context *contexts_take(struct contexts *all, struct context *x)
{
    for (size_t i = 0; i < all->len; i++) {
        if (all->list[i] != x)
            continue;
        memmove(all->list + i, all->list + i + 1, (all->len - i - 1) * sizeof(struct context *));
        all->len--;
        break;
    }
    return x;
}

void contexts_drop(struct contexts *all, struct context *x)
{
    if (all->current != NULL && strcmp(all->current, x->name) == 0) {
        free(all->current);
        all->current = NULL;
    }
    context_free(contexts_take(all, x));
}

void contexts_put(struct contexts *all, struct context *x)
{
    struct context *old = find(all, x->name);

    if (old != NULL)
        context_free(contexts_take(all, old));
    all->list = mem_resize(all->list, all->len + 1, sizeof(struct context *));
    all->list[all->len++] = x;
}
