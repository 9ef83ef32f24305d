/* Sentences of the gateway, which are English, in the user's language. */
#include "base/said.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/intl.h"
#include "base/mem.h"

enum {
    VALUES_MAX = 8,
    DEPTH_MAX = 3, /* a sentence in a sentence in a sentence */
    SAID_BYTES = 64 * 1024,
};

/* Formats of printf() from which the gateway makes its sentences; the build takes them from the
 * catalogues. */
static const char *const forms[] = {
#define SAID_FORM(form) form,
#include "said_forms.h"
#undef SAID_FORM
};

/* What stands in a sentence in the place of a conversion; not terminated. */
struct value {
    const char *at;
    size_t len;
};

/* "%.48s", "%2$lld" */
struct conversion {
    size_t len;
    size_t which; /* 0: the next */
    char kind;    /* as printf() has them: 's', 'd', '%' … */
};

static struct conversion conversion_at(const char *format)
{
    const char *p = format + 1;
    struct conversion c = {0};
    char *end;
    unsigned long n = strtoul(p, &end, 10);

    if (*end == '$') {
        c.which = n;
        p = end + 1;
    }
    p += strspn(p, "0123456789.*-+lzhj");
    c.kind = *p;
    c.len = (size_t)(p - format) + (*p != '\0');
    return c;
}

/* How much a form says of a sentence: its bytes outside of conversions, and its numbers. */
static size_t meaning_of(const char *form)
{
    size_t n = 0;

    while (*form != '\0') {
        struct conversion c = {.len = 1};

        if (*form == '%')
            c = conversion_at(form);
        n += c.kind != 's';
        form += c.len;
    }
    return n;
}

static bool fits(const char *form, const char *text, struct value *values, size_t left)
{
    struct conversion c;
    size_t longest;

    while (*form != '\0' && *form != '%' && *form == *text) {
        form++;
        text++;
    }
    if (*form != '%')
        return *form == '\0' && *text == '\0';
    c = conversion_at(form);
    form += c.len;
    if (c.kind == '%')
        return *text == '%' && fits(form, text + 1, values, left);
    if (left == 0)
        return false;
    longest = c.kind == 's' ? strlen(text) : strspn(text, "-0123456789.");
    for (size_t len = c.kind == 's' ? 0 : 1; len <= longest; len++) {
        *values = (struct value){text, len};
        if (fits(form, text + len, values + 1, left - 1))
            return true;
    }
    return false;
}

/* The form that says most about the sentence, or NULL. */
static const char *form_of(const char *text, struct value values[VALUES_MAX])
{
    const char *best = NULL;
    size_t most = 0;

    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        size_t meaning = meaning_of(forms[i]);
        struct value found[VALUES_MAX] = {0};

        if (meaning <= most || !fits(forms[i], text, found, VALUES_MAX))
            continue;
        best = forms[i];
        most = meaning;
        memcpy(values, found, sizeof(found));
    }
    return best;
}

static void add_said(const char *text, int depth, struct buf *out);

/* Only what has blanks may be a sentence: a model may well be called "test". */
static void add_value(const struct value *v, int depth, struct buf *out)
{
    char *text;

    if (memchr(v->at, ' ', v->len) == NULL || depth == DEPTH_MAX) {
        buf_add(out, v->at, v->len);
        return;
    }
    text = mem_strndup(v->at, v->len);
    add_said(text, depth + 1, out);
    free(text);
}

static void fill(const char *own, const struct value values[VALUES_MAX], int depth, struct buf *out)
{
    size_t next = 0;

    while (*own != '\0') {
        size_t plain = strcspn(own, "%");
        struct conversion c;

        buf_add(out, own, plain);
        own += plain;
        if (*own == '\0')
            return;
        c = conversion_at(own);
        own += c.len;
        if (c.which != 0)
            next = c.which - 1;
        if (c.kind == '%')
            buf_addc(out, '%');
        else if (next < VALUES_MAX && values[next].at != NULL)
            add_value(&values[next++], depth, out);
    }
}

static void add_said(const char *text, int depth, struct buf *out)
{
    struct value values[VALUES_MAX] = {0};
    const char *own = intl_text(text), *form = own == text ? form_of(text, values) : NULL;

    if (form == NULL || intl_text(form) == form)
        buf_adds(out, own);
    else
        fill(intl_text(form), values, depth, out);
}

char *said_text(const char *english)
{
    struct buf out;

    buf_init(&out, SAID_BYTES);
    add_said(english, 1, &out);
    return buf_take(&out);
}
