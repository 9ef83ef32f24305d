/* The table of upstream services, from providers.def. */
#include <string.h>

#include "gateway.h"

const struct provider_info providers[PROVIDER_COUNT] = {
#define PROVIDER(ID, name_, prefix_, table, base_url, off, probe_model, method, path, models,      \
                 inject)                                                                           \
    [PROVIDER_##ID] = {.name = name_,                                                              \
                       .prefix = prefix_,                                                          \
                       .probe_method = method,                                                     \
                       .probe_path = path,                                                         \
                       .models_path = models,                                                      \
                       .inject_usage = inject,                                                     \
                       .prefix_len = sizeof(prefix_) - 1,                                          \
                       .base_url_at = offsetof(struct conf, base_url),                             \
                       .off_at = offsetof(struct conf, off),                                       \
                       .probe_model_at = offsetof(struct conf, probe_model)},
#include "api/providers.def"
#undef PROVIDER
};

const char *provider_base_url(const struct conf *c, int provider)
{
    return *(char *const *)((const char *)c + providers[provider].base_url_at);
}

const char *provider_probe_model(const struct conf *c, int provider)
{
    return *(char *const *)((const char *)c + providers[provider].probe_model_at);
}

bool provider_off(const struct conf *c, int provider)
{
    return *(const bool *)((const char *)c + providers[provider].off_at);
}

int provider_by_name(const char *name)
{
    for (int i = 0; i < PROVIDER_COUNT; i++)
        if (strcmp(providers[i].name, name) == 0)
            return i;
    return -1;
}
