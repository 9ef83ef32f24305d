/* key check: a job that asks the upstream about many keys. */
#include <string.h>

#include "job_follow.h"
#include "key_change.h"

static json_int_t number(const json_t *answer, const char *name)
{
    return json_integer_value(json_object_get(answer, name));
}

static enum err_code post(struct ctl *c, json_t *body, json_t **answer, struct err *e)
{
    const struct api_request request = {.route = API_KEYS_CHECK, .json = body};

    return ctl_call(c, &request, answer, e);
}

static void print_matched(struct ctl *c, const json_t *answer)
{
    json_int_t matched = number(answer, "matched");

    if (!out_is_table(c->format) || c->columns != NULL) {
        json_t *row = json_pack("{s:n,s:s,s:I}", "id", "state", "would begin", "total", matched);

        out_one(c, RES_JOB, row);
        json_decref(row);
        return;
    }
    if (c->quiet)
        return;
    printf(
        P_("%lld key would be checked\n", "%lld keys would be checked\n", (unsigned long)matched),
        (long long)matched);
    if (json_object_get(answer, "sample") != NULL) /* totals alone have none */
        key_change_sample(c, &which_keys, answer);
}

/* Without a word about which, the gateway takes all but those that have expired, and a dry run of
 * that is not for it. */
static enum err_code count_all(struct ctl *c, struct err *e)
{
    const struct api_request request = {.route = API_STATS};
    json_t *stats;
    enum err_code code = ctl_call(c, &request, &stats, e);

    if (code != ERR_OK)
        return code;
    json_object_set_new(
        stats, "matched",
        json_integer(number(stats, "total_api_keys") - number(stats, "expired_keys")));
    print_matched(c, stats);
    json_decref(stats);
    return ERR_OK;
}

/* Ids that are not in the pool are told of; the others are checked all the same. */
static enum err_code drop_missing(struct ctl *c, struct ids *ids, size_t *left, struct err *e)
{
    json_t *body = json_object();
    enum err_code code = key_change_find(c, &which_keys, API_KEYS_CHECK, body, ids, e);

    json_decref(body);
    *left = 0;
    for (size_t i = 0; code == ERR_OK && i < ids->len; i++) {
        *left += !ids->missing[i];
        if (ids->missing[i] && ids->len > 1)
            ctl_say(c, _("%s: no such key"), ids->list[i]);
    }
    if (code == ERR_OK && *left == 0)
        return err_set(e, ERR_KEY_NOT_FOUND,
                       ids->len == 1 ? _("%s: No such key.") : _("No such keys."), ids->list[0]);
    return code;
}

/* What is asked for, as the body of the call; owned. NULL: nothing is said about which. */
static enum err_code make_body(struct ctl *c, struct which *w, json_t **body, struct err *e)
{
    size_t left;
    enum err_code code;

    *body = NULL;
    if (w->filter != NULL) {
        *body = json_object();
        which_add_filter(w, *body);
    } else if (w->ids.len > 0) {
        json_t *none;

        if ((code = drop_missing(c, &w->ids, &left, e)) != ERR_OK)
            return code;
        none = json_object();
        *body = key_change_body(&which_keys, none, &w->ids);
        json_decref(none);
    }
    return ERR_OK;
}

static enum err_code run_body(struct ctl *c, json_t *body, struct err *e)
{
    json_t *answer;
    enum err_code code;

    if (c->dry_run && body == NULL)
        return count_all(c, e);
    if (c->dry_run)
        json_object_set_new(body, "dry_run", json_true());
    if ((code = post(c, body, &answer, e)) != ERR_OK)
        return code;
    if (!c->dry_run)
        return job_begun(c, answer, NULL, e);
    print_matched(c, answer);
    json_decref(answer);
    return ERR_OK;
}

static enum err_code run_check(struct ctl *c, struct err *e)
{
    struct which w;
    json_t *body = NULL;
    enum err_code code;

    if ((code = job_check_wait(&c->args, e)) != ERR_OK)
        return code;
    if ((code = which_read(c, &which_keys, "", true, &w, e)) == ERR_OK &&
        (code = make_body(c, &w, &body, e)) == ERR_OK)
        code = run_body(c, body, e);
    json_decref(body);
    which_done(&w);
    return code;
}

const struct command cmd_key_check = {
    .name = "key check",
    .text = N_("Ask the upstream about many keys, as a job; without further words about all."),
    .details = PARAGRAPHS(
        N_("Good keys are put back into rotation, refused ones are taken out; an answer that does "
           "not tell changes nothing. Keys that have expired are left out unless they are asked "
           "for. The command shows how far the job has come; Ctrl-C leaves it running.")),
    .args = (const struct arg[]){WHICH_ARGS(""), JOB_WAIT_ARGS, ARG_END},
    .examples = EXAMPLES({"poolctl key check", N_("All keys")},
                         {"poolctl key check --status disabled", N_("See which can come back")},
                         {"poolctl key check --tag spring --no-wait -o name", N_("Only begin it")}),
    .exits =
        EXITS({0, N_("All are good, or there was nothing to check.")},
              {1, N_("None is known to be good, or the job was cut short.")}, {2, NULL},
              {3, N_("There are no such keys.")}, {4, NULL}, {6, NULL},
              {7, N_("Some are not known to be good.")}, {130, N_("Ctrl-C; the job goes on.")}),
    .flags = CMD_CHANGE,
    .resource = RES_JOB,
    .run = run_check,
};
