/* audit list: what was changed, by whom. */
#include <inttypes.h>

#include "paged.h"

enum { AUDIT_PAGE = 1000 /* the most that the gateway gives at a time */ };

/* Their names are those of the query. */
#define AUDIT_FILTER_ARGS                                                                          \
    ARG_OPT("actor", 0, AT_ADMIN, N_("Only what this admin token did.")),                          \
        ARG_OPT("action", 0, AT_TEXT,                                                              \
                N_("Only this action, such as key.disable, or these, with commas.")),              \
        ARG_OPT("about", 0, AT_TEXT, N_("Only what was done to this: an id or a name.")),          \
        ARG_OPT("search", 0, AT_TEXT,                                                              \
                N_("Only with this in the actor, action, target, address, request or detail.")),   \
        ARG_OPT("from", 0, AT_TEXT, N_("Only what was done since then.")),                         \
        ARG_OPT("to", 0, AT_TEXT, N_("Only what was done before then."))

static const struct arg filter_args[] = {AUDIT_FILTER_ARGS};
_Static_assert(ARRAY_LEN(filter_args) <= WHICH_WORDS, "more words than a list has room for");

static const struct which_kind which_records = {
    .words = filter_args,
    .words_len = ARRAY_LEN(filter_args),
    .searched = "actor",
    .any_provider = true,
};

/* One page into o, of records before *before (0: the latest), which is then that of the next one.
 */
static enum err_code list_page(struct ctl *c, struct out *o, size_t size, int64_t *before,
                               struct err *e)
{
    char before_text[24], size_text[24];
    struct api_param params[2 + WHICH_WORDS + 1] = {
        {"limit", size_text},
        {"before", *before > 0 ? before_text : NULL},
    };
    const struct api_request request = {.route = API_AUDIT, .params = params, .any_provider = true};
    const json_t *records;
    json_t *answer;
    enum err_code code;

    which_params(c, &which_records, params + 2);
    snprintf(size_text, sizeof(size_text), "%zu", size);
    snprintf(before_text, sizeof(before_text), "%" PRId64, *before);
    if ((code = ctl_call(c, &request, &answer, e)) != ERR_OK)
        return code;
    records = json_object_get(answer, "records");
    for (size_t i = 0; i < json_array_size(records); i++)
        out_row(o, json_array_get(records, i));
    *before = out_wants_more(o) ? json_integer_value(json_object_get(answer, "next_before")) : 0;
    json_decref(answer);
    return ERR_OK;
}

/* From the end towards the beginning, each page going on where the one before it ended: so records
 * that come meanwhile move nothing. */
static enum err_code run_latest(struct ctl *c, struct err *e)
{
    bool few = c->limit > 0 && c->limit < AUDIT_PAGE && c->filter == NULL && !c->reverse;
    struct out *o = out_begin(c, RES_AUDIT);
    int64_t before = args_num(&c->args, "before", 0);
    enum err_code code;

    do {
        code = list_page(c, o, few ? c->limit : AUDIT_PAGE, &before, e);
    } while (code == ERR_OK && before > 0);
    if (out_end(o, code == ERR_OK) == 0 && code == ERR_OK && out_is_table(c->format))
        ctl_say(c, _("no such records"));
    return code;
}

static enum err_code run_list(struct ctl *c, struct err *e)
{
    const struct paged p = {
        .route = API_AUDIT,
        .resource = RES_AUDIT,
        .member = "records",
        .which = &which_records,
        .any_provider = true,
        .latest_first = true,
        .none = _("no such records"),
    };
    bool sorted = c->sort != NULL || c->reverse;

    return sorted && !args_has(&c->args, "before") ? paged_run(c, &p, e) : run_latest(c, e);
}

const struct command cmd_audit_list = {
    .name = "audit list",
    .text = N_("List what was changed, by whom and from where, the latest first."),
    .details = PARAGRAPHS(
        N_("All of it is read, page by page, as far as it is printed; the gateway finds and sorts. "
           "Times are days, moments, or spans before now such as 24h and 7d.")),
    .args = (const struct arg[]){AUDIT_FILTER_ARGS,
                                 ARG_OPT("before", 0, AT_INT,
                                         N_("Only records with a lower number than this.")),
                                 ARG_END},
    .examples = EXAMPLES(
        {"poolctl audit list -n 20", N_("The last twenty changes")},
        {"poolctl audit list --about k_0123456789abcdef", N_("What befell a key")},
        {"poolctl audit list --actor ann --from 7d -o json", N_("What somebody did this week")},
        {"poolctl audit list --from 2030-01-01 --to 2030-02-01 --reverse -o csv",
         N_("A month, from its beginning, for a spreadsheet")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_AUDIT,
    .run = run_list,
};
