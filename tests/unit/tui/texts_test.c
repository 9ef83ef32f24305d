/* Texts of the tables, in each language: they fit where the console shows them in 80 columns. */
#include <dirent.h>
#include <libintl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tui/columns.h"
#include "../../../tui/command.h"
#include "../../../tui/header.h"
#include "base/intl.h"
#include "term/text.h"

enum { WIDTH = 80, TABLE_WIDTH = 76, NAMED_LEAST = 3, LANGUAGES = 16 };

static char folder[512], languages[LANGUAGES][32];
static size_t languages_len;

static void speak(const char *language)
{
    setenv("LANGUAGE", language, 1);
    bindtextdomain("ollama-pool", folder);
    textdomain("ollama-pool"); /* what was found before counts no more */
}

/* English, and all that there are catalogues of. */
static int find_languages(void **state)
{
    const char *build = getenv("BUILD");
    const struct dirent *entry;
    DIR *dir;

    (void)state;
    setenv("LC_ALL", "C.UTF-8", 1);
    intl_start();
    snprintf(folder, sizeof(folder), "%s/%s/locale", getenv("PWD"), build ? build : "build");
    dir = opendir(folder);
    if (dir == NULL)
        return -1;
    snprintf(languages[languages_len++], sizeof(languages[0]), "en");
    while ((entry = readdir(dir)) != NULL && languages_len < LANGUAGES)
        if (entry->d_name[0] != '.')
            snprintf(languages[languages_len++], sizeof(languages[0]), "%.31s", entry->d_name);
    closedir(dir);
    return 0;
}

static void languages__are_found_and_spoken(void **state)
{
    (void)state;
    assert_true(languages_len >= 2);
    speak("zh_CN");
    assert_string_equal(_("Keys"), "密钥");
    assert_string_equal(P_("%s request", "%s requests", 1), "%s 个请求");
    assert_string_equal(_(""), "");
    speak("en");
    assert_string_equal(_("Keys"), "Keys");
    assert_string_equal(P_("%s request", "%s requests", 1), "%s request");
}

/* The same in each language: the views of operators, and the one of a user. */
static void each_view(void (*check)(struct app *app, const char *language))
{
    static struct app app;

    for (size_t l = 0; l < languages_len; l++)
        for (int v = 0; v < VIEW_COUNT; v++) {
            app = (struct app){.view = (enum view_id)v, .role = ROLE_OWN};
            app.account = !app_has(&app, app.view);
            speak(languages[l]);
            check(&app, languages[l]);
        }
}

static void check_tabs(struct app *app, const char *language)
{
    bool named[VIEW_COUNT];
    int count = 0, all = 0;

    header_named(app, WIDTH, named);
    for (int i = 0; i < VIEW_COUNT; i++) {
        all += app_has(app, (enum view_id)i);
        count += app_has(app, (enum view_id)i) && named[i];
    }
    if (count < NAMED_LEAST && count < all)
        fail_msg("%s: with %s shown only %d tabs have names", language,
                 _(view_defs[app->view].title), count);
}

static void tabs__have_names(void **state)
{
    (void)state;
    each_view(check_tabs);
}

/* What the footer has in English it has in another language. */
static void check_footer(struct app *app, const char *language)
{
    struct footer_key here[ACTION_COUNT], english[ACTION_COUNT];
    size_t here_len = header_footer(app, WIDTH, here), english_len, n;

    speak("en");
    english_len = header_footer(app, WIDTH, english);
    for (size_t i = 0; i < english_len; i++) {
        for (n = 0; n < here_len && here[n].action != english[i].action; n++)
            continue;
        if (n == here_len)
            fail_msg("%s: the footer of %s has no room for %s", language,
                     view_defs[app->view].title, action_defs[english[i].action].label);
    }
}

static void footer__has_room_for_its_keys(void **state)
{
    (void)state;
    each_view(check_footer);
}

/* But for those that only fill what room is left. */
static size_t columns_seen(const struct view_def *def)
{
    struct columns c;
    size_t n = 0;

    columns_init(&c, def->resource, def->columns);
    columns_place(&c, 3, TABLE_WIDTH);
    for (size_t i = 0; i < c.len; i++)
        n += c.list[i].w > 0 && !(c.list[i].field->flags & F_WIDE);
    return n - columns_more(&c);
}

/* Titles push no column out of the screen that is seen whole in English. */
static void check_columns(struct app *app, const char *language)
{
    const struct view_def *def = &view_defs[app->view];
    size_t here = columns_seen(def), english;

    speak("en");
    english = columns_seen(def);
    if (here < english)
        fail_msg("%s: %s shows %zu columns of %zu", language, def->title, here, english);
}

static void columns__are_seen(void **state)
{
    (void)state;
    each_view(check_columns);
}

/* What stands before a value on the page of a row takes no more than it does in English. */
static void labels__leave_room_for_values(void **state)
{
    (void)state;
    for (int r = 0; r < RES_COUNT; r++) {
        size_t count, widest = 0;
        const struct field *fields = resource_fields((enum resource_id)r, &count);

        for (size_t i = 0; i < count; i++)
            if (text_width(fields[i].header) > widest)
                widest = text_width(fields[i].header);
        for (size_t l = 0; l < languages_len; l++) {
            speak(languages[l]);
            for (size_t i = 0; i < count; i++)
                if (text_width(_(fields[i].header)) > widest)
                    fail_msg("%s: %s is wider than %zu columns", languages[l], _(fields[i].header),
                             widest);
        }
    }
}

/* "● disabled 23h59m" in a column that is no wider in English. */
static void states__leave_room_for_a_time(void **state)
{
    static const char *const words[] = {
#define MARK(word, ...) word,
#define RESULT          MARK
#include "term/marks.def"
#undef RESULT
#undef MARK
    };

    (void)state;
    for (size_t l = 0; l < languages_len; l++) {
        speak(languages[l]);
        for (size_t i = 0; i < ARRAY_LEN(words); i++)
            if (text_width(_(words[i])) > strlen("disabled"))
                fail_msg("%s: %s is wider than 'disabled'", languages[l], _(words[i]));
    }
}

static bool is_asked(const struct action_def *def, int ask)
{
    char hole[64];

    snprintf(hole, sizeof(hole), "{%s}", ask_defs[ask].name);
    return def->command != NULL && strstr(def->command, hole) != NULL;
}

static void check_form(const struct action_def *def, const char *language)
{
    int label = 0;

    for (int i = 0; i < ASK_COUNT; i++)
        if (is_asked(def, i) && (int)text_width(_(ask_defs[i].label)) > label)
            label = (int)text_width(_(ask_defs[i].label));
    if (FORM_WIDTH - label - 2 < FORM_FIELD_LEAST)
        fail_msg("%s: labels of %s take %d columns", language, def->name, label);
    for (int i = 0; i < ASK_COUNT; i++)
        if (is_asked(def, i) && label + 3 + (int)text_width(_(ask_defs[i].hint)) > FORM_WIDTH)
            fail_msg("%s: no room for '%s'", language, _(ask_defs[i].hint));
}

static void forms__have_room_for_labels_and_hints(void **state)
{
    (void)state;
    for (size_t l = 0; l < languages_len; l++) {
        speak(languages[l]);
        for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
            check_form(&action_defs[i], languages[l]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(languages__are_found_and_spoken),
        cmocka_unit_test(tabs__have_names),
        cmocka_unit_test(footer__has_room_for_its_keys),
        cmocka_unit_test(columns__are_seen),
        cmocka_unit_test(labels__leave_room_for_values),
        cmocka_unit_test(states__leave_room_for_a_time),
        cmocka_unit_test(forms__have_room_for_labels_and_hints),
    };

    return cmocka_run_group_tests(tests, find_languages, NULL);
}
