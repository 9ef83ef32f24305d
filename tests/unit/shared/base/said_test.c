/* Sentences of the gateway in the user's language, known by the forms that they were made from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/said.h"
#include "language.h"

static const char *const forms[] = {
#define SAID_FORM(form) form,
#include "said_forms.h"
#undef SAID_FORM
};

static void assert_said(const char *english, const char *own)
{
    char *said = said_text(english);

    assert_string_equal(said, own);
    free(said);
}

static int chinese(void **state)
{
    (void)state;
    language_start("C.UTF-8", "zh_CN");
    return 0;
}

static void sentence__without_values(void **state)
{
    (void)state;
    assert_said("Give either source or upload.", "请给出 source 或 upload，二者择一。");
    assert_said("", "");
}

static void sentence__with_values(void **state)
{
    (void)state;
    assert_said("This needs the role owner; the token ann has the role reader.",
                "此操作需要角色 owner；令牌 ann 的角色是 reader。");
    assert_said("redis:6379 answers in 0.25 ms", "redis:6379 在 0.25 毫秒内应答");
    assert_said("The path holds %00, a NUL.", "路径中含有 %00，即 NUL。");
}

/* Words stand in another order in Chinese. */
static void values__in_another_order(void **state)
{
    (void)state;
    assert_said("More than 5 requests in 60 s. Try again in 7 s.",
                "60 秒内超过 5 个请求。请在 7 秒后重试。");
}

static void value__that_is_a_sentence(void **state)
{
    (void)state;
    assert_said("api_key: the key is empty.", "api_key：密钥为空。");
    assert_said("WORKERS must be a whole number from 0 to 256", "WORKERS 必须是 0 到 256 的整数");
    assert_said("/srv/pool.conf: this is not a text file; it is not known whether this was done: "
                "look before you repeat it",
                "/srv/pool.conf：这不是文本文件；不知是否已完成：重做之前请先查看");
}

/* A model may be called "now", which is a text of ours. */
static void value__that_is_a_name_stays(void **state)
{
    (void)state;
    assert_said("The model 'now' is not in the list.", "模型“now”不在列表中。");
}

static void form_that_says_most__is_taken(void **state)
{
    (void)state;
    assert_said("role must be owner, operator or reader.",
                "role 必须是 owner、operator 或 reader。");
    assert_said("ttl must be a whole number from 1 to 9.", "ttl 必须是 1 到 9 的整数。");
}

static void sentence__of_another_program_stays(void **state)
{
    (void)state;
    assert_said("ERROR: relation \"keys\" does not exist",
                "ERROR: relation \"keys\" does not exist");
    assert_said("More than many requests in 60 s. Try again in 7 s.",
                "More than many requests in 60 s. Try again in 7 s.");
    assert_said("%s", "%s");
}

static void in_english__stays(void **state)
{
    (void)state;
    language_start("C.UTF-8", NULL);
    assert_said("More than 5 requests in 60 s. Try again in 7 s.",
                "More than 5 requests in 60 s. Try again in 7 s.");
    language_start("C.UTF-8", "zh_CN");
}

/* What printf() makes of the form with numbers that are 7 and texts that are "ab". */
static char *example_of(const char *form)
{
    struct buf out;

    buf_init(&out, 4096);
    while (*form != '\0') {
        size_t plain = strcspn(form, "%");

        buf_add(&out, form, plain);
        form += plain;
        if (*form == '\0')
            break;
        form += 1 + strspn(form + 1, "0123456789.*lz");
        buf_adds(&out, *form == '%' ? "%" : *form == 's' ? "ab" : "7");
        form++;
    }
    return buf_take(&out);
}

static bool has_chinese(const char *text)
{
    return strpbrk(text, "\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xef") != NULL;
}

static void all_forms__are_known_by_what_they_make(void **state)
{
    (void)state;
    assert_true(ARRAY_LEN(forms) > 100);
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        char *english = example_of(forms[i]), *own = said_text(english);

        if (!has_chinese(own))
            fail_msg("%s stays %s", english, own);
        if (strstr(english, "ab") != NULL && strstr(own, "ab") == NULL)
            fail_msg("%s loses its value: %s", english, own);
        free(english);
        free(own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentence__without_values),
        cmocka_unit_test(sentence__with_values),
        cmocka_unit_test(values__in_another_order),
        cmocka_unit_test(value__that_is_a_sentence),
        cmocka_unit_test(value__that_is_a_name_stays),
        cmocka_unit_test(form_that_says_most__is_taken),
        cmocka_unit_test(sentence__of_another_program_stays),
        cmocka_unit_test(in_english__stays),
        cmocka_unit_test(all_forms__are_known_by_what_they_make),
    };

    return cmocka_run_group_tests(tests, chinese, NULL);
}
