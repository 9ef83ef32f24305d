/* key add: one key into the pool, by no way that leads over the command line. */
#include <stdlib.h>
#include <string.h>

#include "api/keylines.h"
#include "ask.h"
#include "ctl.h"
#include "input.h"
#include "term/prompt.h"

enum { ADD_BYTES = 64 << 10 };

static enum err_code read_file(const char *path, struct buf *text, struct err *e)
{
    struct input in;
    enum err_code code;
    char part[4096];
    size_t n;

    if ((code = input_open(path, &in, e)) != ERR_OK)
        return code;
    while ((n = fread(part, 1, sizeof(part), in.file)) > 0 && buf_add(text, part, n)) {
        /* until its end */
    }
    if (ferror(in.file))
        code = err_set(e, ERR_IO, _("cannot read %s"), in.name);
    else if (text->overflowed)
        code = err_set(e, ERR_USAGE, _("%s is too long for one key; for many: poolctl key import"),
                       in.name);
    explicit_bzero(part, sizeof(part));
    input_close(&in);
    return code;
}

static enum err_code read_key_text(struct ctl *c, struct buf *text, struct err *e)
{
    const char *file = args_text(&c->args, "file");

    if (file != NULL && args_has(&c->args, "from"))
        return err_set(e, ERR_USAGE, _("--file and - do not go together"));
    if (file == NULL && c->term.in_tty && !args_has(&c->args, "from"))
        return c->no_input ? ask_refused(c, _("to add a key"), "file", e)
                           : prompt_secret(_("API key (not shown): "), text, e);
    return read_file(file ? file : "-", text, e);
}

struct found {
    struct keyline line;
    char *key, *username;
    size_t count;
};

static bool on_line(void *arg, const struct keyline *line)
{
    struct found *f = arg;

    if (f->count++ > 0)
        return false;
    f->line = *line;
    if (line->reason == NULL) {
        f->key = mem_strndup(line->key, line->key_len);
        f->username = mem_strndup(line->username, line->username_len);
    }
    return true;
}

/* The key in the text, by the same rules as an import's: of a line with more than a key, the rest
 * must not become part of it. */
static enum err_code find_key(const struct buf *text, struct found *f, struct err *e)
{
    keylines_parse(text->data ? text->data : "", text->len, on_line, f);
    if (f->count == 0)
        return err_set(e, ERR_USAGE, _("there is no key in it"));
    if (f->count > 1)
        return err_set(e, ERR_USAGE,
                       _("there is more than one line in it; for many keys: poolctl key import"));
    if (f->key == NULL)
        return err_set(e, ERR_BAD_FIELD, _("that is no key: %s"), f->line.reason);
    return ERR_OK;
}

static enum err_code add_key(struct ctl *c, const struct found *f, struct err *e)
{
    const char *username = args_text(&c->args, "username");
    json_int_t ttl = args_num(&c->args, "expires", 0);
    json_t *body = json_pack("{s:s}", "api_key", f->key), *answer = NULL;
    const struct api_request request = {.route = API_KEYS_ADD, .json = body};
    enum err_code code;
    const char *id;

    username = username ? username : f->username;
    if (*username != '\0')
        json_object_set_new(body, "username", json_string(username));
    if (ttl > 0)
        json_object_set_new(body, "ttl", json_integer(ttl));
    code = ctl_call(c, &request, &answer, e);
    json_decref(body);
    if (code != ERR_OK)
        return code;
    id = json_string_value(json_object_get(answer, "id"));
    id = id ? id : "";
    if (json_is_false(json_object_get(answer, "success"))) {
        code = err_set(e, ERR_CONFLICT, _("this key is in the pool already, as %s"), id);
    } else if (out_is_table(c->format)) {
        if (!c->quiet)
            printf(_("%s added\n"), id);
    } else {
        json_t *row = json_pack("{s:s,s:s}", "id", id, "result", "added");

        out_one(c, RES_CHANGE, row);
        json_decref(row);
    }
    json_decref(answer);
    return code;
}

static enum err_code run_add(struct ctl *c, struct err *e)
{
    struct found f = {.count = 0};
    struct buf text;
    enum err_code code;

    buf_init(&text, ADD_BYTES);
    if ((code = read_key_text(c, &text, e)) == ERR_OK && (code = find_key(&text, &f, e)) == ERR_OK)
        code = add_key(c, &f, e);
    if (f.key != NULL)
        explicit_bzero(f.key, strlen(f.key));
    free(f.key);
    free(f.username);
    buf_wipe(&text);
    return code;
}

const struct command cmd_key_add = {
    .name = "key add",
    .text = N_("Add one key to the pool."),
    .details = PARAGRAPHS(N_("The key is asked for at a prompt that does not show it, or read from "
                             "--file, or from standard input where that is no terminal. It is not "
                             "taken on the command line, where others can see it.")),
    .args =
        (const struct arg[]){ARG_POS("from", AT_DASH, 0, N_("Read the key from standard input.")),
                             ARG_OPT("file", 0, AT_FILE, N_("Read the key from this file.")),
                             ARG_OPT("username", 'u', AT_TEXT, N_("Whose key it is.")),
                             ARG_OPT("expires", 0, AT_DURATION, N_("It is used for so long.")),
                             ARG_END},
    .examples = EXAMPLES({"poolctl key add", N_("Paste it at the prompt")},
                         {"poolctl key add --file key.txt --username ann@example.com --expires 30d",
                          N_("From a file")},
                         {"pass show ollama | poolctl key add -", N_("From a password manager")}),
    .exits = EXITS({0, NULL}, {2, N_("The command line is wrong, or that is no key.")}, {4, NULL},
                   {5, N_("The key is in the pool already.")}, {6, NULL}),
    .resource = RES_CHANGE,
    .run = run_add,
};
