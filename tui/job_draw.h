/* How far a job has come and what it has found, as bars and counts on the screen. */
#ifndef TUI_JOB_DRAW_H
#define TUI_JOB_DRAW_H

#include "app.h"

bool job_is_over(const json_t *job);
/* A bar with words behind it, in one line; total < 0: not known. */
void job_draw_bar(int y, int x, int w, int64_t done, int64_t total, const char *words);
/* Draws the job in at most four lines; returns how many it took. Main thread. */
int job_draw(const struct app *app, int y, int x, int w, const json_t *job);
/* "good 3, refused 1"; owned by the caller. taken: what was added, of an import. */
char *job_counts(const json_t *job, bool taken);
/* "free 12, pro 3", "" when there are none; owned by the caller. */
char *job_categories(const json_t *job);

#endif
