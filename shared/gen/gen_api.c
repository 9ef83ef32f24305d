/* Documents about the HTTP API: the pages docs/routes.md and docs/errors.md. */
#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "gen/gen.h"

enum who { PUBLIC, CLIENT, USER, READ, OPERATE, OWN };
enum body {
#define BODY(KIND, bytes, words) KIND,
#include "api/bodies.def"
#undef BODY
};

static const char *const body_texts[] = {
#define BODY(KIND, bytes, words) [KIND] = words,
#include "api/bodies.def"
#undef BODY
};

static const struct provider {
    const char *id, *name, *prefix, *base_url, *off, *probe_model;
} providers[] = {
#define PROVIDER(ID, name, prefix, table, base_url, off, probe_model, ...)                         \
    {#ID, name, prefix, #base_url, #off, #probe_model},
#include "api/providers.def"
#undef PROVIDER
};

static const struct route {
    enum who who;
    enum body body;
    const char *method, *path, *providers, *text;
} routes[] = {
#define ROUTE(ID, method, path, who, body, handler, text) {who, body, #method, path, "ALL", text},
#define PROXY(ID, method, path, providers, dialect, text)                                          \
    {CLIENT, CALL, #method, path, #providers, text},
#include "api/routes.def"
#undef ROUTE
#undef PROXY
};

static const struct {
    enum who who;
    const char *name, *text;
} roles[] = {
#define ROLE(NAME, who, name, text) {who, name, text},
#include "api/roles.def"
#undef ROLE
};

static const struct {
    const char *name, *text;
} tallies[] = {
#define TALLY(member, column, text) {#column, text},
#include "stats/tally.def"
#undef TALLY
};

/* The name of a setting from its member of struct conf. */
static void put_setting(FILE *to, const char *member)
{
    fputs(" `", to);
    for (; *member != '\0'; member++)
        fputc(toupper((unsigned char)*member), to);
    fputs("` |", to);
}

static void put_providers(FILE *to)
{
    fputs("| Provider | Prefix | Upstream | Switched off by | Model of probes |\n"
          "|---|---|---|---|---|\n",
          to);
    for (size_t i = 0; i < ARRAY_LEN(providers); i++) {
        const struct provider *p = &providers[i];

        fprintf(to, *p->prefix ? "| %s | `%s` |" : "| %s | none%s |", p->name, p->prefix);
        put_setting(to, p->base_url);
        put_setting(to, p->off);
        put_setting(to, p->probe_model);
        fputc('\n', to);
    }
}

/* "all", or the name of the provider with this ID. */
static const char *providers_text(const char *id)
{
    for (size_t i = 0; i < ARRAY_LEN(providers); i++)
        if (strcmp(providers[i].id, id) == 0)
            return providers[i].name;
    return "all";
}

static const char *role_text(enum who who)
{
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        if (roles[i].who == who)
            return roles[i].name;
    return "";
}

/* Those for callers from `from` to `upto`. */
static void put_routes(FILE *to, enum who from, enum who upto)
{
    const char *column = from == CLIENT ? " Providers |" : from == READ ? " Role |" : "";

    fprintf(to, "| Method | Path | Largest body |%s What it does |\n|---|---|---|%s---|\n", column,
            *column ? "---|" : "");
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        const struct route *r = &routes[i];

        if (r->who < from || r->who > upto)
            continue;
        fprintf(to, "| %s | `%s` | %s | ", r->method, r->path, body_texts[r->body]);
        if (from == CLIENT)
            fprintf(to, "%s | ", providers_text(r->providers));
        if (from == READ)
            fprintf(to, "%s | ", role_text(r->who));
        gen_cell(to, r->text);
        fputs(" |\n", to);
    }
}

static void put_counters(FILE *to)
{
    fputs("\n## Counters\n"
          "\n"
          "Kept for each key, token, model and provider.\n"
          "\n"
          "| Name | What it counts |\n"
          "|---|---|\n",
          to);
    for (size_t i = 0; i < ARRAY_LEN(tallies); i++) {
        fprintf(to, "| `%s` | ", tallies[i].name);
        gen_cell(to, tallies[i].text);
        fputs(" |\n", to);
    }
}

static void put_metrics(FILE *to)
{
    static const struct {
        const char *name, *type, *labels, *text;
    } metrics[] = {
#define METRIC(name, TYPE, labels, source, text) {#name, #TYPE, labels, text},
#include "stats/metrics.def"
#undef METRIC
    };

    fputs(
        "\n## Metrics\n"
        "\n"
        "What `GET /metrics` tells Prometheus, which may have a token of its own for it:\n"
        "`poolctl admin create prometheus --role reader`. Counters and histograms begin with the\n"
        "process; on several gateways ask each.\n"
        "\n"
        "| Name | Type | Labels | What it tells |\n"
        "|---|---|---|---|\n",
        to);
    for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
        fprintf(to, "| `%s` | ", metrics[i].name);
        for (const char *p = metrics[i].type; *p != '\0'; p++)
            fputc(tolower((unsigned char)*p), to);
        fprintf(to, " | %s | ", *metrics[i].labels ? metrics[i].labels : "none");
        gen_cell(to, metrics[i].text);
        fputs(" |\n", to);
    }
}

void gen_routes(FILE *to)
{
    fputs(
        "# Routes of pool-gateway\n"
        "\n"
        "In a path `{id}` is one segment, and `{rest}` all that is left. Whatever answers GET\n"
        "answers HEAD as well. A path that is not listed gets 404; a listed path with another\n"
        "method gets 405 and an `Allow` header; a body above its limit gets 413. Errors look the\n"
        "same everywhere: see [errors.md](errors.md). Every answer has an `X-Request-Id`. What\n"
        "requests and answers look like stands in [openapi.json](openapi.json).\n"
        "\n"
        "## Providers\n"
        "\n"
        "Each provider has its own keys, tokens and statistics. Further ones are added at\n"
        "`/admin/providers`, and have their name as prefix.\n"
        "\n",
        to);
    put_providers(to);
    fputs("\n## For clients\n"
          "\n"
          "With `Authorization: Bearer TOKEN`, a client token of the provider. The provider's "
          "prefix\n"
          "goes in front of the path.\n"
          "\n",
          to);
    put_routes(to, CLIENT, CLIENT);
    fputs(
        "\n## For users\n"
        "\n"
        "With `Authorization: Bearer TOKEN`, the token of a session. How to get one stands below.\n"
        "\n",
        to);
    put_routes(to, USER, USER);
    fputs("\n## For everyone\n\n", to);
    put_routes(to, PUBLIC, PUBLIC);
    fprintf(
        to,
        "\n## For the operator\n"
        "\n"
        "With `Authorization: Bearer TOKEN`: `ADMIN_TOKEN`, which is an owner's, or one that was\n"
        "made at `/admin/admins`. `?provider=NAME` says whose keys and tokens are meant; without\n"
        "it they are those of %s. What changes something is written to the audit log.\n"
        "\n"
        "| Role | What it may do |\n"
        "|---|---|\n",
        providers[0].name);
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        fprintf(to, "| %s | ", roles[i].name);
        gen_cell(to, roles[i].text);
        fputs(" |\n", to);
    }
    fputs("\n", to);
    put_routes(to, READ, OWN);
    put_counters(to);
    put_metrics(to);
}

/* What the exit statuses of errors.def stand for. */
static const char *const exit_texts[] = {
    "Done.",
    "Failure.",
    "Wrong usage.",
    "Not found.",
    "Not allowed.",
    "Conflict.",
    "Unreachable, or no answer in time.",
    "Partly done.",
};

void gen_errors(FILE *to)
{
    fputs(
        "# Errors\n"
        "\n"
        "An error of the gateway has the form that clients of OpenAI know. `code` is from the\n"
        "table below and does not change; `message` is for people, and often more precise than\n"
        "the sentence given here; `param` names the field or header at fault, or is null.\n"
        "\n"
        "```json\n"
        "{\"error\": {\"message\": \"…\", \"type\": \"…\", \"param\": null, \"code\": \"…\"}}\n"
        "```\n"
        "\n"
        "When an answer that has begun as a stream breaks off, the same object comes as the last\n"
        "event. An error of the upstream's own that is meant for the client is passed on as it\n"
        "came. `poolctl` prints the message on standard error and ends with the exit status.\n"
        "\n"
        "| Code | HTTP status | Type | Exit status | Sentence |\n"
        "|---|---|---|---|---|\n",
        to);
    for (int i = 1; i < ERR_COUNT; i++) {
        const struct err_info *e = err_info((enum err_code)i);

        fprintf(to, "| `%s` | %d | `%s` | %d | ", e->json_code, e->http_status, e->type,
                e->exit_status);
        gen_cell(to, e->text);
        fputs(" |\n", to);
    }
    fputs("\n| Exit status | Meaning |\n|---|---|\n", to);
    for (size_t i = 0; i < ARRAY_LEN(exit_texts); i++) {
        fprintf(to, "| %zu | ", i);
        gen_cell(to, exit_texts[i]);
        fputs(" |\n", to);
    }
}
