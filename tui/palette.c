/* The styles of the theme in use, as attributes and colours of curses. */
#include "palette.h"

#include <ncurses.h>
#include <stdlib.h>

#include "base/intl.h"
#include "base/mem.h"

enum { PALETTE_DIRECT = 1 << 24 };

enum colour {
    COLOUR_NONE,
#define COLOUR(id, rgb, of_16, of_8) COLOUR_##id,
#include "colours.def"
#undef COLOUR
    COLOUR_COUNT
};

static const struct {
    int rgb, of_16, of_8;
} colours_of[COLOUR_COUNT] = {
    [COLOUR_NONE] = {-1, -1, -1},
#define COLOUR(id, rgb, of_16, of_8) [COLOUR_##id] = {rgb, of_16, of_8},
#include "colours.def"
#undef COLOUR
};

struct look {
    enum colour text, below;
    attr_t attributes;
};

#define L(text_, below_, attributes_)                                                              \
    {                                                                                              \
        COLOUR_##text_, COLOUR_##below_, (attributes_)                                             \
    }
static const struct look looks[STYLE_COUNT][THEME_COUNT] = {
#define THEME(id, name, text)
#define STYLE(id, ...) [STYLE_##id] = {__VA_ARGS__},
#include "themes.def"
#undef STYLE
#undef THEME
};

const char *const theme_names[THEME_COUNT] = {
#define THEME(id, name, text) name,
#define STYLE(id, ...)
#include "themes.def"
#undef STYLE
#undef THEME
};

static enum theme theme_now;
static int numbers[COLOUR_COUNT]; /* what the terminal calls them */
static bool has_colours;

static int distance(int a, int b)
{
    int r = (a >> 16) - (b >> 16), g = (a >> 8 & 255) - (b >> 8 & 255), l = (a & 255) - (b & 255);

    return r * r * 3 + g * g * 4 + l * l * 2;
}

/* xterm's colours 16 to 255: a cube of 6 by 6 by 6, and 24 greys. */
static int rgb_of_256(int n)
{
    static const int steps[] = {0, 95, 135, 175, 215, 255};
    int grey = 8 + (n - 232) * 10, at = n - 16;

    if (n >= 232)
        return grey << 16 | grey << 8 | grey;
    return steps[at / 36] << 16 | steps[at / 6 % 6] << 8 | steps[at % 6];
}

static int number_of(enum colour id, int colours)
{
    int rgb = colours_of[id].rgb, best = 16;

    if (id == COLOUR_NONE)
        return -1;
    if (colours >= PALETTE_DIRECT)
        return rgb;
    if (colours < 256)
        return colours >= 16 ? colours_of[id].of_16 : colours_of[id].of_8;
    for (int i = 17; i < 256; i++)
        if (distance(rgb, rgb_of_256(i)) < distance(rgb, rgb_of_256(best)))
            best = i;
    return best;
}

void palette_load(enum theme theme, int colours)
{
    theme_now = theme;
    has_colours = colours > 0;
    for (int i = 0; i < COLOUR_COUNT; i++)
        numbers[i] = number_of((enum colour)i, colours);
}

void palette_use(enum style on, enum style below)
{
    const struct look *a = &looks[on][theme_now], *b = &looks[below][theme_now];
    enum colour text = a->text != COLOUR_NONE ? a->text : b->text;
    enum colour back = a->below != COLOUR_NONE ? a->below : b->below;
    attr_t attributes = a->attributes | b->attributes;
    int pair = 0;

    if (has_colours && (text != COLOUR_NONE || back != COLOUR_NONE)) {
        pair = alloc_pair(numbers[text], numbers[back]);
        pair = pair < 0 ? 0 : pair;
    }
    attr_set(attributes, (short)pair, NULL);
}
