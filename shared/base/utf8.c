/* What is valid UTF-8, for everything that has to stay valid. */
#include "base/utf8.h"

#include "base/mem.h"

size_t utf8_sequence(const char *text, size_t left)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max, len;
    } forms[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };

    const unsigned char *p = (const unsigned char *)text;

    if (left > 0 && p[0] < 0x80)
        return 1;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        if (left < forms[i].len || p[0] < forms[i].first_min || p[0] > forms[i].first_max)
            continue;
        if (p[1] < forms[i].second_min || p[1] > forms[i].second_max)
            return 0;
        for (size_t k = 2; k < forms[i].len; k++)
            if ((p[k] & 0xC0) != 0x80)
                return 0;
        return forms[i].len;
    }
    return 0;
}
