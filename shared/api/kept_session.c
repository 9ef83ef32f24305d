/* The session of a user who logged in, kept beside the contexts, each for its own gateway. */
#include "api/kept_session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "crypto/secret.h"

/* Where it is kept: NAME.session of a context, else by the URL; no context has a name that begins
 * with @. Owned. */
static char *session_path(const struct connect *c, const char *url)
{
    char *path = contexts_path(), *whole, id[DIGEST_ID_TEXT];
    struct digest d;

    *strrchr(path, '/') = '\0';
    if (c->found != NULL) {
        whole = mem_printf("%s/%s.session", path, c->found->name);
    } else {
        digest_of(url, strlen(url), &d);
        whole = mem_printf("%s/@%s.session", path, digest_id_text('s', digest_id(&d), id));
    }
    free(path);
    return whole;
}

static const char *next_word(char **at)
{
    const char *word = strsep(at, " ");

    return word != NULL ? word : "";
}

/* "TOKEN ADDRESS URL", on one line: a session is shown to no other gateway than its own. */
enum err_code kept_session_load(const struct connect *c, const char *url, struct kept_session *s,
                                struct err *e)
{
    char *path = session_path(c, url), *at = s->text;
    bool missing;
    enum err_code code;

    s->text[0] = '\0';
    code = secret_file_read(path, s->text, &missing, e);
    free(path);
    s->token = next_word(&at);
    s->email = next_word(&at);
    s->url = next_word(&at);
    if (code != ERR_OK || strcmp(s->url, url) != 0)
        s->token = "";
    return code;
}

void kept_session_wipe(struct kept_session *s)
{
    secret_wipe(s->text, sizeof(s->text));
}

enum err_code kept_session_store(const struct connect *c, const char *url, const char *token,
                                 const char *email, struct err *e)
{
    char *path = session_path(c, url), *line = mem_printf("%s %s %s", token, email, url);
    struct contexts all;
    enum err_code code = contexts_load(&all, true, e); /* makes the folder, and keeps others out */
    bool made;

    if (code == ERR_OK) {
        unlink(path);
        code = secret_file_make(path, line, &made, e);
    }
    contexts_done(&all);
    secret_wipe(line, strlen(line));
    free(line);
    free(path);
    return code;
}

void kept_session_drop(const struct connect *c, const char *url)
{
    char *path = session_path(c, url);

    unlink(path);
    free(path);
}
