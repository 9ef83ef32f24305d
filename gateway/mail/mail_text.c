/* The words of a mail, from templates.def and the catalogues of po/: as plain text and as HTML. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "mail/mail_impl.h"

enum html_piece { HTML_OPEN, HTML_PARA, HTML_PARA_END, HTML_CODE, HTML_CODE_END, HTML_CLOSE };

/* Of each kind its name in logs, and its words in English. */
static const struct {
    const char *name, *subject, *text;
} mails[] = {
#define MAIL(ID, name_, subject_, text_) {.name = name_, .subject = subject_, .text = text_},
#define HTML(...)
#include "mail/templates.def"
#undef MAIL
#undef HTML
};

static const char *const html_pieces[] = {
#define MAIL(...)
#define HTML(PIECE, text) [HTML_##PIECE] = text,
#include "mail/templates.def"
#undef MAIL
#undef HTML
};

static const struct {
    const char *tag, *catalogue;
} languages[] = {
#define LANGUAGE(ID, tag_, text, catalogue_) {.tag = tag_, .catalogue = catalogue_},
#include "conf/languages.def"
#undef LANGUAGE
};

/* What the catalogues have of the words of mails. */
static const struct {
    const char *catalogue, *text, *own;
} translations[] = {
#define TRANSLATION(catalogue, text, own) {catalogue, text, own},
#include "mail_words.h"
#undef TRANSLATION
};

/* The text in that language, or itself. */
static const char *in_language(enum conf_language language, const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(translations); i++)
        if (strcmp(translations[i].catalogue, languages[language].catalogue) == 0 &&
            strcmp(translations[i].text, text) == 0)
            return translations[i].own;
    return text;
}

const char *mail_kind_name(enum mail_kind kind)
{
    return mails[kind].name;
}

/* What a {name} stands for. */
struct value {
    const char *name, *text;
};

static void add_escaped(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        switch (text[i]) {
        case '&':
            buf_adds(out, "&amp;");
            break;
        case '<':
            buf_adds(out, "&lt;");
            break;
        case '>':
            buf_adds(out, "&gt;");
            break;
        case '"':
            buf_adds(out, "&quot;");
            break;
        case '\'':
            buf_adds(out, "&#39;");
            break;
        default:
            buf_addc(out, text[i]);
        }
}

static void add_text(struct buf *out, const char *text, size_t len, bool html)
{
    if (html)
        add_escaped(out, text, len);
    else
        buf_add(out, text, len);
}

/* Text with values in place of their names; in HTML both are escaped. */
static void add_filled(struct buf *out, const char *text, size_t len, const struct value *values,
                       bool html)
{
    while (len > 0) {
        const struct value *v = values;
        size_t run = 1;

        for (; v->name != NULL; v++)
            if (len >= strlen(v->name) && strncmp(text, v->name, strlen(v->name)) == 0)
                break;
        if (v->name != NULL) {
            add_text(out, v->text, strlen(v->text), html);
            run = strlen(v->name);
        } else {
            add_text(out, text, run, html);
        }
        text += run;
        len -= run;
    }
}

static void add_paragraph(struct mail_text *t, const char *text, size_t len,
                          const struct value *values)
{
    bool code = len == strlen("{code}") && strncmp(text, "{code}", len) == 0;

    if (t->plain.len > 0)
        buf_adds(&t->plain, "\r\n\r\n");
    add_filled(&t->plain, text, len, values, false);
    buf_adds(&t->html, html_pieces[code ? HTML_CODE : HTML_PARA]);
    add_filled(&t->html, text, len, values, true);
    buf_adds(&t->html, html_pieces[code ? HTML_CODE_END : HTML_PARA_END]);
}

void mail_text_make(struct mail_text *t, const struct mail_item *it, const char *site)
{
    const char *subject = in_language(it->language, mails[it->kind].subject);
    char minutes[24];
    const struct value values[] = {{"{code}", it->code != NULL ? it->code : ""},
                                   {"{minutes}", minutes},
                                   {"{site}", site},
                                   {"{address}", it->to},
                                   {"{tag}", languages[it->language].tag},
                                   {NULL, NULL}};

    snprintf(minutes, sizeof(minutes), "%lld", (long long)it->minutes);
    buf_init(&t->subject, MAIL_TEXT_BYTES);
    buf_init(&t->plain, MAIL_TEXT_BYTES);
    buf_init(&t->html, MAIL_TEXT_BYTES);
    add_filled(&t->subject, subject, strlen(subject), values, false);
    add_filled(&t->html, html_pieces[HTML_OPEN], strlen(html_pieces[HTML_OPEN]), values, false);
    for (const char *text = in_language(it->language, mails[it->kind].text); *text != '\0';) {
        const char *end = strstr(text, "\n\n");
        size_t len = end != NULL ? (size_t)(end - text) : strlen(text);

        add_paragraph(t, text, len, values);
        text += end != NULL ? len + 2 : len;
    }
    buf_adds(&t->plain, "\r\n");
    buf_adds(&t->html, html_pieces[HTML_CLOSE]);
}

void mail_text_done(struct mail_text *t)
{
    buf_wipe(&t->subject);
    buf_wipe(&t->plain);
    buf_wipe(&t->html);
}

void mail_sender(const struct conf *conf, char name[EMAIL_NAME_BYTES], char address[EMAIL_BYTES])
{
    const char *from = *conf->email_from ? conf->email_from : conf->email_auth_user;

    if (!email_split(from, name, address)) /* a forwarder's user need not be an address */
        address[0] = name[0] = '\0';
}
