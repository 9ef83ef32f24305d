/* Tests of the words of mails, of their headers, and of what is kept of a server's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mail/mail_impl.h"

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no \"%s\" in: %s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("\"%s\" in: %s", part, text);
}

/* Every kind in every language has its words, and no placeholder is left in them; those of another
 * language are not the English ones. */
static void test_every_mail(void **state)
{
    (void)state;
    for (int kind = 0; kind < MAIL_KINDS; kind++) {
        char english[256] = "";

        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            char code[] = "012345";
            struct mail_item it = {.to = "ann@example.org",
                                   .kind = (enum mail_kind)kind,
                                   .language = (enum conf_language)language,
                                   .code = code,
                                   .minutes = 10};
            bool has_code = kind <= MAIL_CODE_RESET;
            struct mail_text t;

            mail_text_make(&t, &it, "Site");
            assert_true(t.subject.len > 5);
            assert_has(t.plain.data, "Site");
            assert_lacks(t.subject.data, "{");
            assert_lacks(t.plain.data, "{");
            assert_lacks(t.html.data, "{");
            assert_lacks(t.subject.data, code);
            assert_int_equal(strstr(t.plain.data, code) != NULL, has_code);
            assert_int_equal(strstr(t.html.data, code) != NULL, has_code);
            assert_int_equal(strstr(t.plain.data, "10") != NULL, has_code);
            assert_string_not_equal(t.subject.data, english);
            if (language == LANGUAGE_EN)
                snprintf(english, sizeof(english), "%s", t.subject.data);
            mail_text_done(&t);
        }
    }
}

static void test_values_are_escaped(void **state)
{
    char code[] = "<b>&\"'";
    struct mail_item it = {.to = "ann@example.org", .kind = MAIL_CODE_LOGIN, .code = code};
    struct mail_text t;

    (void)state;
    mail_text_make(&t, &it, "<script>{code}");
    assert_lacks(t.html.data, "<script>");
    assert_has(t.html.data, "&lt;script&gt;{code}"); /* a value is not looked through again */
    assert_has(t.html.data, "&lt;b&gt;&amp;&quot;&#39;");
    assert_has(t.plain.data, "<b>&\"'");
    mail_text_done(&t);
}

static void assert_header(const char *text, const char *wanted)
{
    struct buf out;

    buf_init(&out, 4096);
    mail_header_text(&out, text);
    assert_string_equal(out.data, wanted);
    buf_done(&out);
}

static void test_header_text(void **state)
{
    (void)state;
    assert_header("Plain words, 100%", "Plain words, 100%");
    assert_header("J\xc3\xbcrgen _ = ?", "=?UTF-8?Q?J=C3=BCrgen_=5F_=3D_=3F?=");
    assert_header("=?UTF-8?Q?x?=", "=?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fx=3F=3D?=");
    assert_header("a\r\nBcc: b@c.de", "=?UTF-8?Q?a__Bcc=3A_b=40c=2Ede?=");
    assert_header("\xff", "=?UTF-8?Q?=EF=BF=BD?=");
}

/* No line is longer than RFC 2047 allows, and no character is cut in two. */
static void test_header_is_folded(void **state)
{
    char text[3 * 60 + 1];
    struct buf out;

    (void)state;
    for (size_t i = 0; i < 60; i++)
        memcpy(text + 3 * i, "\xe9\xaa\x8c", 4);
    buf_init(&out, 4096);
    mail_header_text(&out, text);
    for (const char *line = out.data; line != NULL;) {
        const char *end = strstr(line, "\r\n ");
        size_t len = end != NULL ? (size_t)(end - line) : strlen(line);

        assert_true(len <= 75);
        assert_int_equal((len - 12) % 9, 0); /* whole characters of three bytes */
        line = end != NULL ? end + 3 : NULL;
    }
    buf_done(&out);
}

static void test_sender_and_date(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1024);
    mail_header_sender(&out, "", "a@b.co");
    buf_addc(&out, '|');
    mail_header_sender(&out, "Pool, the", "a@b.co");
    buf_addc(&out, '|');
    mail_header_sender(&out, "P\xc3\xb6l", "a@b.co");
    assert_string_equal(out.data, "<a@b.co>|\"Pool, the\" <a@b.co>|=?UTF-8?Q?P=C3=B6l?= <a@b.co>");
    buf_clear(&out);
    mail_header_date(&out, 784111777123);
    assert_string_equal(out.data, "Sun, 06 Nov 1994 08:49:37 +0000");
    buf_done(&out);
}

static void test_said(void **state)
{
    static const char *const hide[] = {"ann@example.org", "ann", "", NULL};
    char out[MAIL_SAID_BYTES], text[2 * MAIL_SAID_BYTES];

    (void)state;
    mail_said(out, "550 <ann@example.org>\r\n", hide);
    assert_string_equal(out, "550 <…>");
    mail_said(out,
              "a\x1b[2J\xff"
              "nn",
              hide);
    assert_string_equal(out, "a [2J nn");
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    mail_said(out, text, hide);
    assert_true(strlen(out) < MAIL_SAID_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_mail),      cmocka_unit_test(test_values_are_escaped),
        cmocka_unit_test(test_header_text),     cmocka_unit_test(test_header_is_folded),
        cmocka_unit_test(test_sender_and_date), cmocka_unit_test(test_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
