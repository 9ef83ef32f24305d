/* Checks that token counts, errors and ends are found in answers of every dialect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "proxy/classify.h"
#include "proxy/usage.h"

/* The letters of what is found: u usage, c choices empty, e error, d done. */
struct sample {
    const char *json;
    int64_t prompt, completion;
    const char *found;
    int error_status;
    const char *error_code;
};

static void check_found(const struct sample *s, const struct usage *u, const struct usage_found *f)
{
    assert_int_equal(u->prompt_tokens, s->prompt);
    assert_int_equal(u->completion_tokens, s->completion);
    assert_int_equal(f->has_usage, strchr(s->found, 'u') != NULL);
    assert_int_equal(f->choices_empty, strchr(s->found, 'c') != NULL);
    assert_int_equal(f->has_error, strchr(s->found, 'e') != NULL);
    assert_int_equal(f->done, strchr(s->found, 'd') != NULL);
    if (!f->has_error)
        return;
    assert_int_equal(f->error_status, s->error_status);
    assert_string_equal(f->error_code, s->error_code);
}

/* As one event, and as a whole answer at every split. */
static void check(const struct sample *s)
{
    size_t len = strlen(s->json);
    struct usage u = {-1, -1};
    struct usage_found f;

    usage_scan_event(s->json, len, &u, &f);
    check_found(s, &u, &f);
    for (size_t cut = 0; cut <= len; cut++) {
        struct usage_scan scan;

        u = (struct usage){-1, -1};
        usage_scan_init(&scan, &u);
        usage_scan_feed(&scan, s->json, cut);
        usage_scan_feed(&scan, s->json + cut, len - cut);
        check_found(s, &u, &scan.found);
    }
}

static void usage__scan__counts_of_every_dialect(void **state)
{
    static const struct sample samples[] = {
        /* chat, its extra chunk, and null before it */
        {"{\"choices\":[{\"index\":0}],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":22,"
         "\"total_tokens\":33,\"prompt_tokens_details\":{\"cached_tokens\":5}}}",
         11, 22, "u", 0, ""},
        {"{\"choices\":[],\"usage\":{\"completion_tokens\":2,\"prompt_tokens\":1}}", 1, 2, "uc", 0,
         ""},
        {"{\"choices\":[{\"delta\":{\"content\":\"usage\"}}],\"usage\":null}", -1, -1, "", 0, ""},
        /* embeddings */
        {"{\"data\":[{\"embedding\":[0.1,2,3]}],\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}"
         "}",
         8, -1, "u", 0, ""},
        /* Responses, streamed and whole */
        {"{\"type\":\"response.completed\",\"response\":{\"error\":null,\"usage\":{\"input_"
         "tokens\":3,"
         "\"output_tokens\":4}}}",
         3, 4, "u", 0, ""},
        {"{\"object\":\"response\",\"error\":null,\"usage\":{\"input_tokens\":3,\"output_tokens\":"
         "4}}",
         3, 4, "u", 0, ""},
        /* Messages */
        {"{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":25,\"output_"
         "tokens\":1}}}",
         25, 1, "u", 0, ""},
        {"{\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":15}}", -1, 15, "u",
         0, ""},
        /* Ollama's own */
        {"{\"model\":\"m\",\"done\":true,\"prompt_eval_count\":26,\"eval_count\":298}", 26, 298,
         "ud", 0, ""},
        {"{\"model\":\"m\",\"message\":{\"content\":\"x\"},\"done\":false}", -1, -1, "", 0, ""},
        /* Not counts: elsewhere, or not whole numbers of tokens. */
        {"{\"choices\":[{\"usage\":{\"prompt_tokens\":1}}],\"x\":{\"usage\":{\"prompt_tokens\":1}}"
         "}",
         -1, -1, "", 0, ""},
        {"{\"usage\":{\"prompt_tokens\":-1,\"completion_tokens\":1.5,\"input_tokens\":\"7\","
         "\"output_tokens\":99999999999999999999}}",
         -1, -1, "", 0, ""},
        {"[{\"usage\":{\"prompt_tokens\":1}}]", -1, -1, "", 0, ""},
        {"\"usage\"", -1, -1, "", 0, ""},
        {"[DONE] error usage", -1, -1, "", 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++)
        check(&samples[i]);
}

static void usage__scan__errors_of_every_dialect(void **state)
{
    static const struct sample samples[] = {
        {"{\"error\":{\"message\":\"m\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}",
         -1, -1, "e", 0, "rate_limit_exceeded"},
        {"{\"error\":{\"code\":\"rate_limit_exceeded\",\"type\":\"requests\"}}", -1, -1, "e", 0,
         "rate_limit_exceeded"},
        {"{\"error\":{\"message\":\"m\",\"type\":\"api_error\",\"param\":null,\"code\":null}}", -1,
         -1, "e", 0, "api_error"},
        {"{\"error\":{\"code\":429,\"message\":\"m\",\"metadata\":{\"error_type\":\"rate_limit_"
         "exceeded\"}},"
         "\"choices\":[{\"finish_reason\":\"error\"}]}",
         -1, -1, "e", 429, "rate_limit_exceeded"},
        {"{\"error\":{\"code\":\"503\"}}", -1, -1, "e", 503, ""},
        {"{\"error\":{\"status\":500,\"code\":17}}", -1, -1, "e", 500, ""},
        {"{\"error\":{\"status\":\"UNAVAILABLE\"}}", -1, -1, "e", 0, "UNAVAILABLE"},
        {"{\"error\":\"server overloaded (ref: 1)\"}", -1, -1, "e", 0, ""},
        {"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}"
         "}",
         -1, -1, "e", 0, "overloaded_error"},
        {"{\"type\":\"error\",\"code\":\"server_error\",\"message\":\"m\",\"param\":null}", -1, -1,
         "e", 0, "server_error"},
        {"{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":"
         "\"rate_limit_exceeded\",\"message\":\"m\"},\"usage\":null}}",
         -1, -1, "e", 0, "rate_limit_exceeded"},
        {"{\"error\":true}", -1, -1, "e", 0, ""},
        /* No errors. */
        {"{\"error\":null,\"choices\":[]}", -1, -1, "c", 0, ""},
        {"{\"error\":\"\"}", -1, -1, "", 0, ""},
        {"{\"error\":false}", -1, -1, "", 0, ""},
        {"{\"choices\":[{\"error\":{\"code\":500},\"delta\":{\"content\":\"error\"}}]}", -1, -1, "",
         0, ""},
        {"{\"type\":\"response.output_text.delta\",\"delta\":\"an error\"}", -1, -1, "", 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++)
        check(&samples[i]);
}

static void usage__scan_event__the_last_value_wins(void **state)
{
    static const char start[] = "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_"
                                "tokens\":25,\"output_tokens\":1}}}";
    static const char delta[] = "{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":15}}";
    static const char last[] = "{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":40}}";
    struct usage u = {-1, -1};
    struct usage_found f;

    (void)state;
    usage_scan_event(start, strlen(start), &u, &f);
    usage_scan_event(delta, strlen(delta), &u, &f);
    usage_scan_event(last, strlen(last), &u, &f);
    assert_int_equal(u.prompt_tokens, 25);
    assert_int_equal(u.completion_tokens, 40);
    usage_scan_event("{\"choices\":[]}", 14, &u, &f);
    assert_false(f.has_usage);
    assert_int_equal(u.completion_tokens, 40);
}

static void usage__scan_event__cuts_long_codes(void **state)
{
    char text[400];
    struct usage u = {-1, -1};
    struct usage_found f;

    (void)state;
    snprintf(text, sizeof(text), "{\"error\":{\"code\":\"%0200d\"}}", 0);
    usage_scan_event(text, strlen(text), &u, &f);
    assert_true(f.has_error);
    assert_int_equal(strlen(f.error_code), sizeof(f.error_code) - 1);
    assert_int_equal(classify_error_status(f.error_code), 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage__scan__counts_of_every_dialect),
        cmocka_unit_test(usage__scan__errors_of_every_dialect),
        cmocka_unit_test(usage__scan_event__the_last_value_wins),
        cmocka_unit_test(usage__scan_event__cuts_long_codes),
    };

    return cmocka_run_group_tests_name("proxy/usage", tests, NULL, NULL);
}
