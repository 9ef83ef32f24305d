/* explain, classify: why things are as they are. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "input.h"
#include "term/term.h"
#include "view/cell.h"
#include "views.h"

enum { CLASSIFY_BYTES = 60 * 1024 /* as much as the gateway takes, with what stands around it */ };

static const char *text_of(const json_t *row, const char *path)
{
    const char *text = json_string_value(cell_get(row, path));

    return text ? text : "";
}

static long long number(const json_t *row, const char *path)
{
    return (long long)cell_number(cell_get(row, path));
}

/* ---- explain -----------------------------------------------------------------------------------
 */

/* For people, what the lists below mean, in a few sentences. */
static void print_explanation(const struct ctl *c, const json_t *answer)
{
    const char *model = text_of(answer, "model"), *refused = text_of(answer, "token.refused");
    long long total = number(answer, "keys_total"), tried = number(answer, "max_attempts");
    char *name = mem_printf("%s%s%s", c->term.colour_out ? TERM_BOLD : "",
                            text_of(answer, "provider"), c->term.colour_out ? TERM_RESET : "");

    if (*model != '\0')
        printf(_("%s, model %s: %lld of %lld keys in turn, %lld out; at most %lld tried for a "
                 "call\n"),
               name, model, number(answer, "keys_in_turn"), total, number(answer, "keys_out"),
               tried);
    else
        printf(_("%s: %lld of %lld keys in turn, %lld out; at most %lld tried for a call\n"), name,
               number(answer, "keys_in_turn"), total, number(answer, "keys_out"), tried);
    free(name);
    if (!json_is_true(json_object_get(answer, "enabled")))
        printf(_("Calls are refused: the provider is switched off.\n"));
    if (*refused != '\0')
        printf(_("Calls with the token %s are refused: %s.\n"), text_of(answer, "token.name"),
               refused);
    if (number(answer, "keys_in_turn") == 0)
        printf(_("Calls fail: there is no key for them.\n"));
}

static void add_turns(json_t *answer)
{
    const json_t *next = json_object_get(answer, "next");

    for (size_t i = 0; i < json_array_size(next); i++)
        json_object_set_new(json_array_get(next, i), "turn", json_integer((json_int_t)i + 1));
}

static void print_lists(const struct ctl *c, const json_t *answer)
{
    static const struct {
        const char *member, *title, *count;
        enum resource_id resource;
    } lists[] = {{"next", N_("In turn, the next first"), "keys_in_turn", RES_NEXT},
                 {"out", N_("Out"), "keys_out", RES_OUT}};

    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const json_t *rows = json_object_get(answer, lists[i].member);
        long long more = number(answer, lists[i].count) - (long long)json_array_size(rows);

        if (json_array_size(rows) == 0)
            continue;
        help_title(c, _(lists[i].title));
        out_list(c, lists[i].resource, rows);
        if (more > 0)
            printf(P_("and %lld more; see --limit\n", "and %lld more; see --limit\n",
                      (unsigned long)more),
                   more);
    }
}

static enum err_code run_explain(struct ctl *c, struct err *e)
{
    const struct api_param params[] = {
        {"model", args_text(&c->args, "model")},
        {"token", args_text(&c->args, "token")},
        {"limit", args_text(&c->args, "limit")},
        {NULL, NULL},
    };
    const struct api_request request = {.route = API_EXPLAIN, .params = params};
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);

    if (code != ERR_OK)
        return code;
    add_turns(answer);
    if (!out_is_table(c->format) || c->columns != NULL) {
        out_one(c, RES_EXPLAIN, answer);
    } else {
        print_explanation(c, answer);
        print_lists(c, answer);
    }
    json_decref(answer);
    return ERR_OK;
}

const struct command cmd_explain = {
    .name = "explain",
    .text = N_("Tell which keys would be tried for a call, in order, and why others would not."),
    .details = PARAGRAPHS(N_("Nothing is tried, and no turn is moved.")),
    .args =
        (const struct arg[]){
            ARG_OPT("model", 0, AT_TEXT, N_("For a call of this model.")),
            ARG_OPT("token", 0, AT_TOKEN, N_("For a call with this client token, by name or id.")),
            ARG_OPT("limit", 'n', AT_INT, N_("Show no more than N keys of each. Default: 20.")),
            ARG_END},
    .examples =
        EXAMPLES({"poolctl explain", N_("Whose turn is it?")},
                 {"poolctl explain --model gpt-oss:120b --watch", N_("For a model, as it goes on")},
                 {"poolctl explain -o json | jq -r '.out[] | [.id, .why, .until] | @tsv'",
                  N_("What keys wait for")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, N_("There is no such token.")}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_EXPLAIN,
    .run = run_explain,
};

/* ---- classify ----------------------------------------------------------------------------------
 */

/* "Name: value" lines as an object. */
static enum err_code add_headers(const struct args *a, json_t *body, struct err *e)
{
    json_t *headers = json_object();

    for (size_t i = 0; i < a->many_len; i++) {
        const char *line = a->many[i];
        size_t len = strcspn(line, ":");
        char *name = mem_strndup(line, len);
        int set = json_object_set_new(headers, name,
                                      json_string(line + len + 1 + strspn(line + len + 1, " \t")));

        free(name);
        if (set != 0) {
            json_decref(headers);
            return err_param(e, ERR_USAGE, "header", _("--header is to be text in UTF-8"));
        }
    }
    json_object_set_new(body, "headers", headers);
    return ERR_OK;
}

/* What stands on standard input, if that is no terminal. */
static enum err_code add_body(struct ctl *c, json_t *body, struct err *e)
{
    struct buf text;
    char part[4096];
    size_t n;
    enum err_code code = ERR_OK;

    if (c->term.in_tty)
        return ERR_OK;
    buf_init(&text, CLASSIFY_BYTES);
    while ((n = fread(part, 1, sizeof(part), stdin)) > 0 && buf_add(&text, part, n)) {
        /* until its end */
    }
    if (text.overflowed)
        code =
            err_set(e, ERR_TOO_LARGE,
                    _("the answer is longer than the %d bytes that are looked at"), CLASSIFY_BYTES);
    else if (text.len > 0 &&
             json_object_set_new(body, "body", json_stringn(text.data, text.len)) != 0)
        code = err_set(e, ERR_USAGE, _("standard input is to be text in UTF-8"));
    buf_done(&text);
    return code;
}

static enum err_code run_classify(struct ctl *c, struct err *e)
{
    json_t *body = json_pack("{s:I}", "status", (json_int_t)args_num(&c->args, "status", 0));
    const struct api_request request = {.route = API_CLASSIFY, .json = body};
    json_t *answer = NULL;
    enum err_code code = add_headers(&c->args, body, e);

    if (code == ERR_OK)
        code = add_body(c, body, e);
    if (code == ERR_OK)
        code = ctl_call(c, &request, &answer, e);
    if (code == ERR_OK)
        out_one(c, RES_VERDICT, answer);
    json_decref(body);
    json_decref(answer);
    return code;
}

const struct command cmd_classify = {
    .name = "classify",
    .text = N_("Tell what the gateway would make of an answer of the upstream."),
    .details = PARAGRAPHS(N_("The answer's body is read from standard input, where that is no "
                             "terminal. Nothing is sent to the upstream, and no key is touched.")),
    .args =
        (const struct arg[]){{.kind = ARG_OPT_KIND,
                              .name = "status",
                              .type = AT_INT,
                              .flags = ARG_REQUIRED,
                              .text = N_("Its HTTP status.")},
                             ARG_OPT_MANY("header", 'H', AT_HEADER,
                                          N_("One of its headers; may be given several times.")),
                             ARG_END},
    .examples =
        EXAMPLES({"poolctl classify --status 429 --header 'Retry-After: 60'",
                  N_("A limit, with headers only")},
                 {"echo '{\"error\":\"weekly usage limit\"}' | poolctl classify --status 429",
                  N_("With a body")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, NULL}),
    .resource = RES_VERDICT,
    .run = run_classify,
};
