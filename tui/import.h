/* The view of imports: what its parts share. */
#ifndef TUI_IMPORT_H
#define TUI_IMPORT_H

#include "app.h"
#include "import_read.h"

enum import_stage { IMPORT_EMPTY, IMPORT_READING, IMPORT_READY, IMPORT_RUNNING, IMPORT_OVER };
enum import_way { IMPORT_PLAIN, IMPORT_VALIDATED, IMPORT_UNKNOWN_TOO, IMPORT_WAYS };

struct import_way_def {
    const char *label, *text;
    const char *words[3]; /* of the command line; ended by NULL */
};
extern const struct import_way_def import_ways[IMPORT_WAYS];

/* Main thread. */
struct import_view {
    struct app *app; /* borrowed */
    enum import_stage stage;
    char *path;        /* owned; NULL: it was pasted */
    struct buf pasted; /* keys in the clear: in memory only, wiped when they are in the pool */
    struct reading *reading; /* owned: what is in it */
    char *provider;          /* owned; NULL: that of the context */
    enum import_way way;
    bool asks_providers;
    json_t *providers;  /* owned: as the gateway told, or NULL */
    size_t top, height; /* of the problems that are seen */
    /* Of a run. */
    char *line;     /* owned: the command */
    char *job_id;   /* owned; NULL: there is none */
    json_t *job;    /* owned: as it was last told */
    json_t *report; /* owned: of a plain import, as poolctl told */
    char *failure;  /* owned: why it came to nothing; or NULL */
    bool cancelled;
    bool wants_job; /* an event told of it */
    unsigned asking, generation;
    uint64_t asked_ms, began_ms, ended_ms;
    int64_t began_at_ms, ended_at_ms; /* wall clock */
    int cancel;                       /* only its address is used: of the run that cancels */
};

const char *import_provider(const struct import_view *v);
/* "keys.txt", or what stands for pasted text. */
const char *import_source(const struct import_view *v);
/* Forgets what came of a run. */
void import_clear_run(struct import_view *v);

/* view_import_run.c: starts poolctl, follows it and its job, ends them. */
void import_start(struct import_view *v);
void import_follow(struct import_view *v); /* when something may have come */
void import_cancel(struct import_view *v);

/* view_import_draw.c */
void import_draw(void *self, const struct area *a);

/* view_import_rows.c: what is listed. The n-th row's text goes into out (cap given by its owner);
 * false: there is none. */
size_t import_rows(const struct import_view *v);
struct import_row {
    size_t line;      /* of the file; 0: none */
    const char *text; /* borrowed */
    const char *more; /* borrowed, behind it; "" when there is none */
    bool good;        /* no problem */
};
struct import_row import_row_at(const struct import_view *v, size_t n);
/* The counts that are told of a run, "added 3, already there 0, …", owned by the caller. */
char *import_counts(const struct import_view *v);

/* view_import_report.c: asks for a name, and saves what came of the import. */
void import_save(struct import_view *v);

#endif
