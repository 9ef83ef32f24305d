/* Fills in sentences that stand in tables, where the compiler cannot check a format of printf(), or
 * that come from the gateway. */
#include "base/sentence.h"

#include "base/buf.h"
#include "base/mem.h"

enum { SENTENCE_BYTES = 4096 };

char *sentence_fill(const char *sentence, size_t len, const char *const values[])
{
    struct buf out;
    char *whole;

    buf_init(&out, SENTENCE_BYTES);
    for (; *sentence != '\0'; sentence++) {
        size_t which = sentence[0] == '{' ? (size_t)(sentence[1] - '1') : len;

        if (which >= len || sentence[2] != '}') {
            buf_addc(&out, *sentence);
            continue;
        }
        buf_adds(&out, values[which] ? values[which] : "");
        sentence += 2;
    }
    whole = mem_strdup(out.data ? out.data : "");
    buf_done(&out);
    return whole;
}
