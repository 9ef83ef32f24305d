/* Does one thing to several things: goes on after a failure, and says what became of each.
 */
#include "bulk.h"

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "base/sentence.h"
#include "term/progress.h"

/* A run through the ids. */
struct run {
    struct ctl *c;
    const struct bulk *bulk;
    struct out *out; /* NULL: sentences instead of rows */
    struct progress *progress;
    char *word; /* owned: what is done, or would be; NULL when each gives a row */
    size_t count, ok;
    enum err_code first; /* the first failure */
    bool differ;         /* not all failures end with the same exit status */
    enum err_code fatal; /* what would befall every further id as well */
};

static bool is_fatal(enum err_code code)
{
    return code == ERR_UNREACHABLE || code == ERR_ADMIN_TOKEN || code == ERR_USAGE;
}

static void report_failure(struct run *r, const char *id, struct err *e)
{
    if (r->word != NULL && r->out != NULL) {
        json_t *row = json_pack("{s:s,s:s,s:s,s:s}", "id", id, "result", "failed", "code",
                                err_info(e->code)->json_code, "message", e->text);

        out_row(r->out, row);
        json_decref(row);
    } else if (r->count > 1) {
        progress_hide(r->progress);
        ctl_complain(r->c, e);
    }
}

static void report_success(struct run *r, const char *id)
{
    if (r->out != NULL) {
        json_t *row = json_pack("{s:s,s:s}", "id", id, "result", r->word);

        out_row(r->out, row);
        json_decref(row);
    } else if (!r->c->quiet) {
        const struct bulk_text *text = r->bulk->text;
        char *line = SENTENCE(r->c->dry_run ? _(text->would) : _(text->done), id, r->bulk->span);

        puts(line);
        free(line);
    }
}

/* What has been done for all of them in one call is known already. */
static enum err_code outcome(struct run *r, const struct ids *ids, size_t i, json_t **row,
                             struct err *e)
{
    if (ids->missing != NULL)
        return ids->missing[i] ? err_set(e, r->bulk->none, NULL) : ERR_OK;
    return r->c->dry_run ? r->bulk->find(r->c, ids->list[i], e)
                         : r->bulk->one(r->c, ids->list[i], row, e);
}

static void do_one(struct run *r, const struct ids *ids, size_t i, struct err *e)
{
    const char *id = ids->list[i];
    json_t *row = NULL;
    enum err_code code = outcome(r, ids, i, &row, e);

    if (code != ERR_OK && row == NULL && !is_fatal(code))
        err_wrap(e, "%s", id);
    if (row != NULL)
        out_row(r->out, row);
    else if (code == ERR_OK)
        report_success(r, id);
    else if (!is_fatal(code))
        report_failure(r, id, e);
    json_decref(row);
    if (code == ERR_OK) {
        r->ok++;
        return;
    }
    if (r->first == ERR_OK)
        r->first = code;
    r->differ = r->differ || err_info(code)->exit_status != err_info(r->first)->exit_status;
    r->fatal = is_fatal(code) ? code : ERR_OK;
}

/* One failure speaks for itself; several are summed up under the status that they share. */
static enum err_code conclude(const struct run *r, size_t tried, struct err *e)
{
    size_t failed = tried - r->ok;
    char bad[24], all[24], *text;

    if (failed == 0 || r->count == 1)
        return r->first;
    if (r->fatal != ERR_OK) {
        if (r->ok > 0)
            err_wrap(e, _("%zu of %zu done, then"), r->ok, r->count);
        return r->fatal;
    }
    snprintf(bad, sizeof(bad), "%zu", failed);
    snprintf(all, sizeof(all), "%zu", r->count);
    text = SENTENCE(_(r->bulk->text->failed), bad, all);
    err_set(e, r->ok > 0 ? ERR_PARTLY : (r->differ ? ERR_INTERNAL : r->first), "%s", text);
    free(text);
    return e->code;
}

static enum err_code run_all(struct run *r, const struct ids *ids, struct err *e)
{
    struct ctl *c = r->c;
    /* What is printed meanwhile must not meet the bar on the same terminal. */
    bool apart = !c->term.out_tty || (r->out != NULL && out_is_table(c->format));
    size_t i;

    r->progress = progress_new(stderr, apart && c->term.err_tty && !c->quiet, &c->term,
                               c->args.cmd->name, PROGRESS_COUNT);
    for (i = 0; i < ids->len && r->fatal == ERR_OK; i++) {
        progress_at(r->progress, (int64_t)i, (int64_t)ids->len);
        do_one(r, ids, i, e);
    }
    progress_end(r->progress);
    if (r->out != NULL)
        out_end(r->out, r->fatal == ERR_OK);
    return conclude(r, i, e);
}

enum err_code bulk_ids(struct ctl *c, const struct bulk *bulk, struct ids *ids, struct err *e)
{
    struct run r = {.c = c, .bulk = bulk, .count = ids->len};
    bool ask = (c->args.cmd->flags & CMD_DESTROY) && !c->dry_run;
    enum err_code code;

    if (ask && (code = ask_if_many(c, ids->len, e)) != ERR_OK)
        return code;
    if (bulk->all != NULL && (code = bulk->all(c, bulk->all_arg, ids, e)) != ERR_OK)
        return code;
    if (bulk->word != NULL)
        r.word = mem_printf("%s%s", c->dry_run ? "would be " : "", bulk->word);
    if (bulk->word == NULL || !out_is_table(c->format))
        r.out = out_begin(c, ctl_resource(c));
    code = run_all(&r, ids, e);
    free(r.word);
    return code;
}

enum err_code bulk_run(struct ctl *c, const struct bulk *bulk, struct err *e)
{
    struct ids ids;
    enum err_code code = ids_gather(c, bulk->type, &ids, e);

    if (code == ERR_OK)
        code = bulk_ids(c, bulk, &ids, e);
    ids_done(&ids);
    return code;
}
