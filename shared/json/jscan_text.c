/* The inside of JSON strings: a fast lane for plain text, UTF-8, escapes, and keys given twice. */
#include <endian.h>
#include <string.h>

#include "json/jscan_impl.h"

enum { FNV_PRIME_LOW = 0x1b3 };
static const uint64_t fnv_basis = 0xcbf29ce484222325u;

/* FNV-1a. An attacker who makes two keys collide has his own request refused, and nothing else. */
static uint64_t hash_byte(uint64_t hash, unsigned char c)
{
    return (hash ^ c) * (((uint64_t)1 << 40) | FNV_PRIME_LOW);
}

void jscan_text_begin(struct jscan *s, uint64_t at, bool key)
{
    s->begin = at;
    s->in_key = key;
    s->collecting = s->depth <= s->levels;
    s->text_len = 0;
    s->text_cut = false;
    s->tail_hash = fnv_basis;
}

static char *text_room(struct jscan *s, size_t *room)
{
    *room = s->in_key ? JSCAN_KEY_BYTES : JSCAN_TEXT_BYTES;
    return s->in_key ? s->keys[s->depth - 1] : s->text;
}

/* Keeps the beginning, and of a top-level key a hash of the rest. */
static void text_add_cut(struct jscan *s, const unsigned char *data, size_t len)
{
    size_t room, fits;
    char *to = text_room(s, &room);

    fits = room - s->text_len;
    memcpy(to + s->text_len, data, fits);
    s->text_len += (unsigned)fits;
    s->text_cut = true;
    if (s->in_key && s->depth == 1)
        for (size_t i = fits; i < len; i++)
            s->tail_hash = hash_byte(s->tail_hash, data[i]);
}

void jscan_text_add(struct jscan *s, const unsigned char *data, size_t len)
{
    size_t room;
    char *to;

    if (!s->collecting)
        return;
    to = text_room(s, &room);
    if (len > room - s->text_len) {
        text_add_cut(s, data, len);
        return;
    }
    memcpy(to + s->text_len, data, len);
    s->text_len += (unsigned)len;
}

/* Adds a character that was written as an escape. */
static void text_add_code(struct jscan *s, uint32_t c)
{
    unsigned char utf8[4];
    size_t len;

    if (!s->collecting || (s->text_cut && !s->in_key))
        return;
    if (c == 0 && s->in_key) { /* see struct jscan_value */
        utf8[0] = 0xC0;
        utf8[1] = 0x80;
        len = 2;
    } else if (c < 0x80) {
        utf8[0] = (unsigned char)c;
        len = 1;
    } else if (c < 0x800) {
        utf8[0] = (unsigned char)(0xC0 | c >> 6);
        utf8[1] = (unsigned char)(0x80 | (c & 0x3F));
        len = 2;
    } else if (c < 0x10000) {
        utf8[0] = (unsigned char)(0xE0 | c >> 12);
        utf8[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        utf8[2] = (unsigned char)(0x80 | (c & 0x3F));
        len = 3;
    } else {
        utf8[0] = (unsigned char)(0xF0 | c >> 18);
        utf8[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
        utf8[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        utf8[3] = (unsigned char)(0x80 | (c & 0x3F));
        len = 4;
    }
    jscan_text_add(s, utf8, len);
}

/* A first half of a surrogate pair was followed by something else than its second. */
static inline void flush_high(struct jscan *s)
{
    if (s->high == 0)
        return;
    text_add_code(s, 0xFFFD);
    s->high = 0;
}

/* The length without a last character that was cut in the middle. */
static unsigned whole_length(const char *text, unsigned len)
{
    unsigned lead = len, need;
    unsigned char c;

    while (lead > 0 && ((unsigned char)text[lead - 1] & 0xC0) == 0x80)
        lead--;
    if (lead-- == 0)
        return len;
    c = (unsigned char)text[lead];
    need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    return len - lead < need ? lead : len;
}

/* Hashes a top-level key as Go compares field names: without regard to the case of ASCII letters,
 * and with the two letters of Unicode that fold to ASCII (long s and the Kelvin sign). */
static uint64_t key_hash(const struct jscan *s)
{
    const unsigned char *p = (const unsigned char *)s->keys[0];
    uint64_t hash = s->tail_hash;

    for (; *p != '\0'; p++) {
        unsigned char c = *p;

        if (c < 0x80) {
            c |= c >= 'A' && c <= 'Z' ? 0x20 : 0;
        } else if (c == 0xC5 && p[1] == 0xBF) {
            c = 's';
            p++;
        } else if (c == 0xE2 && p[1] == 0x84 && p[2] == 0xAA) {
            c = 'k';
            p += 2;
        }
        hash = hash_byte(hash, c);
    }
    return hash;
}

static bool key_remember(struct jscan *s)
{
    uint64_t hash = key_hash(s);

    for (unsigned i = 0; i < s->key_count; i++)
        if (s->key_hashes[i] == hash)
            return jscan_fail(s, s->begin, "key given twice") != NULL;
    if (s->key_count == JSCAN_MAX_KEYS)
        return jscan_fail(s, s->begin, "too many keys") != NULL;
    s->key_hashes[s->key_count++] = hash;
    return true;
}

static const unsigned char *text_end(struct jscan *s, const struct jscan_slice *in,
                                     const unsigned char *p)
{
    flush_high(s);
    if (s->collecting) {
        size_t room;
        char *to = text_room(s, &room);

        /* A cut key keeps its half character until it is hashed, so that what is cut off and what
         * is left are each the same bytes however the input was sliced. */
        to[s->text_len] = '\0';
        if (s->in_key && s->depth == 1 && !key_remember(s))
            return NULL;
        if (s->text_cut)
            s->text_len = whole_length(to, s->text_len);
        to[s->text_len] = '\0';
    }
    if (!s->in_key) {
        jscan_value_end(s, JSCAN_STRING, s->begin, jscan_offset(in, p) + 1);
        return p + 1;
    }
    s->state = ST_COLON;
    if (++p == in->end || *p != ':')
        return p;
    s->state = ST_VALUE;
    return p + 1;
}

/* Where the run of plain ASCII ends: at a quote, backslash, control character or byte >= 0x80. */
static const unsigned char *skip_plain(const unsigned char *p, const unsigned char *end)
{
    static const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;

    for (; end - p >= 8; p += 8) {
        uint64_t w, quote, escape, stop;

        memcpy(&w, p, sizeof(w));
        w = le64toh(w);
        quote = w ^ ones * '"';
        escape = w ^ ones * '\\';
        /* The high bit of a byte is set when it ends the run. A borrow may set it in the bytes
         * behind one that does, never before it, so the lowest bit is right. */
        stop = (w | (w - ones * 0x20) | (quote - ones) | (escape - ones)) & highs;
        if (stop != 0)
            return p + __builtin_ctzll(stop) / 8;
    }
    while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\')
        p++;
    return p;
}

/* Begins a character of more than one byte (RFC 3629: no overlong forms, no surrogates). */
static bool utf8_begin(struct jscan *s, unsigned char c)
{
    static const struct {
        uint8_t first, last, left, min, max;
    } forms[] = {
        {0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF}, {0xE1, 0xEC, 2, 0x80, 0xBF},
        {0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
        {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (c < forms[i].first || c > forms[i].last)
            continue;
        s->utf8_left = forms[i].left;
        s->utf8_min = forms[i].min;
        s->utf8_max = forms[i].max;
        return true;
    }
    return false;
}

/* The length of a whole character without special ranges, which is most of what is not ASCII; or 0.
 */
static unsigned utf8_plain(const unsigned char *p, const unsigned char *end)
{
    if (end - p < 3 || (p[1] & 0xC0) != 0x80)
        return 0;
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        return 2;
    return p[0] >= 0xE1 && p[0] <= 0xEC && (p[2] & 0xC0) == 0x80 ? 3 : 0;
}

/* Checks characters of more than one byte, up to the next ASCII byte or the end. */
static const unsigned char *skip_utf8(struct jscan *s, const struct jscan_slice *in,
                                      const unsigned char *p)
{
    while (p < in->end) {
        unsigned len = 1;

        if (s->utf8_left > 0) {
            if (*p < s->utf8_min || *p > s->utf8_max)
                return jscan_fail(s, jscan_offset(in, p), "not UTF-8");
            s->utf8_min = 0x80;
            s->utf8_max = 0xBF;
            s->utf8_left--;
        } else if (*p < 0x80) {
            break;
        } else if ((len = utf8_plain(p, in->end)) == 0) {
            if (!utf8_begin(s, *p))
                return jscan_fail(s, jscan_offset(in, p), "not UTF-8");
            len = 1;
        }
        p += len;
    }
    return p;
}

static const unsigned char *escape_simple(struct jscan *s, const struct jscan_slice *in,
                                          const unsigned char *p)
{
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *name = *p != '\0' ? strchr(names, *p) : NULL;

    if (name == NULL)
        return jscan_fail(s, jscan_offset(in, p), "unknown escape in a string");
    flush_high(s);
    text_add_code(s, (unsigned char)meanings[name - names]);
    s->state = ST_STRING;
    return p + 1;
}

const unsigned char *jscan_step_escape(struct jscan *s, const struct jscan_slice *in,
                                       const unsigned char *p)
{
    if (*p != 'u')
        return escape_simple(s, in, p);
    s->state = ST_HEX;
    s->hex_left = 4;
    s->code_unit = 0;
    return p + 1;
}

static void code_unit_end(struct jscan *s)
{
    uint32_t unit = s->code_unit;

    if (s->high != 0 && unit >= 0xDC00 && unit <= 0xDFFF) {
        unit = 0x10000 + ((s->high - 0xD800u) << 10) + (unit - 0xDC00);
        s->high = 0;
    }
    flush_high(s);
    if (unit >= 0xD800 && unit <= 0xDBFF)
        s->high = (uint16_t)unit;
    else
        text_add_code(s, unit >= 0xDC00 && unit <= 0xDFFF ? 0xFFFD : unit);
    s->state = ST_STRING;
}

const unsigned char *jscan_step_hex(struct jscan *s, const struct jscan_slice *in,
                                    const unsigned char *p)
{
    for (; p < in->end && s->hex_left > 0; p++) {
        unsigned digit = *p - '0';

        if (digit > 9) {
            digit = (*p | 0x20u) - 'a';
            if (digit > 5)
                return jscan_fail(s, jscan_offset(in, p), "expected four hex digits after \\u");
            digit += 10;
        }
        s->code_unit = (uint16_t)(s->code_unit << 4 | digit);
        s->hex_left--;
    }
    if (s->hex_left == 0)
        code_unit_end(s);
    return p;
}

/* Skips to the next quote, backslash, error or end, and collects what lies before it. */
static const unsigned char *plain_run(struct jscan *s, const struct jscan_slice *in,
                                      const unsigned char *p)
{
    const unsigned char *run = p;

    for (;;) {
        if (s->utf8_left == 0)
            p = skip_plain(p, in->end);
        if (p == in->end || (s->utf8_left == 0 && *p < 0x80))
            break;
        p = skip_utf8(s, in, p);
        if (p == NULL)
            return NULL;
    }
    if (p > run) {
        flush_high(s);
        jscan_text_add(s, run, (size_t)(p - run));
    }
    return p;
}

const unsigned char *jscan_step_string(struct jscan *s, const struct jscan_slice *in,
                                       const unsigned char *p)
{
    if (s->utf8_left == 0) { /* most strings are plain and end in this slice */
        const unsigned char *end = skip_plain(p, in->end);

        if (end < in->end && *end == '"') {
            if (end > p)
                flush_high(s);
            jscan_text_add(s, p, (size_t)(end - p));
            return text_end(s, in, end);
        }
    }
    while ((p = plain_run(s, in, p)) != NULL && p < in->end) {
        if (*p == '"')
            return text_end(s, in, p);
        if (*p != '\\')
            return jscan_fail(s, jscan_offset(in, p), "control character in a string");
        s->state = ST_ESCAPE;
        if (++p < in->end)
            p = jscan_step_escape(s, in, p);
        if (p != NULL && p < in->end && s->state == ST_HEX)
            p = jscan_step_hex(s, in, p);
        if (p == NULL || s->state != ST_STRING)
            return p;
    }
    return p;
}
