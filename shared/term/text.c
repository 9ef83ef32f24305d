/* Text for a terminal: its width, breaking it into lines, keeping control bytes out of it. */
#include "term/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

size_t text_width_of(const char *text, size_t len)
{
    mbstate_t state = {0};
    size_t columns = 0;

    while (len > 0) {
        wchar_t wide;
        size_t n = mbrtowc(&wide, text, len, &state);
        int w;

        if (n == 0 || n > len) { /* bytes that are no text count as one each */
            memset(&state, 0, sizeof(state));
            n = 1;
            w = 1;
        } else {
            w = wcwidth(wide);
        }
        columns += w > 0 ? (size_t)w : 0;
        text += n;
        len -= n;
    }
    return columns;
}

size_t text_width(const char *text)
{
    return text_width_of(text, strlen(text));
}

void text_pad(FILE *to, size_t columns)
{
    fprintf(to, "%*s", (int)columns, "");
}

static bool may_break(wchar_t before, wchar_t behind)
{
    static const wchar_t closing[] = L"，。、；：？！）】》」』”’…)],.;:?!%";
    static const wchar_t opening[] = L"（【《「『“‘([";

    return (wcwidth(before) == 2 || wcwidth(behind) == 2) && wcschr(opening, before) == NULL &&
           wcschr(closing, behind) == NULL;
}

size_t text_piece(const char *text, size_t len)
{
    mbstate_t state = {0};
    wchar_t before = L'\0', wide;
    size_t at = 0;

    while (at < len) {
        size_t n = mbrtowc(&wide, text + at, len - at, &state);

        if (n == 0 || n > len - at) { /* no text at all */
            memset(&state, 0, sizeof(state));
            n = 1;
            wide = L'?';
        }
        if (at > 0 && may_break(before, wide))
            return at;
        before = wide;
        at += n;
    }
    return len;
}

static size_t next_piece(const char *text)
{
    return text_piece(text, strcspn(text, " \n"));
}

void text_wrap(FILE *to, const char *text, size_t indent, size_t width)
{
    size_t at = indent;

    while (*text != '\0') {
        size_t len = next_piece(text);
        size_t columns = text_width_of(text, len);

        if (at > indent && at + columns > width) {
            fputc('\n', to);
            text_pad(to, indent);
            at = indent;
        }
        fwrite(text, 1, len, to);
        at += columns;
        text += len;
        if (*text == '\n') {
            fputc('\n', to);
            text_pad(to, text[1] ? indent : 0);
            at = indent;
            text++;
        } else if (*text == ' ') {
            text++;
            if (at + 1 + text_width_of(text, next_piece(text)) <= width) {
                fputc(' ', to);
                at++;
            } else {
                at = width;
            }
        }
    }
    fputc('\n', to);
}

void text_cut(char *text, size_t width)
{
    size_t columns = 0;

    for (char *p = text; *p != '\0';) {
        size_t len = 1;

        while (((unsigned char)p[len] & 0xC0) == 0x80)
            len++;
        columns += text_width_of(p, len);
        if (columns > width) {
            *p = '\0';
            return;
        }
        p += len;
    }
}

/* C1 controls (U+0080 to U+009F) are two bytes in UTF-8, and some terminals obey them. */
char *text_defuse(char *text)
{
    for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++) {
        if (*p < 0x20 || *p == 0x7f)
            *p = '?';
        else if (*p == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0)
            p[0] = p[1] = '?';
    }
    return text;
}
