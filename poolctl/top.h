/* What one frame of the live screen of poolctl top shows. */
#ifndef POOLCTL_TOP_H
#define POOLCTL_TOP_H

#include "base/buf.h"
#include "sample.h"
#include "term/term.h"
#include "top_rows.h"

/* What is shown; plain data, so that it can be drawn without a gateway. */
struct top {
    struct term term; /* width, height (0: as long as it gets), colours, UTF-8 */
    const char *provider, *url;
    char *away; /* owned: why the gateway cannot be reached now, or NULL */
    int64_t uptime_s, interval_s;
    struct sample now;
    struct rates rates;
    double history[TOP_HISTORY]; /* requests a second, of the provider */
    struct top_rows models, keys;
    int64_t keys_total; /* there may be more than were looked at */
    enum top_sort sort;
    bool with_footer;
};

/* Adds the frame to out, in lines that fit the width. Sorts the rows. */
void top_draw(struct top *t, struct buf *out);

#endif
