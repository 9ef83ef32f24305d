/* Text on the screen: paragraphs, numbers with commas. */
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "term/text.h"

char *text_number(int64_t n, char out[TEXT_NUMBER_BYTES])
{
    char digits[TEXT_NUMBER_BYTES];
    int len = snprintf(digits, sizeof(digits), "%" PRId64, n), at = 0;

    for (int i = 0; i < len; i++) {
        out[at++] = digits[i];
        if (i < len - 1 && (len - 1 - i) % 3 == 0 && digits[i] != '-')
            out[at++] = ',';
    }
    out[at] = '\0';
    return out;
}

/* Bytes of a word that is longer than a line. */
static size_t cut_len(const char *text, size_t len, int width)
{
    size_t at = 0;

    while (at < len) {
        size_t n = utf8_sequence(text + at, len - at);

        n = n == 0 ? 1 : n;
        if (at > 0 && (int)text_width_of(text, at + n) > width)
            break;
        at += n;
    }
    return at;
}

/* Bytes of text that fit into the width, broken at a blank or beside a wide letter, where there is
 * one. */
static size_t line_len(const char *text, size_t len, int width)
{
    size_t at = 0, end = 0;

    while (at < len) {
        size_t word;

        at += strspn(text + at, " ");
        word = strcspn(text + at, " ");
        word = text_piece(text + at, word < len - at ? word : len - at);
        at += word;
        if ((int)text_width_of(text, at) > width)
            return end > 0 ? end : cut_len(text, len, width);
        end = at;
    }
    return len;
}

void text_lines(const char *text, int width, struct words *out)
{
    while (*text != '\0') {
        size_t all = strcspn(text, "\n"), done = 0;

        do {
            size_t n = line_len(text + done, all - done, width);
            char *line = mem_strndup(text + done, n);

            words_add(out, text_defuse(line));
            free(line);
            done += n;
            if (done < all)
                done += strspn(text + done, " ");
        } while (done < all);
        text += all + (text[all] == '\n');
    }
}

void text_add(struct buf *out, const char *text, int columns)
{
    int pad = columns - (int)text_width(text);

    buf_addf(out, "%s%*s  ", text, pad > 0 ? pad : 0, "");
}

int text_block(int y, int x, int width, int height, enum style style, const char *text)
{
    struct words lines = {.list = NULL};
    int n;

    text_lines(text, width, &lines);
    for (n = 0; n < height && (size_t)n < lines.len; n++)
        paint_text(y + n, x, width, style, STYLE_NORMAL, lines.list[n]);
    words_done(&lines);
    return n;
}
