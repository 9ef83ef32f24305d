/* A job on a page of its own, live. */
#ifndef TUI_JOB_PAGE_H
#define TUI_JOB_PAGE_H

#include "app.h"

/* job is borrowed: as it was last told. */
void job_page_push(struct app *app, const json_t *job);

#endif
