/* Templates of answers: text in which $X with one capital letter stands for something computed. */
#ifndef FAKEUP_SHAPES_H
#define FAKEUP_SHAPES_H

#include "buf.h"
#include "plan.h"

enum { EVENT_USAGE = 1 }; /* sent only if a chunk with the usage is wanted */

struct event {
    const char *name; /* of a named SSE event, or NULL */
    const char *data; /* NULL ends a list */
    int flags;
};

enum skin { SKIN_OPENAI, SKIN_OPENROUTER, SKIN_OLLAMA, SKIN_ANTHROPIC, SKIN_COUNT };

struct family {
    const char *type;        /* of a whole answer */
    const char *whole;       /* its body; $F is the content */
    const char *stream_type; /* NULL: never streams */
    int sse;                 /* 0: one JSON object per line */
    int stream_by_default;
    const struct event *open;  /* before the content */
    const struct event *piece; /* one piece of content, $X */
    const struct event *close; /* after it */
    const struct event *error; /* in the middle of it, code $E */
    const char *usage;         /* $U, $V and $O, without them if usage=none */
    const char *usage_open;
};

extern const struct family family_chat, family_completions, family_embeddings, family_responses,
    family_messages, family_ollama_chat, family_ollama_generate, family_ollama_embed, family_plain;
extern const struct family family_models, family_openrouter_models, family_openrouter_key,
    family_openrouter_credits, family_show, family_tags, family_usage, family_me, family_version;

/* What the letters of a template are made from. */
struct shape {
    const struct plan *plan;
    const struct family *family;
    enum skin skin;
    struct span model; /* JSON text without its quotes */
    int64_t prompt;
    int64_t completion;
    int64_t events;
    int64_t size; /* of the content; -1: words */
    int64_t at;   /* number of the content piece */
    uint64_t sequence;
    int inputs;
    int base64;
    int code;
    const char *message;
};

void shape_expand(struct shape *s, struct buf *out, const char *text);
void shape_expand_part(struct shape *s, struct buf *out, const char *text, size_t len);
/* @ and CLOCK_MONOTONIC in ns, 19 digits. */
void shape_stamp(struct buf *out);
/* One event with its line ends. */
void shape_event(struct shape *s, struct buf *out, const struct event *e);
void shape_error(struct shape *s, struct buf *out, int status, const char *message);
/* An error within a 200 has a number for its code, as OpenRouter has it, on OpenAI's paths too. */
static inline void shape_router_error(struct shape *s)
{
    if (s->skin == SKIN_OPENAI)
        s->skin = SKIN_OPENROUTER;
}
/* Bytes [from, from + len) of the deterministic content. */
void shape_pattern(struct buf *out, uint64_t from, uint64_t len);

#endif
