/* Draws on the terminal: text in styles, boxes, marks. */
#include "paint.h"

#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/intl.h"
#include "base/mem.h"
#include "palette.h"
#include "rescue.h"
#include "term/text.h"
#include "terminal.h"

enum { PAINT_CELL_CHARS = 512 };

static const char *const glyphs[GLYPH_COUNT][2] = {
#define GLYPH(id, utf8, ascii) [GLYPH_##id] = {ascii, utf8},
#include "glyphs.def"
#undef GLYPH
};

/* The one screen. */
static struct {
    bool utf8, colour;
    enum theme theme;
    int cursor_y, cursor_x;
    int margin;
} screen;

void paint_raw(const char *bytes)
{
    putp(bytes);
    fflush(stdout);
}

void paint_open(enum theme theme, bool colour, bool utf8)
{
    screen.utf8 = utf8;
    set_escdelay(25);
    initscr();
    screen.margin = terminal_margin();
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    screen.colour = colour && has_colors();
    if (screen.colour) {
        start_color();
        use_default_colors();
    }
    paint_theme(theme);
    rescue_arm();
    terminal_modes_on();
    paint_cursor(-1, -1);
}

void paint_close(void)
{
    if (isendwin())
        return;
    erase();
    refresh();
    endwin();
    rescue_disarm();
}

void paint_suspend(void)
{
    def_prog_mode();
    endwin();
    rescue_disarm();
}

void paint_resume(void)
{
    reset_prog_mode();
    paint_resize();
    clearok(curscr, TRUE);
    refresh();
    rescue_arm();
    terminal_modes_on();
}

void paint_resize(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    clearok(curscr, TRUE);
}

void paint_theme(enum theme theme)
{
    screen.theme = screen.colour ? theme : THEME_MONO;
    palette_load(screen.theme, screen.colour ? COLORS : 0);
}

enum theme paint_theme_now(void)
{
    return screen.theme;
}

bool paint_has_colour(void)
{
    return screen.colour;
}

int paint_height(void)
{
    return getmaxy(stdscr);
}

int paint_width(void)
{
    return getmaxx(stdscr) - screen.margin;
}

int paint_margin(void)
{
    return screen.margin;
}

const char *paint_glyph(enum glyph glyph)
{
    return glyphs[glyph][screen.utf8];
}

bool paint_utf8(void)
{
    return screen.utf8;
}

/* ---- frames ------------------------------------------------------------------------------------
 */

void paint_begin(void)
{
    erase();
    paint_cursor(-1, -1);
}

void paint_end(void)
{
    curs_set(screen.cursor_x >= 0);
    if (screen.cursor_x >= 0)
        move(screen.cursor_y, screen.cursor_x);
    refresh();
}

void paint_cursor(int y, int x)
{
    screen.cursor_y = y;
    screen.cursor_x = x;
}

/* ---- text --------------------------------------------------------------------------------------
 */

/* As many characters as fit into limit columns; *columns becomes what they take. What a terminal
 * without UTF-8 cannot show becomes '?', of the same width. */
static size_t fit(const char *text, int limit, wchar_t out[PAINT_CELL_CHARS], int *columns)
{
    mbstate_t state = {0};
    size_t left = strlen(text), n = 0;

    for (*columns = 0; left > 0 && n + 2 < PAINT_CELL_CHARS;) {
        wchar_t wide = L'?';
        size_t len = mbrtowc(&wide, text, left, &state);
        int width;

        if (len == 0 || len > left) { /* no text at all */
            memset(&state, 0, sizeof(state));
            len = 1;
            wide = L'?';
        }
        width = wcwidth(wide);
        if (width < 0 || (!screen.utf8 && wide > 0x7e)) {
            width = width > 1 ? 2 : 1;
            wide = L'?';
        }
        if (*columns + width > limit)
            break;
        out[n++] = wide;
        if (wide == L'?' && width == 2)
            out[n++] = L'?';
        *columns += width;
        text += len;
        left -= len;
    }
    out[n] = L'\0';
    return left;
}

static bool on_screen(int y, int x, int *limit)
{
    if (y < 0 || y >= getmaxy(stdscr) || x < 0 || x >= paint_width())
        return false;
    if (*limit > paint_width() - x)
        *limit = paint_width() - x;
    return *limit > 0;
}

int paint_text(int y, int x, int limit, enum style on, enum style below, const char *text)
{
    wchar_t wide[PAINT_CELL_CHARS];
    int columns;

    if (!on_screen(y, x, &limit))
        return 0;
    fit(text, limit, wide, &columns);
    palette_use(on, below);
    mvaddwstr(y, x, wide);
    return columns;
}

void paint_fill(int y, int x, int width, enum style below)
{
    if (!on_screen(y, x, &width))
        return;
    palette_use(STYLE_NORMAL, below);
    mvhline(y, x, ' ', width);
}

void paint_cell(int y, int x, int width, enum style on, enum style below, const char *text)
{
    wchar_t wide[PAINT_CELL_CHARS];
    int columns;

    paint_fill(y, x, width, below);
    if (!on_screen(y, x, &width))
        return;
    if (fit(text, width, wide, &columns) > 0 && width > 1) {
        fit(text, width - 1, wide, &columns);
        palette_use(on, below);
        mvaddwstr(y, x, wide);
        paint_text(y, x + columns, 1, on, below, paint_glyph(GLYPH_ELLIPSIS));
        return;
    }
    palette_use(on, below);
    mvaddwstr(y, x, wide);
}

void paint_cell_right(int y, int x, int width, enum style on, enum style below, const char *text)
{
    int own = (int)text_width(text);

    if (own >= width) {
        paint_cell(y, x, width, on, below, text);
        return;
    }
    paint_fill(y, x, width, below);
    paint_text(y, x + width - own, own, on, below, text);
}

void paint_box(const struct area *a, enum style border, const char *title)
{
    for (int y = a->y; y < a->y + a->h; y++) {
        bool top = y == a->y, edge = top || y == a->y + a->h - 1;
        enum glyph left = top ? GLYPH_TOP_LEFT : edge ? GLYPH_BOTTOM_LEFT : GLYPH_BAR;
        enum glyph right = top ? GLYPH_TOP_RIGHT : edge ? GLYPH_BOTTOM_RIGHT : GLYPH_BAR;

        paint_fill(y, a->x, a->w, STYLE_NORMAL);
        for (int x = a->x + 1; edge && x < a->x + a->w - 1; x++)
            paint_text(y, x, 1, border, STYLE_NORMAL, paint_glyph(GLYPH_LINE));
        paint_text(y, a->x, 1, border, STYLE_NORMAL, paint_glyph(left));
        paint_text(y, a->x + a->w - 1, 1, border, STYLE_NORMAL, paint_glyph(right));
    }
    if (title != NULL) {
        char *text = mem_printf(" %s ", title);

        paint_text(a->y, a->x + 2, a->w - 4, STYLE_TITLE, STYLE_NORMAL, text);
        free(text);
    }
}

enum style paint_style_of(const char *sgr)
{
    static const struct {
        const char *sgr;
        enum style style;
    } known[] = {{"\033[32m", STYLE_GOOD},
                 {"\033[33m", STYLE_WARN},
                 {"\033[31m", STYLE_BAD},
                 {"\033[2m", STYLE_FAINT}};

    for (size_t i = 0; sgr != NULL && i < ARRAY_LEN(known); i++)
        if (strcmp(known[i].sgr, sgr) == 0)
            return known[i].style;
    return STYLE_NORMAL;
}
