/* The vendors' answer shapes, whole and streamed, as templates. */
#include "shapes.h"

#define JSON   "application/json"
#define SSE    "text/event-stream"
#define NDJSON "application/x-ndjson"

#define OPENAI_USAGE                                                                               \
    ",\"usage\":{\"prompt_tokens\":$P,\"completion_tokens\":$C,\"total_tokens\":$S}"

#define CHUNK_HEAD                                                                                 \
    "{\"id\":\"chatcmpl-fake\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"       \
    "\"model\":\"$M\",\"system_fingerprint\":\"fp_fake\",\"choices\":["

#define ERROR_OBJECT                                                                               \
    "\"error\":{\"code\":$E,\"message\":\"Provider returned error\","                              \
    "\"metadata\":{\"error_type\":\"$T\",\"provider_name\":\"Fake\"}}"

const struct family family_chat = {
    .type = JSON,
    .whole = "{\"id\":\"chatcmpl-fake\",\"object\":\"chat.completion\",\"created\":1700000000,"
             "\"model\":\"$M\",\"system_fingerprint\":\"fp_fake\",\"choices\":[{\"index\":0,"
             "\"message\":{\"role\":\"assistant\",\"content\":\"$F\"},"
             "\"finish_reason\":\"stop\"}]$U}\n",
    .stream_type = SSE,
    .sse = 1,
    .piece =
        (const struct event[]){{NULL,
                                CHUNK_HEAD
                                "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"$X\"}"
                                ",\"finish_reason\":null}]$V}",
                                0}},
    .close = (const struct event[]){{NULL,
                                     CHUNK_HEAD "{\"index\":0,\"delta\":{\"role\":\"assistant\","
                                                "\"content\":\"\"},\"finish_reason\":\"stop\"}]}",
                                     0},
                                    {NULL, CHUNK_HEAD "]$U}", EVENT_USAGE},
                                    {NULL, "[DONE]", 0},
                                    {NULL, NULL, 0}},
    .error = (const struct event[]){{NULL,
                                     CHUNK_HEAD "{\"index\":0,\"delta\":{\"content\":\"\"},"
                                                "\"finish_reason\":\"error\"}]," ERROR_OBJECT "}",
                                     0}},
    .usage = OPENAI_USAGE,
};

#define TEXT_HEAD                                                                                  \
    "{\"id\":\"cmpl-fake\",\"object\":\"text_completion\",\"created\":1700000000,"                 \
    "\"model\":\"$M\",\"system_fingerprint\":\"fp_fake\",\"choices\":["

const struct family family_completions = {
    .type = JSON,
    .whole = TEXT_HEAD "{\"text\":\"$F\",\"index\":0,\"logprobs\":null,"
                       "\"finish_reason\":\"stop\"}]$U}\n",
    .stream_type = SSE,
    .sse = 1,
    .piece = (const struct event[]){{NULL,
                                     TEXT_HEAD "{\"text\":\"$X\",\"index\":0,\"logprobs\":null,"
                                               "\"finish_reason\":null}]$V}",
                                     0}},
    .close = (const struct event[]){{NULL,
                                     TEXT_HEAD "{\"text\":\"\",\"index\":0,\"logprobs\":null,"
                                               "\"finish_reason\":\"stop\"}]}",
                                     0},
                                    {NULL, TEXT_HEAD "]$U}", EVENT_USAGE},
                                    {NULL, "[DONE]", 0},
                                    {NULL, NULL, 0}},
    .error = (const struct event[]){{NULL,
                                     TEXT_HEAD "{\"text\":\"\",\"index\":0,\"logprobs\":null,"
                                               "\"finish_reason\":\"error\"}]," ERROR_OBJECT "}",
                                     0}},
    .usage = OPENAI_USAGE,
};

const struct family family_embeddings = {
    .type = JSON,
    .whole = "{\"object\":\"list\",\"data\":[$D],\"model\":\"$M\"$U}\n",
    .usage = ",\"usage\":{\"prompt_tokens\":$P,\"total_tokens\":$P}",
};

#define RESPONSE_HEAD(status)                                                                      \
    "{\"id\":\"resp_fake\",\"object\":\"response\",\"created_at\":1700000000,"                     \
    "\"status\":\"" status "\",\"incomplete_details\":null,\"instructions\":null,"                 \
    "\"max_output_tokens\":null,\"model\":\"$M\",\"parallel_tool_calls\":true,"                    \
    "\"previous_response_id\":null,\"temperature\":1,\"tool_choice\":\"auto\",\"tools\":[],"       \
    "\"top_p\":1,\"metadata\":{},"
#define RESPONSE_PART(text) "{\"type\":\"output_text\",\"text\":\"" text "\",\"annotations\":[]}"
#define RESPONSE_ITEM(status, content)                                                             \
    "{\"id\":\"msg_fake\",\"type\":\"message\",\"status\":\"" status "\","                         \
    "\"role\":\"assistant\",\"content\":[" content "]}"
#define RESPONSE_EVENT(type) "{\"type\":\"" type "\",\"sequence_number\":$N,"
#define RESPONSE_AT          "\"item_id\":\"msg_fake\",\"output_index\":0,\"content_index\":0,"
#define RESPONSE_DONE                                                                              \
    RESPONSE_HEAD("completed")                                                                     \
    "\"error\":null,\"output\":[" RESPONSE_ITEM("completed", RESPONSE_PART("$F")) "]$U}"
#define RESPONSE_BEGUN RESPONSE_HEAD("in_progress") "\"error\":null,\"output\":[],\"usage\":null}"

#define RESPONSES_OPEN                                                                             \
    R("response.created", "\"response\":" RESPONSE_BEGUN)                                          \
    R("response.in_progress", "\"response\":" RESPONSE_BEGUN)                                      \
    R("response.output_item.added",                                                                \
      "\"output_index\":0,\"item\":" RESPONSE_ITEM("in_progress", ""))                             \
    R("response.content_part.added", RESPONSE_AT "\"part\":" RESPONSE_PART(""))
#define RESPONSES_CLOSE                                                                            \
    R("response.output_text.done", RESPONSE_AT "\"text\":\"$F\",\"logprobs\":[]")                  \
    R("response.content_part.done", RESPONSE_AT "\"part\":" RESPONSE_PART("$F"))                   \
    R("response.output_item.done",                                                                 \
      "\"output_index\":0,\"item\":" RESPONSE_ITEM("completed", RESPONSE_PART("$F")))              \
    R("response.completed", "\"response\":" RESPONSE_DONE)

#define R(name, rest) {name, RESPONSE_EVENT(name) rest "}", 0},

const struct family family_responses = {
    .type = JSON,
    .whole = RESPONSE_DONE "\n",
    .stream_type = SSE,
    .sse = 1,
    .open = (const struct event[]){RESPONSES_OPEN{NULL, NULL, 0}},
    .piece = (const struct event[]){R("response.output_text.delta",
                                      RESPONSE_AT "\"delta\":\"$X\",\"logprobs\":[]")},
    .close = (const struct event[]){RESPONSES_CLOSE{NULL, NULL, 0}},
    .error = (const struct event[]){R(
        "response.failed",
        "\"response\":" RESPONSE_HEAD("failed") "\"output\":[],\"usage\":null,"
                                                "\"error\":{\"code\":\"server_error\",\"message\":"
                                                "\"Provider returned error ($E)\"}}")},
    .usage = ",\"usage\":{\"input_tokens\":$P,\"input_tokens_details\":{\"cached_tokens\":0},"
             "\"output_tokens\":$C,\"output_tokens_details\":{\"reasoning_tokens\":0},"
             "\"total_tokens\":$S}",
};

#define MESSAGE_HEAD                                                                               \
    "{\"id\":\"msg_fake\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"$M\","

const struct family family_messages = {
    .type = JSON,
    .whole = MESSAGE_HEAD "\"content\":[{\"type\":\"text\",\"text\":\"$F\"}],"
                          "\"stop_reason\":\"end_turn\",\"stop_sequence\":null$U}\n",
    .stream_type = SSE,
    .sse = 1,
    .open = (const struct event[]){{"message_start",
                                    "{\"type\":\"message_start\",\"message\":" MESSAGE_HEAD
                                    "\"content\":[],\"stop_reason\":null,"
                                    "\"stop_sequence\":null$O}}",
                                    0},
                                   {"content_block_start",
                                    "{\"type\":\"content_block_start\",\"index\":0,"
                                    "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
                                    0},
                                   {"ping", "{\"type\":\"ping\"}", 0},
                                   {NULL, NULL, 0}},
    .piece = (const struct event[]){{"content_block_delta",
                                     "{\"type\":\"content_block_delta\",\"index\":0,"
                                     "\"delta\":{\"type\":\"text_delta\",\"text\":\"$X\"}}",
                                     0}},
    .close = (const struct event[]){{"content_block_stop",
                                     "{\"type\":\"content_block_stop\",\"index\":0}", 0},
                                    {"message_delta",
                                     "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
                                     "\"end_turn\",\"stop_sequence\":null}$U}",
                                     0},
                                    {"message_stop", "{\"type\":\"message_stop\"}", 0},
                                    {NULL, NULL, 0}},
    .error = (const struct event[]){{"error",
                                     "{\"type\":\"error\",\"error\":{\"type\":\"$T\","
                                     "\"message\":\"Provider returned error ($E)\"}}",
                                     0}},
    .usage = ",\"usage\":{\"input_tokens\":$P,\"output_tokens\":$C}",
    .usage_open = ",\"usage\":{\"input_tokens\":$P,\"output_tokens\":1}",
};

#define OLLAMA_HEAD "{\"model\":\"$M\",\"created_at\":\"2026-01-01T00:00:00.000000Z\","
#define OLLAMA_DONE                                                                                \
    "\"done\":true,\"done_reason\":\"stop\",\"total_duration\":174560334,"                         \
    "\"load_duration\":101397084$U}"
#define OLLAMA_USAGE                                                                               \
    ",\"prompt_eval_count\":$P,\"prompt_eval_duration\":13074791,\"eval_count\":$C,"               \
    "\"eval_duration\":52479709"
#define OLLAMA_MESSAGE(text)  "\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"},"
#define OLLAMA_RESPONSE(text) "\"response\":\"" text "\","
#define OLLAMA_ERROR                                                                               \
    "{\"error\":\"an error was encountered while running the model ($E) "                          \
    "(ref: 5e0c5b0a-6f5e-4bd5-a1f0-0c2d1e9f7a11)\"}"

#define OLLAMA_FAMILY(content)                                                                     \
    .type = JSON, .whole = OLLAMA_HEAD content("$F") OLLAMA_DONE "\n", .stream_type = NDJSON,      \
    .stream_by_default = 1,                                                                        \
    .piece = (const struct event[]){{NULL, OLLAMA_HEAD content("$X") "\"done\":false$V}", 0}},     \
    .close =                                                                                       \
        (const struct event[]){{NULL, OLLAMA_HEAD content("") OLLAMA_DONE, 0}, {NULL, NULL, 0}},   \
    .error = (const struct event[]){{NULL, OLLAMA_ERROR, 0}}, .usage = OLLAMA_USAGE

const struct family family_ollama_chat = {OLLAMA_FAMILY(OLLAMA_MESSAGE)};
const struct family family_ollama_generate = {OLLAMA_FAMILY(OLLAMA_RESPONSE)};

const struct family family_ollama_embed = {
    .type = JSON,
    .whole = "{\"model\":\"$M\",\"embeddings\":[$W],\"total_duration\":14143917,"
             "\"load_duration\":1019500$U}\n",
    .usage = ",\"prompt_eval_count\":$P",
};

const struct family family_plain = {.type = "application/octet-stream", .whole = "$F"};
