/* Completion of the line that is typed at the prompt of poolctl shell. */
#include "shell_complete.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void offers_done(struct offers *o)
{
    for (size_t i = 0; i < o->len; i++) {
        free(o->list[i].text);
        free(o->list[i].hint);
    }
    free(o->list);
    *o = (struct offers){.list = NULL};
}

static void offer(struct offers *o, const char *text, const char *hint)
{
    o->list = mem_resize(o->list, o->len + 1, sizeof(*o->list));
    o->list[o->len++] = (struct offer){mem_strdup(text), mem_strdup(hint)};
}

/* The answer of worker_complete(): the word from `from` on is replaced by each text; of that, what
 * lies before the shown bytes is there already. */
static void take_answer(struct offers *o, char *answer, const char *word, size_t shown)
{
    size_t from = 0, stays = strlen(word) > shown ? strlen(word) - shown : 0;
    int files = 0, open = 0;
    char *save = NULL, *line = strtok_r(answer, "\n", &save);

    if (line == NULL || sscanf(line, "%zu %d %d", &from, &files, &open) != 3)
        return;
    o->files = files != 0;
    o->open = open != 0;
    while ((line = strtok_r(NULL, "\n", &save)) != NULL) {
        char *hint = strchr(line, '\t'), *whole;

        if (hint == NULL)
            continue;
        *hint++ = '\0';
        whole = mem_printf("%.*s%s", (int)from, word, line);
        if (strlen(whole) >= stays)
            offer(o, whole + stays, hint);
        free(whole);
    }
}

static void ask(struct shell *s, struct words *words, size_t shown, struct offers *o)
{
    struct buf answer;

    words_insert(words, 0, "poolctl");
    if (words->len > 2 && strcmp(words->list[1], "poolctl") == 0)
        words_drop(words, 0);
    buf_init(&answer, WORKER_ANSWER_BYTES);
    if (worker_complete(&s->worker, &s->base, words, &answer))
        take_answer(o, answer.data, words->list[words->len - 1], shown);
    buf_done(&answer);
}

/* ---- behind a backslash ------------------------------------------------------------------------
 */

static void offer_metas(const char *begun, size_t shown, struct offers *o)
{
    for (size_t i = 0; i < metas_len; i++) {
        char *word = mem_printf("\\%s", metas[i].name);
        size_t len = strlen(begun) + 1;

        if (strncmp(metas[i].name, begun, len - 1) == 0 && len >= shown)
            offer(o, word + (len - shown), _(metas[i].text));
        free(word);
    }
}

/* Puts the words as a command would have them that takes the same: "\use pr" as "--context pr". */
static bool as_command(const struct meta *m, struct words *words)
{
    const bool first = words->len == 2;
    char *option;

    switch (m->arg) {
    case META_COMMAND:
        for (size_t skip = meta_skip(m, words) + 1; skip > 0 && words->len > 1; skip--)
            words_drop(words, 0);
        return true;
    case META_CONTEXT:
    case META_PROVIDER:
        words_drop(words, 0);
        words_insert(words, 0, m->arg == META_CONTEXT ? "--context" : "--provider");
        return first;
    case META_OPTION:
        option = mem_printf("--%s", words->list[1]);
        words_drop(words, 0);
        words_drop(words, 0);
        words_insert(words, 0, option);
        free(option);
        return first || (words->len == 2 && strcmp(m->name, "set") == 0);
    default:
        return false;
    }
}

void shell_complete(struct shell *s, const char *line, size_t len, size_t shown, struct offers *out)
{
    struct words words = {.list = NULL};
    const struct meta *m;
    bool meta;

    *out = (struct offers){.list = NULL};
    for (; len > 0 && isspace((unsigned char)*line); line++)
        len--;
    meta = len > 0 && *line == '\\';
    if (!words_split_typed(line + meta, len - meta, &words)) {
        words_done(&words);
        return;
    }
    if (!meta) {
        ask(s, &words, shown, out);
    } else if (words.len == 1) {
        offer_metas(words.list[0], shown, out);
    } else {
        m = meta_find(words.list[0]);
        if (m != NULL && as_command(m, &words))
            ask(s, &words, shown, out);
    }
    words_done(&words);
}
