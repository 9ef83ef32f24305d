/* The one parser for keys that come in as text: every import goes through it. */
#include "api/keylines.h"

#include <stdint.h>
#include <string.h>

#include "base/intl.h"
#include "json/jscan.h"

/* A run of bytes of the text. */
struct span {
    const char *at;
    size_t len;
};

enum { DASHES = 4, FIELDS_WITH_KEY = 4 };

_Static_assert(KEYLINE_KEY_MIN == 8 && KEYLINE_KEY_MAX == 512 && KEYLINE_USERNAME_MAX == 254,
               "reasons below name these numbers");
_Static_assert((int)KEYLINE_KEY_MAX <= (int)JSCAN_TEXT_BYTES,
               "jscan must not cut a key that is good");

static struct span span_trim(struct span s)
{
    while (s.len > 0 && (*s.at == ' ' || *s.at == '\t')) {
        s.at++;
        s.len--;
    }
    while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
        s.len--;
    return s;
}

const char *keylines_check_key(const char *key, size_t len)
{
    if (len == 0)
        return N_("the key is empty");
    for (size_t i = 0; i < len; i++) {
        if (key[i] == ' ' || key[i] == '\t')
            return N_("the key has a blank in it");
        if (key[i] < 0x21 || key[i] > 0x7E)
            return N_("the key has characters that are not printable ASCII");
    }
    if (len < KEYLINE_KEY_MIN)
        return N_("the key is shorter than 8 characters");
    if (len > KEYLINE_KEY_MAX)
        return N_("the key is longer than 512 characters");
    return NULL;
}

/* ---- the user name ---- */

/* One character of valid UTF-8 at p: its length, or 0. */
static size_t utf8_decode(const unsigned char *p, size_t left, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;

    if (p[0] > 0xF4 || (p[0] >= 0x80 && p[0] < 0xC2) || len > left)
        return 0;
    *code = len == 1 ? p[0] : p[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (p[i] & 0x3Fu);
    }
    if (*code < least[len] || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF))
        return 0;
    return len;
}

/* Not a control character, nor one that changes the order or the look of what stands around it:
 * user names are shown in terminals. */
static bool code_printable(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x61C, 0x61C},
        {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},   {0xFE00, 0xFE0F},
        {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF},
    };

    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        if (c >= hidden[i].first && c <= hidden[i].last)
            return false;
    return true;
}

enum text_fault { TEXT_GOOD, TEXT_NOT_UTF8, TEXT_HIDES };

static enum text_fault text_check(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + len;

    while (p < end) {
        uint32_t code;
        size_t step = utf8_decode(p, (size_t)(end - p), &code);

        if (step == 0)
            return TEXT_NOT_UTF8;
        if (!code_printable(code))
            return TEXT_HIDES;
        p += step;
    }
    return TEXT_GOOD;
}

const char *keylines_check_username(const char *name, size_t len)
{
    static const char *const reasons[] = {
        [TEXT_NOT_UTF8] = N_("the user name is not UTF-8"),
        [TEXT_HIDES] = N_("the user name has control characters, or such as hide or reorder text")};

    if (len > KEYLINE_USERNAME_MAX)
        return N_("the user name is longer than 254 bytes");
    return reasons[text_check(name, len)];
}

const char *keylines_check_note(const char *note, size_t len)
{
    static const char *const reasons[] = {
        [TEXT_NOT_UTF8] = N_("the note is not UTF-8"),
        [TEXT_HIDES] = N_("the note has control characters, or such as hide or reorder text")};

    if (len > KEYLINE_NOTE_MAX)
        return N_("the note is longer than 1000 bytes");
    return reasons[text_check(note, len)];
}

static void set_username(struct keyline *k, struct span s)
{
    s = span_trim(s);
    if (keylines_check_username(s.at, s.len) != NULL)
        return;
    k->username = s.at;
    k->username_len = s.len;
}

static void set_key(struct keyline *k, struct span s)
{
    k->reason = keylines_check_key(s.at, s.len);
    if (k->reason != NULL)
        return;
    k->key = s.at;
    k->key_len = s.len;
}

/* ---- lines of fields ---- */

/* Finds the first separator. In a run of more dashes than it needs, those left over belong to the
 * field before: sessions are base64url and may end in a dash, keys do not begin with one. */
static const char *find_separator(struct span s)
{
    const char *end = s.at + s.len, *p = s.at, *run;

    while ((p = memchr(p, '-', (size_t)(end - p))) != NULL) {
        for (run = p; p < end && *p == '-'; p++)
            ;
        if (p - run >= DASHES)
            return run + (p - run) % DASHES;
    }
    return NULL;
}

static void parse_fields(struct keyline *k, struct span line, const char *separator)
{
    struct span first = {line.at, (size_t)(separator - line.at)}, last = line;
    size_t fields = 1;

    for (; separator != NULL; separator = find_separator(last)) {
        const char *next = separator + DASHES;

        last.len -= (size_t)(next - last.at);
        last.at = next;
        fields++;
    }
    if (fields < FIELDS_WITH_KEY) {
        k->reason = fields == 2
                        ? "the session and the key are missing: a line has at least 4 fields"
                        : "the key is missing: a line has at least 4 fields";
        return;
    }
    while (first.len > 0 && first.at[first.len - 1] == '-')
        first.len--;
    set_key(k, span_trim(last));
    if (k->reason == NULL)
        set_username(k, first);
}

static void parse_bare(struct keyline *k, struct span line)
{
    if (memchr(line.at, '@', line.len) != NULL)
        k->reason = "this looks like an e-mail address, not a key; fields are separated by ----";
    else if (memchr(line.at, ' ', line.len) != NULL || memchr(line.at, '\t', line.len) != NULL)
        k->reason = "these are several words, not a key; fields are separated by ----";
    else if (*line.at == '"' || *line.at == '[')
        k->reason = "JSON lines are objects: {\"api_key\": \"...\", \"username\": \"...\"}";
    else
        set_key(k, line);
}

/* ---- JSON lines ---- */

struct json_text {
    bool is_string, cut;
    unsigned rank; /* 0: not seen */
    size_t len;
    char text[JSCAN_TEXT_BYTES + 1];
};

struct json_line {
    struct json_text key, username;
};

static void json_value(void *arg, const struct jscan_value *v)
{
    static const struct {
        const char *name;
        size_t offset;
        unsigned rank; /* the higher one is taken when both are there */
    } fields[] = {
        {"api_key", offsetof(struct json_line, key), 2},
        {"apiKey", offsetof(struct json_line, key), 1},
        {"username", offsetof(struct json_line, username), 2},
        {"email", offsetof(struct json_line, username), 1},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        struct json_text *t = (struct json_text *)((char *)arg + fields[i].offset);

        if (v->type == JSCAN_NULL || t->rank > fields[i].rank || !jscan_path_is(v, fields[i].name))
            continue;
        t->is_string = v->type == JSCAN_STRING;
        t->cut = v->text_cut;
        t->rank = fields[i].rank;
        t->len = v->text_len;
        memcpy(t->text, v->text, v->text_len + 1);
    }
}

/* The key and user name point into j afterwards. */
static void parse_json(struct keyline *k, struct span line, struct json_line *j)
{
    struct jscan scan;
    bool whole;

    j->key.rank = j->username.rank = 0;
    jscan_init(&scan, 1, json_value, j);
    jscan_feed(&scan, line.at, line.len);
    whole = jscan_finish(&scan);
    explicit_bzero(scan.text, sizeof(scan.text));
    if (!whole) {
        k->reason = "this is not valid JSON, or not one object on one line";
        return;
    }
    if (j->key.rank == 0)
        k->reason = "the object has no api_key";
    else if (!j->key.is_string)
        k->reason = "api_key is not a string";
    else if (j->key.cut)
        k->reason = "the key is longer than 512 characters";
    else
        set_key(k, span_trim((struct span){j->key.text, j->key.len}));
    if (k->reason == NULL && j->username.rank > 0 && j->username.is_string && !j->username.cut)
        set_username(k, (struct span){j->username.text, j->username.len});
}

/* ---- the whole text ---- */

static void parse_line(struct keyline *k, struct span line, struct json_line *j)
{
    const char *separator;

    if (*line.at == '{') {
        k->form = KEYLINE_JSON;
        parse_json(k, line, j);
    } else if ((separator = find_separator(line)) != NULL) {
        k->form = KEYLINE_FIELDS;
        parse_fields(k, line, separator);
    } else {
        k->form = KEYLINE_BARE;
        parse_bare(k, line);
    }
}

void keylines_parse(const char *text, size_t len, keylines_fn *fn, void *arg)
{
    static const char bom[] = "\xEF\xBB\xBF";
    const char *end;
    size_t number = 0;
    struct json_line scratch;

    if (len == 0)
        return;
    end = text + len;
    if (len >= sizeof(bom) - 1 && memcmp(text, bom, sizeof(bom) - 1) == 0)
        text += sizeof(bom) - 1;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        struct span line = {text, (size_t)((newline ? newline : end) - text)};
        struct keyline k = {.line = ++number, .key = "", .username = ""};

        text = newline ? newline + 1 : end;
        if (line.len > 0 && line.at[line.len - 1] == '\r')
            line.len--;
        line = span_trim(line);
        if (line.len == 0 || *line.at == '#')
            continue;
        parse_line(&k, line, &scratch);
        if (!fn(arg, &k))
            break;
    }
    explicit_bzero(&scratch, sizeof(scratch));
}
