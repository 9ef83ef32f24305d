/* The settings by API: shown, and read again. */
#include <string.h>

#include "admin/admin.h"
#include "conf/conf_type.h"
#include "reload.h"

enum { CONFIG_VALUE_BYTES = 64 * 1024 };

static void write_option(struct jout *out, const struct conf *conf, const struct conf_option *o)
{
    struct buf value;

    buf_init(&value, CONFIG_VALUE_BYTES);
    conf_print(conf, o, &value);
    jout_object(out, NULL);
    jout_str(out, "name", o->name);
    jout_str(out, "value", value.data ? value.data : "");
    jout_str(out, "default", o->def);
    jout_bool(out, "changed", !conf_is_default(conf, o));
    jout_bool(out, "reloadable", o->flags == CONF_RELOAD);
    jout_bool(out, "secret", conf_type(o)->secret);
    jout_str(out, "text", o->text);
    jout_object_end(out);
    buf_done(&value);
}

static enum err_code work_show(struct admin_job *j, struct store *s)
{
    const struct conf *conf = gateway_conf(j->gw);

    (void)s;
    jout_object(&j->json, NULL);
    jout_str(&j->json, "file", conf->file);
    jout_array(&j->json, "settings");
    for (size_t i = 0; i < conf_options_len; i++)
        write_option(&j->json, conf, &conf_options[i]);
    jout_array_end(&j->json);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_config(struct http_req *r)
{
    admin_run(r, work_show);
}

static void write_names(struct jout *out, const char *member, const struct buf *list)
{
    const char *names = list->len > 0 ? list->data : "";

    jout_array(out, member);
    while (*names != '\0') {
        size_t len = strcspn(names, ", ");
        char name[64];

        snprintf(name, sizeof(name), "%.*s", (int)len, names);
        jout_str(out, NULL, name);
        names += len;
        names += strspn(names, ", ");
    }
    jout_array_end(out);
}

static enum err_code reload(struct admin_job *j, struct store *s, const json_t *o)
{
    struct reload_names names;
    bool dry_run = false;

    (void)s;
    if (admin_bool(o, "dry_run", &dry_run, &j->e) != ERR_OK)
        return j->e.code;
    reload_names_init(&names);
    if (reload_settings(j->gw, dry_run, &names, &j->e) == ERR_OK) {
        j->unchanged = dry_run;
        jout_object(&j->json, NULL);
        jout_bool(&j->json, dry_run ? "dry_run" : "success", true);
        write_names(&j->json, "changed", &names.changed);
        write_names(&j->json, "need_restart", &names.kept);
        jout_object_end(&j->json);
    } else {
        j->e.code = ERR_CONFLICT; /* it is the file that is wrong, not the gateway */
    }
    reload_names_done(&names);
    return j->e.code;
}

static enum err_code work_reload(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"dry_run", NULL};

    return j->body.len > 0 ? admin_with_object(j, s, fields, reload) : reload(j, s, NULL);
}

void admin_config_reload(struct http_req *r)
{
    admin_run(r, work_reload);
}
