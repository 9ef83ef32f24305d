/* Splits a line into words, quoted as in a POSIX shell. */
#include "base/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/intl.h"

void words_insert(struct words *w, size_t at, const char *text)
{
    w->list = mem_resize(w->list, w->len + 2, sizeof(*w->list));
    memmove(w->list + at + 1, w->list + at, (w->len - at) * sizeof(*w->list));
    w->list[at] = mem_strdup(text);
    w->list[++w->len] = NULL;
}

void words_add(struct words *w, const char *text)
{
    words_insert(w, w->len, text);
}

void words_drop(struct words *w, size_t at)
{
    free(w->list[at]);
    memmove(w->list + at, w->list + at + 1, (w->len - at) * sizeof(*w->list));
    w->len--;
}

void words_done(struct words *w)
{
    for (size_t i = 0; i < w->len; i++)
        free(w->list[i]);
    free(w->list);
    *w = (struct words){.list = NULL};
}

struct split {
    const char *at, *end;
    struct buf word;
    char quote;   /* the open one, or 0 */
    bool dangles; /* the line ends in a backslash */
};

/* What stands in double quotes behind a backslash that is to be dropped. */
static bool is_escaped(const struct split *s)
{
    return s->quote == 0 || (s->quote == '"' && (s->at[1] == '"' || s->at[1] == '\\'));
}

/* One byte, or a backslash and the byte behind it. */
static void take_byte(struct split *s)
{
    char c = *s->at;

    if (c == '\\' && s->at + 1 == s->end && s->quote != '\'') {
        s->dangles = true;
        s->at++;
    } else if (c == '\\' && is_escaped(s)) {
        buf_addc(&s->word, s->at[1]);
        s->at += 2;
    } else if (s->quote == 0 ? c == '\'' || c == '"' : c == s->quote) {
        s->quote = s->quote == 0 ? c : '\0';
        s->at++;
    } else {
        buf_addc(&s->word, c);
        s->at++;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next word into s->word; false: there is none. *comment: one has begun. */
static bool next_word(struct split *s, bool *comment)
{
    buf_clear(&s->word);
    while (s->at < s->end && is_blank(*s->at))
        s->at++;
    *comment = s->at < s->end && *s->at == '#';
    if (s->at == s->end || *comment)
        return false;
    while (s->at < s->end && (s->quote != 0 || !is_blank(*s->at)))
        take_byte(s);
    return true;
}

static const char *text_of(const struct split *s)
{
    return s->word.len > 0 ? s->word.data : "";
}

enum err_code words_split(const char *line, struct words *out, struct err *e)
{
    struct split s = {.at = line, .end = line + strlen(line)};
    bool comment;

    buf_init(&s.word, strlen(line) + 1);
    while (next_word(&s, &comment))
        words_add(out, text_of(&s));
    buf_done(&s.word);
    if (s.quote != 0)
        return err_set(e, ERR_USAGE, _("a quote (%c) is opened and not closed"), s.quote);
    return s.dangles
               ? err_set(e, ERR_USAGE, _("a backslash at the end of a line has nothing to say"))
               : ERR_OK;
}

bool words_split_typed(const char *line, size_t len, struct words *out)
{
    struct split s = {.at = line, .end = line + len};
    bool comment;

    buf_init(&s.word, len + 1);
    while (next_word(&s, &comment)) {
        words_add(out, text_of(&s));
        if (s.at == s.end) {
            buf_done(&s.word);
            return true;
        }
    }
    buf_done(&s.word);
    words_add(out, "");
    return !comment;
}
