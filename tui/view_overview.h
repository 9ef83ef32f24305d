/* The overview: what it knows of the gateway, and the panels that show it. */
#ifndef TUI_VIEW_OVERVIEW_H
#define TUI_VIEW_OVERVIEW_H

#include "app.h"
#include "base/clock.h"

enum {
    OVERVIEW_PROVIDERS = 32, /* the gateway has no more */
    OVERVIEW_SLOTS = 120,
    OVERVIEW_SLOT_MS = 5000,
    OVERVIEW_PACE_LEAST_MS = 1000, /* between two looks that tell the pace */
    OVERVIEW_PACE_MOST_MS = 10000,
    OVERVIEW_MINUTES = 60,
    OVERVIEW_MODELS = 10, /* as many as the gateway names by itself */
    OVERVIEW_PROBLEMS = 200,
    OVERVIEW_AXIS = 5, /* texts below a chart */
};

/* How far back it looks: one row each, the shortest first.
 * WINDOW(ID, heading, name, from, step of the chart, step of models' charts, text of a step,
 * axis...) from   as the gateway takes it; whole hours or days, the one that runs included step "":
 * the gateway has none that fine; drawn is what was seen from here, by the minute */
#define OVERVIEW_WINDOWS(WINDOW)                                                                   \
    WINDOW(HOUR, N_("THIS HOUR"), N_("this hour"), "1h", "", "", N_("a minute"), "-60m", "-45m",   \
           "-30m", "-15m")                                                                         \
    WINDOW(DAY, N_("24 HOURS"), N_("24 hours"), "24h", "hour", "hour", N_("an hour"), "-24h",      \
           "-18h", "-12h", "-6h")                                                                  \
    WINDOW(WEEK, N_("7 DAYS"), N_("7 days"), "7d", "hour", "day", N_("an hour"), "-7d", "-5d",     \
           "-3d", "-2d")
enum overview_window {
#define WINDOW(id, ...) OVERVIEW_##id,
    OVERVIEW_WINDOWS(WINDOW)
#undef WINDOW
        OVERVIEW_WINDOW_COUNT
};
struct overview_window_def {
    const char *heading, *title, *from, *step, *model_step, *each, *axis[OVERVIEW_AXIS];
};
extern const struct overview_window_def overview_windows[OVERVIEW_WINDOW_COUNT];

struct overview_provider {
    char *name;                 /* owned */
    char from[CLOCK_ISO_BYTES]; /* where the gateway's counting began when it was last asked */
    double requests, failures;  /* since then */
    double pace;                /* requests a second, between the last two looks */
    bool paced;                 /* there were two, the one soon after the other */
    double slots[OVERVIEW_SLOTS];
    double minutes[OVERVIEW_MINUTES], failed[OVERVIEW_MINUTES]; /* the last one runs */
    int64_t keys[4];                                            /* as in struct gauge */
};

struct overview_model {
    char *name;             /* owned */
    const char *provider;   /* borrowed from the overview */
    json_t *total;          /* owned: its row */
    double *steps, *failed; /* owned */
    size_t len;
};
struct overview_models {
    struct overview_model *list; /* owned */
    size_t len;
};

/* Main thread. */
struct overview {
    struct app *app; /* borrowed */
    struct overview_provider providers[OVERVIEW_PROVIDERS];
    size_t providers_len, scope; /* scope == providers_len: all of them */
    bool providers_known;        /* else there is the one of the context, and no more is known */
    enum overview_window window;
    bool paused;
    unsigned generation; /* of scope and window; older answers do not count */

    json_t *totals, *trend;               /* owned answers, or NULL */
    struct overview_models models, fresh; /* what is shown; what is being asked */
    bool models_known, spoilt;            /* spoilt: a call of the round failed */
    unsigned looking, reading;            /* calls that are not answered, of the two kinds */
    uint64_t looked_ms, read_ms, counted_ms;
    uint64_t slot, minute; /* numbers of those that run */
    char error[sizeof(((struct err *)NULL)->text)];

    json_t *problems, *waiting; /* owned arrays, the latest first; waiting: come while paused */
    const json_t *at;           /* the problem under the cursor: one of problems, or NULL */
    struct area problems_area;  /* where they stand on the screen */
};

/* ---- view_overview_ask.c */
void overview_ask(struct overview *o, bool all);
void overview_forget(struct overview *o); /* scope or window changed */
void overview_models_done(struct overview_models *m);
/* The name of the only provider that is looked at; NULL: all. */
const char *overview_scope(const struct overview *o);
bool overview_wants(const struct overview *o, const char *provider);
/* What it counted of one of them; NULL: nothing. Borrowed. */
const json_t *overview_total(const struct overview *o, const char *provider);

/* ---- view_overview_problems.c */
void overview_hear(struct overview *o, const json_t *event);
void overview_resume(struct overview *o); /* takes in what was waiting */
void overview_move(struct overview *o, long by);
void overview_open(struct overview *o);
void overview_draw_problems(struct overview *o, const struct area *a);
bool overview_click(struct overview *o, int y);

/* ---- the panels: each draws into its area, and no more than fits */
void overview_draw(void *self, const struct area *a);
void overview_draw_now(const struct overview *o, const struct area *left, const struct area *right);
void overview_draw_providers(const struct overview *o, const struct area *a);
void overview_draw_keys(const struct overview *o, const struct area *a);
void overview_draw_models(const struct overview *o, const struct area *a);
void overview_draw_trend(const struct overview *o, const struct area *a);
void overview_draw_charts(const struct overview *o, const struct area *a);

/* A style, or FAINT where what is shown is old. */
enum style overview_style(const struct overview *o, enum style style);
void overview_title(const struct area *a, const char *title, const char *right);

#endif
