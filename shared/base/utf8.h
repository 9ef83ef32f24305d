/* What is valid UTF-8, for everything that has to stay valid. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* Length of the valid UTF-8 sequence at text, of which left bytes may be read:
 * 1 to 4, or 0 when there is none (RFC 3629: no overlong forms, no surrogates)
 * or left is 0. Any thread. */
size_t utf8_sequence(const char *text, size_t left);

/* U+FFFD, which stands for what is not UTF-8. */
#define UTF8_REPLACEMENT "\xEF\xBF\xBD"

#endif
