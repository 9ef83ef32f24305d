/* Passwords and codes: asked for where nobody else reads along, and never taken from the line. */
#include "password.h"

#include <string.h>

#include "ask.h"
#include "crypto/secret.h"
#include "term/prompt.h"

static enum err_code ask(const char *question, bool is_new, struct buf *out, struct err *e)
{
    struct buf again;
    enum err_code code = prompt_secret(question, out, e);

    if (code != ERR_OK || !is_new)
        return code;
    buf_init(&again, PASSWORD_BYTES + 1);
    code = prompt_secret(_("Once more: "), &again, e);
    if (code == ERR_OK && (again.len != out->len || memcmp(again.data, out->data, out->len) != 0))
        code = err_set(e, ERR_USAGE, _("these were two different passwords"));
    buf_wipe(&again);
    return code;
}

static enum err_code read_line(struct buf *out)
{
    char line[PASSWORD_BYTES + 2];

    if (fgets(line, sizeof(line), stdin) != NULL)
        buf_add(out, line, strcspn(line, "\r\n"));
    secret_wipe(line, sizeof(line));
    return ERR_OK;
}

enum err_code password_read(struct ctl *c, const char *question, bool is_new, struct buf *out,
                            struct err *e)
{
    enum err_code code;

    if (c->term.in_tty && !ask_can(c))
        return err_set(e, ERR_USAGE,
                       _("%s needs a password on standard input where it may not ask for one"),
                       c->args.cmd->name);
    code = c->term.in_tty ? ask(question, is_new, out, e) : read_line(out);
    if (code == ERR_OK && (out->len == 0 || out->overflowed))
        code = err_set(e, ERR_USAGE,
                       _("there was no password: give it at the prompt, or as a line "
                         "of standard input"));
    return code;
}
