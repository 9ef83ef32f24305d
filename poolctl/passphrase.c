/* Secrets that a command needs besides the admin token: from a file, or asked for. */
#include "passphrase.h"

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "crypto/secret_file.h"
#include "term/prompt.h"

enum { PASSPHRASE_BYTES = 4096 };

void secret_free(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

enum err_code secret_option_read(struct ctl *c, const char *option, char **out, struct err *e)
{
    const char *path = args_text(&c->args, option);
    char text[SECRET_FILE_MAX];
    bool missing;

    *out = NULL;
    if (secret_input_read(path, text, &missing, e) != ERR_OK) {
        e->code = ERR_USAGE;
        return ERR_USAGE;
    }
    if (missing)
        return err_param(e, ERR_USAGE, option, _("--%s: there is no file %.200s"), option, path);
    *out = mem_strdup(text);
    explicit_bzero(text, sizeof(text));
    return ERR_OK;
}

static enum err_code ask(const char *question, char **out, struct err *e)
{
    struct buf text;
    enum err_code code;

    buf_init(&text, PASSPHRASE_BYTES);
    code = prompt_secret(question, &text, e);
    *out = code == ERR_OK ? mem_strdup(text.data ? text.data : "") : NULL;
    buf_wipe(&text);
    return code;
}

enum err_code passphrase_read(struct ctl *c, bool twice, char **out, struct err *e)
{
    char *again = NULL;
    enum err_code code;

    *out = NULL;
    if (args_has(&c->args, "passphrase-file"))
        return secret_option_read(c, "passphrase-file", out, e);
    if (!ask_can(c))
        return ask_refused(c, _("a passphrase"), "passphrase-file", e);
    code = ask(_("Passphrase (not shown): "), out, e);
    if (code == ERR_OK && twice)
        code = ask(_("The same again: "), &again, e);
    if (code == ERR_OK && twice && strcmp(*out, again) != 0)
        code = err_set(e, ERR_USAGE, _("the two are not the same; nothing was done"));
    secret_free(again);
    if (code != ERR_OK) {
        secret_free(*out);
        *out = NULL;
    }
    return code;
}
