/* Redis's words and answers: commands to bytes, bytes to answers. */
#ifndef STORE_REDIS_REPLY_H
#define STORE_REDIS_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"

/* The words of a command, borrowed until it was written. Numbers are kept in here. */
enum { REDIS_WORDS_MAX = 24, REDIS_NUMBER_BYTES = 24 };
struct redis_words {
    const char *data[REDIS_WORDS_MAX];
    size_t len[REDIS_WORDS_MAX];
    size_t count, numbers_len;
    int script; /* 1 + the enum redis_script that it runs, or 0 */
    char numbers[REDIS_WORDS_MAX][REDIS_NUMBER_BYTES];
};
/* More than REDIS_WORDS_MAX of them abort. */
void redis_word(struct redis_words *w, const char *text);
void redis_word_bytes(struct redis_words *w, const void *data, size_t len);
void redis_word_number(struct redis_words *w, int64_t number);
/* The command as it goes over the wire, as owned memory. */
char *redis_words_format(const struct redis_words *w, size_t *len);

enum redis_type { REDIS_NIL, REDIS_NUMBER, REDIS_TEXT, REDIS_LIST, REDIS_REFUSAL };

/* An answer; the outermost one owns all inside. */
struct redis_reply {
    enum redis_type type;
    int64_t number;
    char *text; /* of REDIS_TEXT and REDIS_REFUSAL; ends in a NUL besides */
    size_t len; /* of text, or how many items */
    struct redis_reply *items;
};
void redis_reply_free(struct redis_reply *r); /* NULL is fine */
/* The number at that place of a list, or other when there is none. */
int64_t redis_reply_number(const struct redis_reply *r, size_t at, int64_t other);
/* Whether a refusal begins with that word: "NOSCRIPT". */
bool redis_reply_refused(const struct redis_reply *r, const char *word);

/* Makes answers of bytes, however they are cut. */
struct redisReader;
struct redisReader *redis_reader_new(void); /* owned; never NULL */
void redis_reader_free(struct redisReader *r);
/* false: that is not what Redis speaks, or an answer is too long, and the reader is of no more use.
 */
bool redis_reader_feed(struct redisReader *r, const void *data, size_t len) MUST_CHECK;
/* The next answer, owned by the caller, in *out, or NULL when it is not whole yet. false: as above.
 */
bool redis_reader_next(struct redisReader *r, struct redis_reply **out) MUST_CHECK;

#endif
