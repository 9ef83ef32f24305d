/* Which columns a person chose for a list, in what order and how wide, and how that is written. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "base/words.h"
#include "columns.h"

static const char others[] = "auto";

static size_t index_of(const struct columns *c, const struct field *field)
{
    return (size_t)(field - c->fields);
}

/* From now on only what is shown now is shown. */
static void fix(struct columns *c)
{
    if (!c->chosen)
        for (size_t i = 0; i < c->count; i++)
            c->shown[i] = columns_has(c, &c->fields[i]);
    c->chosen = true;
}

void columns_toggle(struct columns *c, const struct field *field)
{
    fix(c);
    c->shown[index_of(c, field)] = !c->shown[index_of(c, field)];
}

bool columns_move(struct columns *c, const struct field *field, int by)
{
    size_t at = 0, other, i = index_of(c, field);

    while (at < c->count && c->order[at] != i)
        at++;
    other = by < 0 ? at - 1 : at + 1;
    if (other >= c->count) /* below 0 as well */
        return false;
    fix(c);
    c->order[at] = c->order[other];
    c->order[other] = i;
    return true;
}

void columns_resize(struct columns *c, const struct field *field, int by)
{
    size_t i = index_of(c, field);
    int width = columns_has(c, field) ? c->now[i] : c->set[i] > 0 ? c->set[i] : c->widths[i];

    width += by;
    if (width < COLUMNS_LEAST)
        width = COLUMNS_LEAST;
    if (width > COLUMNS_SET_MOST)
        width = COLUMNS_SET_MOST;
    c->set[i] = by == 0 ? 0 : width;
    c->now[i] = by == 0 ? c->widths[i] : width;
}

void columns_reset(struct columns *c)
{
    const struct columns old = *c;

    columns_init(c, c->resource, c->names);
    memcpy(c->widths, old.widths, sizeof(old.widths));
    memcpy(c->seen, old.seen, sizeof(old.seen));
}

/* ---- as text -----------------------------------------------------------------------------------
 */

void columns_write(const struct columns *c, struct buf *out)
{
    bool first = true;

    for (size_t i = 0; i < c->count; i++) {
        size_t at = c->order[i];

        if (c->chosen ? !c->shown[at] : c->set[at] == 0)
            continue;
        if (first && !c->chosen)
            buf_adds(out, others);
        buf_adds(out, first && c->chosen ? "" : " ");
        buf_adds(out, c->fields[at].json);
        if (c->set[at] > 0)
            buf_addf(out, "=%d", c->set[at]);
        first = false;
    }
}

/* "NAME" or "NAME=WIDTH" of the field behind those that were read before. */
static enum err_code read_word(struct columns *c, const char *word, size_t n, struct err *e)
{
    size_t len = strcspn(word, "="), from = n;
    const struct field *field = resource_field(c->resource, word, len);
    char *end;
    long width = 0;

    if (field == NULL)
        return err_set(e, ERR_CONF, _("there is no column %s"), word);
    if (word[len] == '=') {
        width = strtol(word + len + 1, &end, 10);
        if (*end != '\0' || width < COLUMNS_LEAST || width > COLUMNS_SET_MOST)
            return err_set(e, ERR_CONF, _("a width is a number from %d to %d, not %s"),
                           COLUMNS_LEAST, COLUMNS_SET_MOST, word + len + 1);
    }
    while (from < c->count && c->order[from] != index_of(c, field))
        from++;
    if (from == c->count)
        return err_set(e, ERR_CONF, _("the column %s occurs twice"), word);
    c->set[index_of(c, field)] = (int)width;
    if (!c->chosen)
        return ERR_OK;
    memmove(c->order + n + 1, c->order + n, (from - n) * sizeof(*c->order));
    c->order[n] = index_of(c, field);
    c->shown[c->order[n]] = true;
    return ERR_OK;
}

enum err_code columns_read(struct columns *c, const char *text, struct err *e)
{
    struct columns read = *c;
    struct words words = {.list = NULL};
    enum err_code code = words_split(text, &words, e);
    bool some = words.len > 0 && strcmp(words.list[0], others) == 0;

    columns_reset(&read);
    read.chosen = words.len > 0 && !some;
    for (size_t i = some; code == ERR_OK && i < words.len; i++)
        code = read_word(&read, words.list[i], read.chosen ? i : 0, e);
    if (code == ERR_OK)
        *c = read;
    words_done(&words);
    return code;
}
