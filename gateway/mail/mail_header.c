/* What stands in the headers of mails, and what servers say, as safe single lines. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "mail/mail_impl.h"

/* Of RFC 2047's 75 characters of an encoded word, so many are left for its text beside the frame
 * and the name of the header. */
enum { WORD_TEXT_MAX = 50 };

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Whether a header may hold the text as it is; "=?" would be taken for an encoded word. */
static bool is_plain(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c >= 0x80 || is_control(*c))
            return false;
    return strstr(text, "=?") == NULL;
}

/* The characters that stand for themselves in RFC 2047 5 (3), the strictest of its places. */
static bool stands_for_itself(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("!*+-/", c) != NULL;
}

/* One character, of len bytes, in the Q encoding. */
static void add_encoded(struct buf *out, const char *c, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char byte = is_control(c[i]) ? ' ' : c[i];

        if (byte == ' ')
            buf_addc(out, '_');
        else if (stands_for_itself(byte))
            buf_addc(out, byte);
        else
            buf_addf(out, "=%02X", (unsigned)(unsigned char)byte);
    }
}

/* An encoded word holds whole characters only, so a new one begins before what does not fit. */
void mail_header_text(struct buf *out, const char *text)
{
    size_t left = strlen(text), begun;

    if (is_plain(text)) {
        buf_adds(out, text);
        return;
    }
    buf_adds(out, "=?UTF-8?Q?");
    begun = out->len;
    while (left > 0) {
        size_t len = utf8_sequence(text, left);
        bool good = len > 0;

        if (!good)
            len = 1;
        if (out->len - begun + 3 * (good ? len : sizeof(UTF8_REPLACEMENT) - 1) > WORD_TEXT_MAX) {
            buf_adds(out, "?=\r\n =?UTF-8?Q?");
            begun = out->len;
        }
        if (good)
            add_encoded(out, text, len);
        else
            add_encoded(out, UTF8_REPLACEMENT, sizeof(UTF8_REPLACEMENT) - 1);
        text += len;
        left -= len;
    }
    buf_adds(out, "?=");
}

void mail_header_sender(struct buf *out, const char *name, const char *address)
{
    bool quoted = is_plain(name);

    if (*name != '\0') {
        if (quoted)
            buf_addc(out, '"'); /* email_split() lets no quote or backslash through */
        mail_header_text(out, name);
        buf_adds(out, quoted ? "\" " : " ");
    }
    buf_addf(out, "<%s>", address);
}

void mail_header_date(struct buf *out, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;
    char text[64];

    gmtime_r(&seconds, &tm);
    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm);
    buf_adds(out, text);
}

/* The length of the longest of the words that text begins with, or 0. */
static size_t hidden(const char *text, const char *const *hide)
{
    size_t longest = 0;

    for (; *hide != NULL; hide++) {
        size_t len = strlen(*hide);

        if (len > longest && strncmp(text, *hide, len) == 0)
            longest = len;
    }
    return longest;
}

void mail_said(char out[MAIL_SAID_BYTES], const char *text, const char *const *hide)
{
    size_t at = 0, left = strlen(text);

    while (left > 0 && at + 4 < MAIL_SAID_BYTES) { /* 4: of one character */
        size_t cut = hidden(text, hide), len = utf8_sequence(text, left);

        if (cut > 0)
            at += (size_t)snprintf(out + at, MAIL_SAID_BYTES - at, "…");
        else if (len == 0 || is_control(*text))
            out[at++] = ' ';
        else
            at += (size_t)snprintf(out + at, MAIL_SAID_BYTES - at, "%.*s", (int)len, text);
        cut = cut > 0 ? cut : len > 0 ? len : 1;
        text += cut;
        left -= cut;
    }
    while (at > 0 && out[at - 1] == ' ')
        at--;
    out[at] = '\0';
}
