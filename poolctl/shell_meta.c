/* What poolctl shell understands besides commands: words behind a backslash. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "conf/suggest.h"
#include "help.h"
#include "shell_state.h"

enum { META_COLUMN = 28 };

static enum err_code check_count(const struct words *words, size_t most, struct err *e)
{
    return words->len - 1 <= most ? ERR_OK
                                  : err_set(e, ERR_USAGE, _("what to do with '%.40s'? See: \\help"),
                                            words->list[most + 1]);
}

size_t meta_skip(const struct meta *m, const struct words *words)
{
    bool interval = strcmp(m->name, "watch") == 0 && words->len > 1 &&
                    isdigit((unsigned char)words->list[1][0]);

    return interval ? 1 : 0;
}

/* The option stands behind the command, but before what would be taken for no option. */
static enum err_code run_watch(struct shell *s, struct words *words, struct err *e)
{
    size_t skip = meta_skip(meta_find("watch"), words), at = skip + 1;
    char *option;

    if (words->len <= skip + 1)
        return err_set(e, ERR_USAGE, _("\\watch: which command? As in: \\watch 5 key list"));
    option = skip > 0 ? mem_printf("--watch=%s", words->list[1]) : mem_strdup("--watch");
    while (at < words->len && strcmp(words->list[at], "--") != 0)
        at++;
    words_insert(words, at, option);
    free(option);
    for (skip++; skip > 0; skip--)
        words_drop(words, 0);
    if (strcmp(words->list[0], "poolctl") != 0)
        words_insert(words, 0, "poolctl");
    shell_run_words(s, words);
    return ERR_OK;
}

/* Sets the option to the word, or takes it back where there is none. */
static enum err_code set_or_not(struct shell *s, const struct words *words, const char *option,
                                struct err *e)
{
    enum err_code code = check_count(words, 1, e);

    if (code != ERR_OK)
        return code;
    return words->len > 1 ? shell_set(s, option, words->list[1], e) : shell_unset(s, option, e);
}

/* With its context comes its provider. */
static enum err_code run_use(struct shell *s, struct words *words, struct err *e)
{
    enum err_code code = set_or_not(s, words, "context", e);

    return code == ERR_OK ? shell_unset(s, "provider", e) : code;
}

static enum err_code run_provider(struct shell *s, struct words *words, struct err *e)
{
    return set_or_not(s, words, "provider", e);
}

static enum err_code run_set(struct shell *s, struct words *words, struct err *e)
{
    enum err_code code = check_count(words, 2, e);

    if (code != ERR_OK)
        return code;
    if (words->len > 1)
        return shell_set(s, words->list[1], words->len > 2 ? words->list[2] : NULL, e);
    for (size_t i = 2; i < s->base.len; i++)
        printf("%s\n", s->base.list[i] + strlen("--"));
    fflush(stdout);
    return ERR_OK;
}

static enum err_code run_unset(struct shell *s, struct words *words, struct err *e)
{
    enum err_code code = check_count(words, 1, e);

    if (code == ERR_OK && words->len < 2)
        code = err_set(e, ERR_USAGE, _("\\unset: which option? \\set tells which are set"));
    return code == ERR_OK ? shell_unset(s, words->list[1], e) : code;
}

static enum err_code run_help(struct shell *s, struct words *words, struct err *e)
{
    (void)e;
    if (words->len > 1) {
        words_insert(words, 0, "poolctl");
        shell_run_words(s, words);
        return ERR_OK;
    }
    printf(_("Commands are those of poolctl, without that word; help lists them.\n"));
    help_title(s->c, _("Besides there is"));
    for (size_t i = 0; i < metas_len; i++) {
        char *word =
            mem_printf("\\%s%s%s", metas[i].name, *metas[i].args ? " " : "", metas[i].args);

        help_row(s->c, META_COLUMN, word, _(metas[i].text));
        free(word);
    }
    fflush(stdout);
    return ERR_OK;
}

static enum err_code run_quit(struct shell *s, struct words *words, struct err *e)
{
    (void)words, (void)e;
    s->quit = true;
    return ERR_OK;
}

const struct meta metas[] = {
#define META(name, args, arg, text) {#name, args, text, arg, run_##name},
#include "shell_meta.def"
#undef META
};
const size_t metas_len = ARRAY_LEN(metas);

const struct meta *meta_find(const char *name)
{
    for (size_t i = 0; i < metas_len; i++)
        if (strcmp(metas[i].name, name) == 0)
            return &metas[i];
    return NULL;
}

enum err_code meta_run(struct shell *s, struct words *words, struct err *e)
{
    const struct meta *m = meta_find(words->list[0]);
    struct suggest near;

    if (m != NULL)
        return m->run(s, words, e);
    suggest_init(&near, words->list[0], strlen(words->list[0]));
    for (size_t i = 0; i < metas_len; i++)
        suggest_offer(&near, metas[i].name);
    if (near.best != NULL)
        return err_set(e, ERR_USAGE, _("there is no \\%.20s; did you mean \\%s? see: \\help"),
                       words->list[0], near.best);
    return err_set(e, ERR_USAGE, _("there is no \\%.20s; see: \\help"), words->list[0]);
}
