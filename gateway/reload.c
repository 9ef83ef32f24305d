/* The settings in force, and reading them again while the gateway runs. */
#include "reload.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "conf/conf_type.h"
#include "mail/mail.h"

enum { NAMES_BYTES = 64 * 1024 };

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

void reload_names_init(struct reload_names *n)
{
    buf_init(&n->changed, NAMES_BYTES);
    buf_init(&n->kept, NAMES_BYTES);
}

void reload_names_done(struct reload_names *n)
{
    buf_done(&n->changed);
    buf_done(&n->kept);
}

static void note_changed(const struct conf *was, const struct conf *is, struct buf *changed)
{
    for (size_t i = 0; i < conf_options_len; i++)
        if (!conf_type_equal(&conf_options[i], was, is))
            buf_addf(changed, "%s%s", changed->len ? "," : "", conf_options[i].name);
}

static void put_in_force(struct gateway *gw, struct conf *next, const struct reload_names *names)
{
    keep(gw->reloads, next);
    log_configure(next->log_level, next->log_format);
    atomic_store_explicit(&gw->conf, next, memory_order_release);
    mailer_settings_changed(gw->mailer);
    LOG(INFO, "reloaded", F_STR("need_restart", names->kept.len ? names->kept.data : NULL));
}

enum err_code reload_settings(struct gateway *gw, bool dry_run, struct reload_names *names,
                              struct err *e)
{
    struct reloads *r = gw->reloads;
    struct conf *next;
    enum err_code rc;

    pthread_mutex_lock(&r->lock);
    rc = conf_reload(r->argc, r->argv, gateway_conf(gw), &next, &names->kept, e);
    if (rc == ERR_OK)
        note_changed(gateway_conf(gw), next, &names->changed);
    if (rc == ERR_OK && dry_run)
        conf_free(next);
    else if (rc == ERR_OK)
        put_in_force(gw, next, names);
    else if (!dry_run)
        LOG(ERROR, "reload_failed", F_STR("error", e->text),
            F_STR("in_force", "the settings before"));
    pthread_mutex_unlock(&r->lock);
    return rc;
}
