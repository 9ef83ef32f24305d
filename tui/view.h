/* Views: the table of them, and what each has to bring along. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include <jansson.h>
#include <stdbool.h>

#include "action.h"
#include "api/client.h"
#include "api/resources.h"
#include "base/words.h"
#include "input.h"
#include "paint.h"

struct app;
struct view_def;

enum view_source { VIEW_PAGED, VIEW_WHOLE, VIEW_LIVE };

/* What a command is for. Zeroed: nothing. */
struct selection {
    struct words ids;   /* owned */
    struct words which; /* owned: options instead of ids, where all that is found is meant */
    size_t count;       /* of things */
    json_t *row;        /* owned: what is known of the only one; NULL: nothing, or there are more */
    bool unsure;        /* what is meant is not known yet */
};
void selection_done(struct selection *s);

/* What draws a view and takes its keys; self is what make() returned. Main thread. NULL where there
 * is nothing to do. */
struct view_ops {
    void *(*make)(struct app *app, const struct view_def *def);
    void (*free)(void *self);
    void (*show)(void *self);    /* it comes to be seen: what is old is asked for again */
    void (*refresh)(void *self); /* the gateway is to be asked at once */
    void (*tick)(void *self, uint64_t now_ms);
    void (*draw)(void *self, const struct area *a);
    /* Whether the action was one for this view. */
    bool (*act)(void *self, enum action action);
    void (*click)(void *self, const struct area *a, int y, int x);
    void (*wheel)(void *self, int turns);
    void (*event)(void *self, const json_t *event);
    /* Which things {which} stands for; one: only that under the cursor. */
    void (*select)(void *self, bool one, struct selection *out);
    void (*unmark)(void *self);
    void (*filter)(void *self, const char *text); /* what was typed behind '/' */
    const char *(*filter_text)(void *self);
    void (*take)(void *self); /* something has come: an answer, output of a command, or own work */
    void (*paste)(void *self, const struct input *in);
    /* A command of keys.def; false: it is run as any other. */
    bool (*command)(void *self, enum action action);
};

struct view_def {
    const char *number, *name, *title;
    const struct view_ops *ops;
    enum view_source source;
    enum resource_id resource;
    enum api_route route;
    const char *member, *columns, *sort;
    unsigned refresh_s;
    const char *events, *filters, *nothing, *text;
};

enum view_id {
#define VIEW(id, ...) VIEW_##id,
#include "views.def"
#undef VIEW
    VIEW_COUNT
};
extern const struct view_def view_defs[VIEW_COUNT];
extern const struct view_ops list_ops, overview_ops, import_ops, account_ops;

/* The view with this name or number; VIEW_COUNT: none. */
enum view_id view_find(const char *name);

#endif
