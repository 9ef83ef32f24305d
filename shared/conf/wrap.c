/* Breaks a text into lines at its blanks, for help and generated files. */
#include "conf/wrap.h"

#include <string.h>

void wrap_text(FILE *to, const char *prefix, const char *text, size_t width)
{
    size_t column = 0;

    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t word = strcspn(text, " ");

        if (column > 0 && column + 1 + word > width) {
            fputc('\n', to);
            column = 0;
        }
        fprintf(to, "%s%.*s", column ? " " : prefix, (int)word, text);
        column += (column ? 1 : strlen(prefix)) + word;
        text += word;
    }
    if (column > 0)
        fputc('\n', to);
}
