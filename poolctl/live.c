/* Asks the gateway for the ids that it knows, for completion. */
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/clock.h"
#include "complete.h"
#include "ctl.h"
#include "term/text.h"

/* Long enough for a gateway that is near, short enough for fingers that wait. */
enum { LIVE_TIMEOUT_MS = 300, LIVE_KEPT_MS = 5000, LIVE_HINT_BYTES = 160 };
#define LIVE_MOST "200" /* the most that the gateway gives at a time */

static const struct live {
    enum arg_type type;
    enum api_route route;
    const char *list, *id, *begins, *search, *size, *hints[2];
} lives[] = {
#define LIVE(type, route, list, id, begins, search, size, hint, hint2)                             \
    {type, route, list, id, begins, search, size, {hint, hint2}},
#include "live.def"
#undef LIVE
};

/* The last answer: for fingers that press the key twice. */
static struct {
    char *of; /* owned: what was asked, and of whom */
    json_t *answer;
    uint64_t at_ms;
} kept;

static const struct live *find(enum arg_type type)
{
    for (size_t i = 0; i < ARRAY_LEN(lives); i++)
        if (lives[i].type == type)
            return &lives[i];
    return NULL;
}

bool live_is(enum arg_type type)
{
    return find(type) != NULL;
}

void live_forget(void)
{
    free(kept.of);
    json_decref(kept.answer);
    kept.of = NULL;
    kept.answer = NULL;
}

/* Whether what is typed can become such a value. */
static bool may_become(const char *begun, const char *begins)
{
    size_t len = strlen(begun), whole = strlen(begins);

    return strncmp(begun, begins, len < whole ? len : whole) == 0;
}

/* Borrowed until the next one; NULL: it did not say. */
static const json_t *ask(const struct live *l, struct ctl *said, const char *begun)
{
    const bool narrow = l->search != NULL && strlen(begun) > strlen(l->begins);
    const struct api_param params[] = {
        {l->search ? l->search : "", narrow ? begun : NULL},
        {l->size ? l->size : "", l->size ? LIVE_MOST : NULL},
        {NULL, NULL},
    };
    const struct api_request request = {
        .route = l->route, .params = params, .timeout_ms = LIVE_TIMEOUT_MS};
    char *of;
    struct err ignored;

    if (said->api == NULL && ctl_connect(said, &ignored) != ERR_OK)
        return NULL;
    of = mem_printf("%d %s %s %s", (int)l->type, api_client_url(said->api), said->provider,
                    narrow ? begun : "");
    if (kept.of == NULL || strcmp(of, kept.of) != 0 ||
        clock_mono_ms() - kept.at_ms > LIVE_KEPT_MS) {
        live_forget();
        if (api_call(said->api, &request, &kept.answer, &ignored) != ERR_OK) {
            free(of);
            return NULL;
        }
        kept.of = of;
        kept.at_ms = clock_mono_ms();
    } else {
        free(of);
    }
    return kept.answer;
}

static const char *hint_of(const struct live *l, const json_t *row, char out[LIVE_HINT_BYTES])
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(l->hints); i++) {
        const char *text = l->hints[i] && used < LIVE_HINT_BYTES
                               ? json_string_value(json_object_get(row, l->hints[i]))
                               : NULL;

        if (text != NULL && *text != '\0')
            used += (size_t)snprintf(out + used, LIVE_HINT_BYTES - used, "%s%s", used ? ", " : "",
                                     text);
    }
    return text_defuse(out);
}

static bool stands_there(const struct args *a, const char *id)
{
    for (size_t i = 0; i < a->values_len; i++)
        if (a->values[i].text != NULL && strcmp(a->values[i].text, id) == 0)
            return true;
    return false;
}

void live_offer(struct complete *c, struct ctl *said, enum arg_type type)
{
    const struct live *l = find(type);
    const json_t *answer, *list;

    if (l == NULL || !may_become(c->word + c->from, l->begins))
        return;
    session_apply(said->session, &said->args);
    ctl_read_globals(said);
    answer = ask(l, said, c->word + c->from);
    list = json_object_get(answer, l->list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        const char *id = json_string_value(json_object_get(row, l->id));
        char hint[LIVE_HINT_BYTES];

        if (id != NULL && *id != '\0' && !stands_there(&said->args, id)) {
            char *safe = text_defuse(mem_strdup(id));

            complete_offer(c, safe, hint_of(l, row, hint));
            free(safe);
        }
    }
}
