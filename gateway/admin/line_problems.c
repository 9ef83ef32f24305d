/* Lines of an import that bring no key: counted by kind, the first of each kind named. */
#include "admin/line_problems.h"

void line_problems_add(struct line_problems *p, size_t line, const char *reason)
{
    if (p->len < LINE_PROBLEMS_MAX) {
        p->first[p->len].line = line;
        p->first[p->len].reason = reason;
    }
    p->len++;
}

static size_t write_some(const struct line_problems *p, struct jout *out)
{
    size_t listed = p->len < LINE_PROBLEMS_MAX ? p->len : LINE_PROBLEMS_MAX;

    for (size_t i = 0; i < listed; i++) {
        jout_object(out, NULL);
        jout_int(out, "line", (int64_t)p->first[i].line);
        jout_str(out, "reason", p->first[i].reason);
        jout_object_end(out);
    }
    return p->len - listed;
}

size_t lines_left_write(const struct lines_left *l, struct jout *out)
{
    size_t omitted = write_some(&l->invalid, out);

    return omitted + write_some(&l->repeated, out);
}
