/* server doctor: looks at everything that is known to go wrong, and says what to do about it. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl.h"
#include "doctor.h"
#include "view/cell.h"

/* What only the gateway can know. false: it does not tell; it is an older one. */
static bool add_own_checks(struct ctl *c, struct doctor *d)
{
    const struct api_request request = {.route = API_DOCTOR};
    struct err ignored;
    json_t *answer;

    if (ctl_call(c, &request, &answer, &ignored) != ERR_OK)
        return false;
    doctor_add_all(d, answer);
    json_decref(answer);
    return true;
}

/* Names are looked up here only where here is where the gateway does so, too; and those of
 * providers that nobody uses are of no interest. */
static void check_names(struct doctor *d, const json_t *status)
{
    const json_t *providers = json_object_get(status, "providers");

    for (size_t i = 0; i < json_array_size(providers); i++) {
        const json_t *provider = json_array_get(providers, i);
        const char *name = json_string_value(json_object_get(provider, "name"));
        const char *url = json_string_value(json_object_get(provider, "base_url"));

        if (name != NULL && url != NULL && json_is_true(json_object_get(provider, "enabled")) &&
            cell_number(cell_get(provider, "keys.total")) > 0)
            doctor_check_dns(d, name, url);
    }
}

/* The totals come with the time at which they were written. */
static enum err_code check_clock(struct ctl *c, struct doctor *d, struct err *e)
{
    const struct api_request request = {.route = API_STATS};
    int64_t before_ms = clock_wall_ms(), theirs_ms;
    json_t *stats;
    enum err_code code = ctl_call(c, &request, &stats, e);
    const char *time = json_string_value(json_object_get(stats, "timestamp"));

    if (code == ERR_OK && time != NULL && clock_parse_iso(time, &theirs_ms))
        doctor_check_clock(d, before_ms, theirs_ms, clock_wall_ms());
    json_decref(stats);
    return code;
}

static enum err_code look(struct ctl *c, struct doctor *d, struct err *e)
{
    const struct api_request request = {.route = API_STATUS};
    json_t *status;
    const char *version;
    enum err_code code;

    if ((code = ctl_call(c, &request, &status, e)) != ERR_OK) {
        doctor_add(d, N_("gateway"), DOCTOR_FAIL, c->hint.len > 0 ? c->hint.data : NULL, "%s",
                   e->text);
        return code;
    }
    doctor_add(d, N_("gateway"), DOCTOR_OK, NULL, _("answers at %s"), api_client_url(c->api));
    version = json_string_value(json_object_get(status, "version"));
    doctor_check_version(d, version ? version : "", POOL_VERSION);
    code = check_clock(c, d, e);
    doctor_check_status(d, status);
    if (!add_own_checks(c, d) && ctl_is_local(c))
        check_names(d, status);
    if (c->connect.token_from != NULL)
        doctor_check_secret(d, c->connect.token_from);
    json_decref(status);
    return code;
}

static size_t count_of(const struct doctor *d, const char *result)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(d->rows); i++) {
        const char *own = json_string_value(json_object_get(json_array_get(d->rows, i), "result"));

        count += own != NULL && strcmp(own, result) == 0;
    }
    return count;
}

static enum err_code run_doctor(struct ctl *c, struct err *e)
{
    struct doctor d = {.rows = json_array()};
    enum err_code code = look(c, &d, e);

    out_list(c, RES_DOCTOR, d.rows);
    if (code == ERR_OK && d.failed)
        code = err_set(e, ERR_INTERNAL, _("%zu of %zu checks failed"), count_of(&d, "fail"),
                       json_array_size(d.rows));
    json_decref(d.rows);
    return code;
}

const struct command cmd_server_doctor = {
    .name = "server doctor",
    .text = N_("Look for what may be wrong with the gateway, and say what to do."),
    .details = PARAGRAPHS(
        N_("It looks at the clock, the versions, the store, connections, keys and tokens of each "
           "provider, its address, the files with secrets, and at what the gateway itself finds.")),
    .args = (const struct arg[]){ARG_END},
    .examples =
        EXAMPLES({"poolctl server doctor", N_("All checks")},
                 {"poolctl server doctor --filter 'result!=ok' -o wide", N_("What to look at")}),
    .exits = EXITS({0, N_("Nothing failed; there may be warnings.")}, {1, N_("A check failed.")},
                   {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_DOCTOR,
    .run = run_doctor,
};
