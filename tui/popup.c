/* What lies over a view and takes the keys while it is there. */
#include "popup.h"

#include <stdlib.h>
#include <string.h>

/* Above stay the gateway and the tabs, below messages and keys. */
enum { POPUP_EDGE = 2, POPUP_WHEEL = 3, POPUP_FAR = 1 << 30 };

void popup_push(struct app *app, struct popup *p)
{
    p->below = app->popups;
    app->popups = p;
    app->dirty = true;
}

void popup_close(struct app *app, struct popup *p)
{
    p->closed = true;
    app->dirty = true;
}

void popup_sweep(struct app *app)
{
    struct popup **at = &app->popups;

    while (*at != NULL) {
        struct popup *p = *at;

        if (!p->closed) {
            at = &p->below;
            continue;
        }
        *at = p->below;
        p->ops->free(p);
    }
}

struct area popup_area(int height, int width)
{
    int rows = paint_height(), columns = paint_width();
    struct area a = {.h = height + 2, .w = width + 4};

    if (a.h > rows - 2 * POPUP_EDGE)
        a.h = rows - 2 * POPUP_EDGE;
    if (a.w > columns - 4)
        a.w = columns - 4;
    a.y = (rows - a.h) / 2;
    a.x = (columns - a.w) / 2;
    return a;
}

bool popup_is_key(const struct input *in, const char *name)
{
    char text[INPUT_NAME_BYTES];

    return in->kind == INPUT_KEY && strcmp(input_key_name(in->key, text), name) == 0;
}

long popup_moves(const struct input *in, size_t page)
{
    const long screen = page > 1 ? (long)page - 1 : 1;
    const struct {
        const char *key;
        long by;
    } keys[] = {{"Up", -1},           {"Down", 1},          {"S-Tab", -1},
                {"Tab", 1},           {"C-p", -1},          {"C-n", 1},
                {"C-b", -screen},     {"C-f", screen},      {"PageUp", -screen},
                {"PageDown", screen}, {"Home", -POPUP_FAR}, {"End", POPUP_FAR}};

    if (in->kind == INPUT_WHEEL)
        return in->turns * POPUP_WHEEL;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (popup_is_key(in, keys[i].key))
            return keys[i].by;
    return 0;
}

void popup_hint(const struct area *a, const char *text)
{
    char *hint = mem_printf(" %s ", text);

    paint_text(a->y + a->h - 1, a->x + 2, a->w - 4, STYLE_LABEL, STYLE_NORMAL, hint);
    free(hint);
}
