/* E-mail addresses: which are taken, and how they are shown where not everybody may read them. */
#include "base/email.h"

#include <stdio.h>
#include <string.h>

#define SMALL   "abcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"
#define JOINERS "._%+-"
enum { LABEL_MAX = 63, TLD_MIN = 2 };

/* Runs joined by one joiner each: it begins and ends with a run. */
static bool is_local(const char *text, size_t len)
{
    bool joined = true; /* as if a joiner stood before it */

    if (len > EMAIL_LOCAL_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool joiner = strchr(JOINERS, text[i]) != NULL;

        if ((joiner && joined) || (!joiner && strchr(SMALL DIGITS, text[i]) == NULL))
            return false;
        joined = joiner;
    }
    return !joined;
}

static bool is_host(const char *text)
{
    size_t labels = 0;

    for (;;) {
        size_t len = strspn(text, SMALL DIGITS "-");

        if (len == 0 || len > LABEL_MAX || text[0] == '-' || text[len - 1] == '-')
            return false;
        labels++;
        if (text[len] == '\0')
            return labels > 1 && len >= TLD_MIN && strspn(text, SMALL) == len;
        if (text[len] != '.')
            return false;
        text += len + 1;
    }
}

bool email_ok(const char *text)
{
    const char *at = strchr(text, '@');

    return at != NULL && strlen(text) <= EMAIL_MAX && is_local(text, (size_t)(at - text)) &&
           is_host(at + 1);
}

bool email_normal(const char *text, char out[EMAIL_BYTES])
{
    size_t len;

    out[0] = '\0';
    text += strspn(text, " \t\r\n");
    len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        len--;
    if (len > EMAIL_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + ('a' - 'A')) : text[i];
    out[len] = '\0';
    if (email_ok(out))
        return true;
    out[0] = '\0';
    return false;
}

/* The name before "<": blanks around it and a pair of quotes are taken off. */
static bool take_name(const char *text, size_t len, char name[EMAIL_NAME_BYTES])
{
    while (len > 0 && text[len - 1] == ' ')
        len--;
    if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
        text++;
        len -= 2;
    }
    if (len >= EMAIL_NAME_BYTES)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || strchr("\"\\<>\x7f", text[i]) != NULL)
            return false;
    memcpy(name, text, len);
    name[len] = '\0';
    return true;
}

bool email_split(const char *text, char name[EMAIL_NAME_BYTES], char address[EMAIL_BYTES])
{
    const char *open = strchr(text, '<');
    size_t len = strlen(text);
    char inner[EMAIL_BYTES];

    name[0] = '\0';
    if (open == NULL)
        return email_normal(text, address);
    if (text[len - 1] != '>' || len - (size_t)(open - text) - 2 >= sizeof(inner) ||
        !take_name(text, (size_t)(open - text), name))
        return false;
    snprintf(inner, sizeof(inner), "%.*s", (int)(len - (size_t)(open - text) - 2), open + 1);
    return email_normal(inner, address);
}

char *email_mask(const char *address, char out[EMAIL_BYTES])
{
    if (email_ok(address))
        snprintf(out, EMAIL_BYTES, "%c…%.*s", address[0], EMAIL_MAX - 4, strchr(address, '@'));
    else
        snprintf(out, EMAIL_BYTES, "…");
    return out;
}
