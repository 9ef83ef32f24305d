/* A growable run of bytes that is born with the size it may never exceed. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* Owned by whoever holds it; not shared between threads. data is NUL-terminated at data[len] once
 * anything was added, so text can be printed; the NUL is not counted in len or against the cap. */
struct buf {
    char *data;
    size_t len;
    size_t room_bytes; /* allocated, the NUL's place included */
    size_t cap_bytes;  /* len never grows past this */
    bool overflowed;   /* an add was refused since the last buf_clear() */
};

void buf_init(struct buf *b, size_t cap_bytes);
void buf_done(struct buf *b);  /* frees; the buf may be used again, empty */
void buf_wipe(struct buf *b);  /* overwrites what it held, then frees: for secrets */
void buf_clear(struct buf *b); /* forgets the content, keeps the memory */

/* The adders return false, change nothing and set overflowed when the cap would be passed. */
bool buf_add(struct buf *b, const void *data, size_t len);
bool buf_adds(struct buf *b, const char *text);
bool buf_addc(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Adds text as the inside of a JSON string (no quotes); bytes that are not UTF-8 become U+FFFD. */
bool buf_add_json(struct buf *b, const char *text, size_t len);
/* Room for extra more bytes: false as above. */
bool buf_reserve(struct buf *b, size_t extra);
/* Drops the first n bytes. */
void buf_consume(struct buf *b, size_t n);
/* The content as an owned string; the buf is empty afterwards. Never NULL. */
char *buf_take(struct buf *b);

#endif
