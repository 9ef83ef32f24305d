/* What commands that run one after the other in one program have in common. */
#include "session.h"

#include <stdlib.h>
#include <string.h>

/* These two name the gateway: a line that has one of them is not to get the other. */
static bool names_gateway(const char *option)
{
    return strcmp(option, "context") == 0 || strcmp(option, "url") == 0;
}

void session_apply(const struct session *s, struct args *a)
{
    bool named = args_has(a, "context") || args_has(a, "url");

    for (size_t i = 0; s != NULL && i < s->base.values_len; i++) {
        const struct arg_value *v = &s->base.values[i];

        if (!args_has(a, v->arg->name) && !(named && names_gateway(v->arg->name)))
            args_keep(a, v->arg, v->text, v->num);
    }
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void drop_client(struct session *s)
{
    if (s->api_is.token != NULL)
        explicit_bzero(s->api_is.token, strlen(s->api_is.token));
    free(s->api_is.token);
    free(s->api_is.url);
    free(s->api_is.provider);
    api_client_free(s->api);
    s->api = NULL;
    s->api_is.token = s->api_is.url = s->api_is.provider = NULL;
}

enum err_code session_client(struct session *s, const struct api_client_conf *conf,
                             struct api_client **out, struct err *e)
{
    enum err_code code;

    if (s == NULL)
        return api_client_new(conf, out, e);
    if (s->api == NULL || !same(s->api_is.url, conf->url) || !same(s->api_is.token, conf->token) ||
        !same(s->api_is.provider, conf->provider)) {
        drop_client(s);
        if ((code = api_client_new(conf, &s->api, e)) != ERR_OK)
            return code;
        s->api_is.url = mem_strdup(conf->url);
        s->api_is.token = conf->token ? mem_strdup(conf->token) : NULL;
        s->api_is.provider = mem_strdup(conf->provider);
    }
    *out = s->api;
    return ERR_OK;
}

void session_done(struct session *s)
{
    drop_client(s);
    args_done(&s->base);
}
