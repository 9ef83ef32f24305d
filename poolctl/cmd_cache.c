/* cache stats, clear: what the gateway keeps for a while. */
#include "ctl.h"

static enum err_code run_stats(struct ctl *c, struct err *e)
{
    const struct api_request request = {.route = API_CACHE_STATS, .any_provider = true};
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);

    if (code == ERR_OK)
        out_one(c, RES_CACHE, answer);
    json_decref(answer);
    return code;
}

const struct command cmd_cache_stats = {
    .name = "cache stats",
    .text = N_("Show what the gateway's caches hold, and how often they were of use."),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"poolctl cache stats", N_("All of them")},
                         {"poolctl cache stats --watch", N_("As it goes on")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_CACHE,
    .run = run_stats,
};

static enum err_code clear(struct ctl *c, const char *scope, json_int_t *cleared, struct err *e)
{
    json_t *body = json_pack("{s:s,s:b}", "scope", scope, "dry_run", c->dry_run), *answer;
    struct api_request request = {.route = API_CACHE_CLEAR, .json = body};
    enum err_code code = c->api == NULL ? ctl_connect(c, e) : ERR_OK;

    request.any_provider = !ctl_provider_said(c);
    if (code == ERR_OK)
        code = ctl_call(c, &request, &answer, e);
    json_decref(body);
    if (code != ERR_OK)
        return code;
    *cleared = json_integer_value(json_object_get(answer, "cleared"));
    json_decref(answer);
    return ERR_OK;
}

static void report(const struct ctl *c, json_int_t cleared)
{
    if (!out_is_table(c->format) || c->columns != NULL) {
        json_t *row = json_pack("{s:I}", "cleared", cleared);

        if (c->dry_run)
            json_object_set_new(row, "dry_run", json_true());
        out_one(c, RES_CACHE_CHANGE, row);
        json_decref(row);
    } else if (!c->quiet) {
        printf(c->dry_run
                   ? P_("dry run: %lld entry would be cleared\n",
                        "dry run: %lld entries would be cleared\n", (unsigned long)cleared)
                   : P_("%lld entry cleared\n", "%lld entries cleared\n", (unsigned long)cleared),
               (long long)cleared);
    }
}

static enum err_code run_clear(struct ctl *c, struct err *e)
{
    const char *scope = args_text(&c->args, "scope");
    json_int_t cleared;
    enum err_code code = clear(c, scope ? scope : "all", &cleared, e);

    if (code == ERR_OK)
        report(c, cleared);
    return code;
}

const struct command cmd_cache_clear = {
    .name = "cache clear",
    .text = N_("Clear the gateway's caches: of all providers, or with -p of one."),
    .args = (const struct arg[]){ARG_ONE_OF("scope", 0, "all|response|models|stats",
                                            N_("Only these: answers to calls, lists of models, or "
                                               "public statistics.")),
                                 ARG_END},
    .examples = EXAMPLES({"poolctl cache clear", N_("All of them")},
                         {"poolctl cache clear --scope models -p openrouter",
                          N_("Have the list of models fetched anew")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_CHANGE,
    .resource = RES_CACHE_CHANGE,
    .run = run_clear,
};
