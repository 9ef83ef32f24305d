/* Aligned tables: alignment, cutting to a width, columns left out, any number of rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "term/table.h"
#include "term/term.h"

struct sheet {
    char *text; /* owned by the stream until it is closed */
    size_t len;
    struct table *table;
    FILE *to;
};

static void sheet_begin(struct sheet *s, size_t width, bool headers)
{
    struct table_style style = {.width = width, .headers = headers, .utf8 = true};

    s->text = NULL;
    s->to = open_memstream(&s->text, &s->len);
    style.to = s->to;
    s->table = table_new(&style);
}

static void sheet_row(struct sheet *s, const char *const cells[], size_t count)
{
    table_row(s->table);
    for (size_t i = 0; i < count; i++)
        table_cell(s->table, cells[i], NULL);
}
#define ROW(s, ...)                                                                                \
    sheet_row(s, (const char *const[]){__VA_ARGS__},                                               \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void sheet_is(struct sheet *s, const char *wanted)
{
    table_end(s->table);
    fclose(s->to);
    assert_string_equal(s->text, wanted);
    free(s->text);
}

static void table__aligns(void **state)
{
    struct sheet s;

    (void)state;
    sheet_begin(&s, 0, true);
    table_column(s.table, "NAME", TABLE_LEFT);
    table_column(s.table, "N", TABLE_RIGHT);
    table_column(s.table, "END", TABLE_LEFT);
    ROW(&s, "a", "1", "x");
    ROW(&s, "\u6f22\u5b57bc", "1234", "y");
    sheet_is(&s, "NAME       N  END\n"
                 "a          1  x\n"
                 "\u6f22\u5b57bc  1234  y\n");
}

static void table__narrow__cuts_the_widest(void **state)
{
    struct sheet s;

    (void)state;
    sheet_begin(&s, 30, true);
    table_column(s.table, "ID", TABLE_LEFT);
    table_column(s.table, "TEXT", TABLE_CUT);
    table_column(s.table, "N", TABLE_RIGHT);
    ROW(&s, "12345678", "a text that is far too long for this", "1");
    ROW(&s, "1", "short", "2");
    sheet_is(&s, "ID        TEXT               N\n"
                 "12345678  a text that is f\u2026  1\n"
                 "1         short              2\n");
}

static void table__very_narrow__drops_what_is_spare(void **state)
{
    struct sheet s;

    (void)state;
    sheet_begin(&s, 24, true);
    table_column(s.table, "ID", TABLE_LEFT);
    table_column(s.table, "KEY", TABLE_CUT | TABLE_SPARE);
    table_column(s.table, "USER", TABLE_CUT);
    ROW(&s, "12345678", "sixteen letters.", "sixteen letters!");
    sheet_is(&s, "ID        USER\n"
                 "12345678  sixteen lette\u2026\n");
}

static void table__no_headers_no_rows(void **state)
{
    struct sheet s;

    (void)state;
    sheet_begin(&s, 0, false);
    table_column(s.table, "A HEADER", TABLE_LEFT);
    table_column(s.table, "B", TABLE_LEFT);
    sheet_is(&s, "");
    sheet_begin(&s, 0, false);
    table_column(s.table, "", TABLE_LEFT);
    table_column(s.table, "", TABLE_LEFT);
    ROW(&s, "a", "b");
    sheet_is(&s, "a  b\n");
}

static void table__control_bytes__are_defused(void **state)
{
    struct sheet s;

    (void)state;
    sheet_begin(&s, 0, false);
    table_column(s.table, "A", TABLE_LEFT);
    ROW(&s, "x\033[31m\ny");
    sheet_is(&s, "x?[31m?y\n");
}

/* More rows than are kept at a time still line up, under one line of headers. */
static void table__long__lines_up(void **state)
{
    enum { ROWS = 5000 };
    struct sheet s;
    size_t lines = 0;

    (void)state;
    sheet_begin(&s, 0, true);
    table_column(s.table, "N", TABLE_RIGHT);
    table_column(s.table, "SAME", TABLE_LEFT);
    ROW(&s, "100000", "x");
    for (size_t i = 1; i < ROWS; i++)
        ROW(&s, "7", "x");
    table_end(s.table);
    fclose(s.to);
    for (char *line = s.text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1, lines++) {
        *end = '\0';
        assert_string_equal(line,
                            lines == 0 ? "     N  SAME" : (lines == 1 ? "100000  x" : "     7  x"));
    }
    assert_int_equal(lines, ROWS + 1);
    free(s.text);
}

static int set_up(void **state)
{
    struct term term;

    (void)state;
    term_look(&term, TERM_COLOUR_NEVER);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table__aligns),
        cmocka_unit_test(table__narrow__cuts_the_widest),
        cmocka_unit_test(table__very_narrow__drops_what_is_spare),
        cmocka_unit_test(table__no_headers_no_rows),
        cmocka_unit_test(table__control_bytes__are_defused),
        cmocka_unit_test(table__long__lines_up),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
