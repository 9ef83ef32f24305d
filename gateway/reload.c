/* The settings in force, and reading them again while the gateway runs. */
#include "reload.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "mail/mail.h"

struct reloads {
    pthread_mutex_t lock; /* one reload at a time */
    int argc;
    char *const *argv;
    struct conf **confs;
    size_t len, room;
};

static void keep(struct reloads *r, struct conf *conf)
{
    if (r->len == r->room) {
        r->room = r->room ? r->room * 2 : 8;
        r->confs = mem_resize(r->confs, r->room, sizeof(struct conf *));
    }
    r->confs[r->len++] = conf;
}

struct reloads *reloads_new(struct gateway *gw, int argc, char *const argv[], struct conf *first)
{
    struct reloads *r = mem_zalloc(sizeof(*r));

    pthread_mutex_init(&r->lock, NULL);
    r->argc = argc;
    r->argv = argv;
    keep(r, first);
    atomic_init(&gw->conf, first);
    return r;
}

void reloads_free(struct reloads *r)
{
    for (size_t i = 0; i < r->len; i++)
        conf_free(r->confs[i]);
    free(r->confs);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

enum err_code reload_settings(struct gateway *gw, struct buf *kept, struct err *e)
{
    struct reloads *r = gw->reloads;
    struct conf *next;
    enum err_code rc;

    pthread_mutex_lock(&r->lock);
    rc = conf_reload(r->argc, r->argv, gateway_conf(gw), &next, kept, e);
    if (rc == ERR_OK) {
        keep(r, next);
        log_configure(next->log_level, next->log_format);
        atomic_store_explicit(&gw->conf, next, memory_order_release);
        mailer_settings_changed(gw->mailer);
        LOG(INFO, "reloaded", F_STR("need_restart", kept->len ? kept->data : NULL));
    } else {
        LOG(ERROR, "reload_failed", F_STR("error", e->text),
            F_STR("in_force", "the settings before"));
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}
