/* A validating JSON scanner that builds no tree: it is fed bytes as they come, and reports where
 * the values near the top begin and end. */
#ifndef JSON_JSCAN_H
#define JSON_JSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    JSCAN_MAX_NESTING = 512, /* deeper input is refused */
    JSCAN_PATH_LEVELS = 4,  /* keys of this many levels are remembered, and values there reported */
    JSCAN_KEY_BYTES = 48,   /* longer keys are cut: they equal none that anyone looks for */
    JSCAN_TEXT_BYTES = 512, /* longer scalars are reported cut, with text_cut set */
    JSCAN_MAX_KEYS = 64,    /* members of the top-level object; more are refused */
};

enum jscan_type {
    JSCAN_STRING,
    JSCAN_NUMBER,
    JSCAN_TRUE,
    JSCAN_FALSE,
    JSCAN_NULL,
    JSCAN_OBJECT, /* reported when it ends; so is an array */
    JSCAN_ARRAY,
};

/* One value. Offsets count from the first byte ever fed: [begin, end) is the value as it came,
 * quotes and brackets included. depth is 1 for a member of the top-level object, 0 for the top
 * value. path[0] is the member's key at depth 1, and so on to path[depth - 1], escapes decoded, the
 * rest ""; an element of an array has the path "#". Valid during the call only.
 *
 * Keys can be compared as C strings: an escaped NUL is shown there as the two bytes C0 80, which no
 * valid text holds, so that "model\u0000x" never passes for "model". In text it is a NUL: a text
 * that may not hold one has strlen(text) == text_len. Half of a surrogate pair, which JSON's
 * grammar allows, is shown as U+FFFD. */
struct jscan_value {
    enum jscan_type type;
    unsigned depth;
    uint64_t begin, end;
    const char *path[JSCAN_PATH_LEVELS];
    const char *text; /* a string's decoded content, a number as written, else ""; NUL-terminated */
    size_t text_len;
    bool text_cut;     /* text is the beginning, cut between two characters */
    uint32_t children; /* members or elements, for objects and arrays */
};

/* Called for every value at the levels that are looked at, in the order in which they end. */
typedef void jscan_fn(void *arg, const struct jscan_value *value);

enum jscan_status {
    JSCAN_MORE, /* fine so far */
    JSCAN_BAD,  /* not JSON: see error and error_at; it stays so */
};

/* Plain memory without pointers to the heap: copy it, throw it away. One thread at a time. However
 * the input is cut into slices, fn sees the same calls. */
struct jscan {
    jscan_fn *fn; /* NULL: only validates */
    void *arg;
    unsigned levels;
    uint64_t offset;   /* bytes fed */
    const char *error; /* static text such as "expected a value", or NULL */
    uint64_t error_at;
    /* What follows is the scanner's own.
     *
     * Keys given twice in the top-level object are an error, so that nobody shows us one model and
     * the upstream another. Keys that differ in letter case only count as the same: Go's
     * encoding/json, which Ollama decodes requests with, takes "Model" for "model" and the last one
     * for the value. */
    uint8_t state, number_state, literal, literal_at;
    uint8_t utf8_left, utf8_min,
        utf8_max; /* bytes that the character still needs; range of the next */
    uint8_t hex_left;
    bool in_key, collecting, text_cut;
    uint16_t code_unit, high; /* of \uXXXX: read so far; a first half that waits for its second */
    unsigned depth;           /* open containers */
    unsigned text_len;        /* of the key or text that is being collected */
    uint64_t begin;           /* of the current string, number or literal */
    uint64_t container_begin[JSCAN_PATH_LEVELS + 1];
    uint32_t children[JSCAN_PATH_LEVELS + 1];
    uint8_t is_object[JSCAN_MAX_NESTING / 8]; /* one bit for each open container */
    unsigned key_count;
    uint64_t tail_hash; /* of the bytes of a key that did not fit keys[0] */
    uint64_t key_hashes[JSCAN_MAX_KEYS];
    char keys[JSCAN_PATH_LEVELS][JSCAN_KEY_BYTES + 1];
    char text[JSCAN_TEXT_BYTES + 1];
};

/* Values at depth 0 to levels are reported, which is 1 to JSCAN_PATH_LEVELS: what lies deeper is
 * only validated, and costs less. */
void jscan_init(struct jscan *s, unsigned levels, jscan_fn *fn, void *arg);
enum jscan_status jscan_feed(struct jscan *s, const char *data, size_t len);
/* After the last byte: true when exactly one whole value was fed; else error says what is missing.
 */
bool jscan_finish(struct jscan *s);

bool jscan_path_matches(const struct jscan_value *value, const char *path);
/* True when the value stands at this dotted path, such as "error.metadata.reason" or "choices.#".
 * Most paths differ in the first byte, and this is asked many times for each value of an answer. */
static inline bool jscan_path_is(const struct jscan_value *value, const char *path)
{
    return value->path[0][0] == path[0] && jscan_path_matches(value, path);
}

#endif
