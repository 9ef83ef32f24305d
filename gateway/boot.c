/* Starting up: the folder, the secrets, the store, and what it holds, into memory. */
#include "boot.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/public_stats.h"
#include "archive/archive.h"
#include "archive/master.h"
#include "auth/admins.h"
#include "auth/users.h"
#include "base/clock.h"
#include "crypto/secret.h"
#include "events/events.h"
#include "identity.h"
#include "jobs/jobs.h"
#include "limit/limit.h"
#include "proxy/cache.h"
#include "proxy/models.h"
#include "stats/flusher.h"
#include "stats/zone.h"
#include "store/redis.h"
#include "user/user.h"

#include "sync/sync.h"

enum { AWAY_AGAIN_MS = 500, AWAY_LOG_MS = 10000 };

enum err_code boot_make_state_dir(const char *dir, struct err *e)
{
    char *path = mem_strdup(dir);
    enum err_code rc = ERR_OK;

    for (char *p = path + 1; rc == ERR_OK; p++) {
        char was = *p;

        if (was != '/' && was != '\0')
            continue;
        *p = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            rc = err_set(
                e, ERR_IO,
                "STATE_DIR %s cannot be made: %s. Set it to a folder that this user may make.",
                path, strerror(errno));
        *p = was;
        if (was == '\0')
            break;
    }
    free(path);
    return rc;
}

struct load {
    struct gateway *gw;
    int provider;
    int64_t now_ms;
    size_t unreadable;
};

static bool load_key(void *arg, const struct store_key *row)
{
    struct load *l = arg;

    l->unreadable += !sync_add_key(l->gw, l->provider, row, l->now_ms);
    return true;
}

static bool load_token(void *arg, const struct store_token *row)
{
    struct load *l = arg;

    tokens_add(l->gw->tokens, l->provider, row);
    return true;
}

struct provider_load {
    struct gateway *gw;
    enum err_code rc;
    size_t len;
    struct {
        int provider;
        char name[PROVIDER_NAME_MAX + 1];
    } added[PROVIDERS_MAX];
};

static bool load_provider_row(void *arg, const struct store_provider *row)
{
    struct provider_load *l = arg;
    int provider = row->base_url[0] == '\0' ? provider_by_name(row->name) : provider_place();

    if (provider < 0 || l->len == PROVIDERS_MAX) /* one that this program no longer knows */
        return true;
    provider_publish(provider, row);
    l->added[l->len].provider = provider;
    snprintf(l->added[l->len++].name, sizeof(l->added[0].name), "%s", row->name);
    return true;
}

static enum err_code load_providers(struct gateway *gw, store_provider_fn *fn, struct err *e)
{
    struct provider_load l = {.gw = gw};
    const struct store *s = &gw->store;
    enum err_code rc = s->ops->providers_load(s->db, fn, &l, e);

    for (size_t i = 0; rc == ERR_OK && i < l.len; i++)
        if (l.added[i].provider >= PROVIDER_BUILTINS)
            rc = s->ops->provider_open(s->db, l.added[i].provider, l.added[i].name, e);
    return rc;
}

static bool load_admin(void *arg, const struct store_admin *row)
{
    admins_add(((struct gateway *)arg)->admins, row);
    return true;
}

static enum err_code load_provider(struct gateway *gw, int provider, struct err *e)
{
    struct load l = {.gw = gw, .provider = provider, .now_ms = clock_wall_ms()};
    const struct store *s = &gw->store;
    enum err_code rc = s->ops->keys_load(s->db, provider, load_key, &l, e);

    if (rc == ERR_OK)
        rc = s->ops->tokens_load(s->db, provider, load_token, &l, e);
    if (rc == ERR_OK && l.unreadable > 0)
        return err_set(e, ERR_SEAL, "%zu keys of %s in the store are damaged: they do not open.",
                       l.unreadable, provider_at(provider)->name);
    return rc;
}

static enum err_code boot_secrets(struct gateway *gw, const char *state_dir, struct boot_news *news,
                                  struct err *e)
{
    char *token = NULL;
    struct digest digest;
    enum err_code rc = master_open(gw, state_dir, &news->master_key_made, e);

    if (rc == ERR_OK)
        rc = secret_admin_token(gateway_conf(gw)->admin_token, state_dir, &token,
                                &news->admin_token_made, e);
    if (rc == ERR_OK) {
        digest_of(token, strlen(token), &digest);
        gw->admins = admins_new(&digest);
        explicit_bzero(token, strlen(token));
    }
    free(token);
    return rc;
}

/* Opens it, and waits for one that is away. */
static enum err_code open_store(struct gateway *gw, const char *state_dir, int signal_fd,
                                struct boot_news *news, struct err *e)
{
    struct pollfd p = {.fd = signal_fd, .events = POLLIN};
    uint64_t began = clock_mono_ms(), say_at = began;
    struct signalfd_siginfo info;
    enum err_code rc;

    for (;;) {
        rc = store_open(&gw->store, gateway_conf(gw)->database_url, state_dir, e);
        if (rc != ERR_OK && gw->store.away && clock_mono_ms() >= say_at) {
            LOG(WARN, "store_awaited", F_INT("waited_ms", clock_mono_ms() - began),
                F_STR("error", e->text));
            say_at = clock_mono_ms() + AWAY_LOG_MS;
        }
        if (rc != ERR_OK && gw->store.away && poll(&p, 1, AWAY_AGAIN_MS) <= 0)
            continue;
        if (rc == ERR_OK || !gw->store.away)
            break;
        if (read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info) &&
            info.ssi_signo != SIGHUP) {
            news->stopped = true;
            break;
        }
    }
    if (rc == ERR_OK && say_at != began)
        LOG(WARN, "store_up", F_INT("down_ms", clock_mono_ms() - began));
    return rc;
}

enum err_code boot(struct gateway *gw, const char *state_dir, int signal_fd, struct boot_news *news,
                   struct err *e)
{
    enum err_code rc = boot_make_state_dir(state_dir, e);

    gw->started_at = clock_wall_ms();
    zone_use(gateway_conf(gw)->stats_timezone);
    gw->tokens = tokens_new();
    gw->users = users_new();
    gw->limiter = limiter_new();
    gw->models = models_cache_new();
    gw->responses = response_cache_new();
    gw->public_stats = public_cache_new();
    gw->jobs = jobs_new(gw);
    gw->events = events_new();
    gw->archive = archive_new(gw);
    for (int p = 0; p < PROVIDERS_MAX; p++)
        gw->pools[p] = pool_new();
    if (rc == ERR_OK)
        rc = boot_secrets(gw, state_dir, news, e);
    if (rc == ERR_OK)
        rc = open_store(gw, state_dir, signal_fd, news, e);
    if (rc == ERR_OK)
        rc = identity_open(gw, state_dir, e);
    if (rc == ERR_OK)
        rc = sync_new(gw, &gw->sync, e);
    if (rc == ERR_OK) /* seen by who would change the master key: he waits, or it is known here */
        rc = master_check(gw, e);
    if (rc == ERR_OK)
        rc = gw->store.ops->admins_load(gw->store.db, load_admin, gw, e);
    if (rc == ERR_OK)
        rc = load_providers(gw, load_provider_row, e);
    for (int p = provider_next(0); rc == ERR_OK && p >= 0; p = provider_next(p + 1))
        rc = load_provider(gw, p, e);
    if (rc == ERR_OK)
        rc = user_system_load(gw, e);
    if (rc == ERR_OK)
        rc = flusher_new(gw, &gw->flusher, e);
    if (rc == ERR_OK)
        rc = jobs_load(gw->jobs, &gw->store, e);
    if (rc == ERR_OK)
        rc = redis_start(gateway_conf(gw), &gw->redis, e);
    return rc;
}

void boot_undo(struct gateway *gw)
{
    redis_free(gw->redis);
    sync_free(gw->sync);
    if (gw->flusher != NULL)
        flusher_free(gw->flusher);
    for (int p = 0; p < PROVIDERS_MAX; p++)
        pool_free(gw->pools[p]);
    tokens_free(gw->tokens);
    users_free(gw->users);
    if (gw->user_system != NULL)
        user_system_free(gw->user_system);
    if (gw->admins != NULL)
        admins_free(gw->admins);
    limiter_free(gw->limiter);
    models_cache_free(gw->models);
    response_cache_free(gw->responses);
    public_cache_free(gw->public_stats);
    jobs_free(gw->jobs);
    archive_free(gw->archive);
    events_free(gw->events);
    sealer_free(gw->sealer);
    master_free(gw->master);
    if (gw->store.ops != NULL)
        store_close(&gw->store);
    identity_close(gw);
    providers_reset();
}
