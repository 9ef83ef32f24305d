/* Chooses a file: a path is typed or completed, and what is in its folder stands below. */
#include "pick.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "edit.h"
#include "popup.h"
#include "term/units.h"
#include "text.h"

enum { PICK_MOST = 5000, PICK_WIDTH = 90, PICK_MARGIN = 8, PICK_SIZE_W = 11 };

struct entry {
    char *name; /* owned; folders end in '/' */
    int64_t bytes;
};

struct pick {
    struct popup popup;
    char *title; /* owned */
    pick_fn *fn;
    struct edit edit;
    struct entry *list; /* owned: what the path may go on with */
    size_t len, room;
    bool more; /* there are more than these */
    int error; /* errno of the folder */
    size_t top, rows;
    size_t cursor; /* SIZE_MAX: none, what is typed counts */
};

/* ---- the folder --------------------------------------------------------------------------------
 */

static bool is_folder(const struct entry *e)
{
    size_t len = strlen(e->name);

    return len > 0 && e->name[len - 1] == '/';
}

static int by_name(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (is_folder(x) != is_folder(y))
        return is_folder(x) ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* "~/" is the home folder, as in a shell. Owned by the caller. */
static char *expand(const char *path)
{
    const char *home = getenv("HOME");

    if (path[0] == '~' && path[1] == '/' && home != NULL)
        return mem_printf("%s%s", home, path + 1);
    return mem_strdup(path);
}

/* The part of the path behind the last slash. */
static const char *name_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void forget(struct pick *p)
{
    for (size_t i = 0; i < p->len; i++)
        free(p->list[i].name);
    p->len = 0;
    p->more = false;
    p->cursor = SIZE_MAX;
    p->top = 0;
}

static void add(struct pick *p, int folder, const char *name)
{
    struct stat st;

    if (fstatat(folder, name, &st, 0) != 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
        return;
    if (p->len == PICK_MOST) {
        p->more = true;
        return;
    }
    if (p->len == p->room) {
        p->room = p->room ? p->room * 2 : 64;
        p->list = mem_resize(p->list, p->room, sizeof(*p->list));
    }
    p->list[p->len++] = (struct entry){
        .name = mem_printf("%s%s", name, S_ISDIR(st.st_mode) ? "/" : ""), .bytes = st.st_size};
}

/* Names that begin as what was typed does; hidden ones only where that begins with a dot. */
static bool fits(const char *name, const char *part)
{
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && (*name != '.' || *part == '.') &&
           strncmp(name, part, strlen(part)) == 0;
}

static void load(struct pick *p)
{
    char *path = expand(p->edit.text);
    const char *part = name_part(path);
    char *folder = part == path ? mem_strdup(".") : mem_strndup(path, (size_t)(part - path));
    DIR *dir = opendir(folder);

    forget(p);
    p->error = dir == NULL ? errno : 0;
    for (const struct dirent *d; dir != NULL && !p->more && (d = readdir(dir)) != NULL;)
        if (fits(d->d_name, part))
            add(p, dirfd(dir), d->d_name);
    if (dir != NULL)
        closedir(dir);
    if (p->len > 0)
        qsort(p->list, p->len, sizeof(*p->list), by_name);
    free(folder);
    free(path);
}

/* ---- keys --------------------------------------------------------------------------------------
 */

/* The last part of the path becomes this. */
static void take_name(struct pick *p, const char *name, size_t len)
{
    size_t keep = (size_t)(name_part(p->edit.text) - p->edit.text);
    char *path = mem_printf("%.*s%.*s", (int)keep, p->edit.text, (int)len, name);

    edit_set(&p->edit, path);
    free(path);
    load(p);
}

/* As far as all names go on alike. */
static void complete(struct pick *p)
{
    size_t len;

    if (p->len == 0)
        return;
    len = strlen(p->list[0].name);
    for (size_t i = 1; i < p->len; i++) {
        size_t same = 0;

        while (same < len && p->list[i].name[same] == p->list[0].name[same])
            same++;
        len = same;
    }
    if (len > strlen(name_part(p->edit.text)))
        take_name(p, p->list[0].name, len);
    else if (p->cursor == SIZE_MAX)
        p->cursor = 0; /* they differ from here on: choose one */
    else
        p->cursor = (p->cursor + 1) % p->len;
}

static void move(struct pick *p, long by)
{
    long to = p->cursor == SIZE_MAX ? by - 1 : (long)p->cursor + by;

    if (p->len == 0)
        return;
    if (to < 0)
        p->cursor = p->cursor == SIZE_MAX || p->cursor == 0 ? SIZE_MAX : 0;
    else
        p->cursor = (size_t)to < p->len ? (size_t)to : p->len - 1;
}

/* poolctl must not take it for an option, nor for standard input. */
static char *as_argument(char *path)
{
    char *safe;

    if (*path != '-')
        return path;
    safe = mem_printf("./%s", path);
    free(path);
    return safe;
}

static void choose(struct pick *p, struct app *app)
{
    struct stat st;
    char *path;

    if (p->cursor != SIZE_MAX && p->cursor < p->len) {
        struct entry *e = &p->list[p->cursor];
        bool folder = is_folder(e);
        char *name = mem_strdup(e->name);

        take_name(p, name, strlen(name));
        free(name);
        if (folder)
            return;
    }
    path = as_argument(expand(p->edit.text));
    if (*path == '\0') {
        app_complain(app, _("Type the path of a file, or choose one with the arrows."));
    } else if (stat(path, &st) != 0) {
        char *text = mem_printf("%s: %s", path, strerror(errno));

        app_complain(app, text);
        free(text);
    } else if (S_ISDIR(st.st_mode)) {
        if (p->edit.text[p->edit.len - 1] != '/') {
            char *folder = mem_printf("%s/", p->edit.text);

            edit_set(&p->edit, folder);
            free(folder);
        }
        load(p);
    } else {
        popup_close(app, &p->popup);
        p->fn(app, path);
    }
    free(path);
}

static void pick_input(struct popup *popup, struct app *app, const struct input *in)
{
    struct pick *p = (struct pick *)popup;
    bool tab = popup_is_key(in, "Tab");
    long by =
        tab || popup_is_key(in, "Home") || popup_is_key(in, "End") ? 0 : popup_moves(in, p->rows);

    if (popup_is_key(in, "Esc") || popup_is_key(in, "C-c"))
        popup_close(app, popup);
    else if (popup_is_key(in, "Enter"))
        choose(p, app);
    else if (tab)
        complete(p);
    else if (by != 0)
        move(p, by);
    else if (edit_input(&p->edit, in))
        load(p);
}

/* ---- drawing -----------------------------------------------------------------------------------
 */

static void draw_entry(const struct pick *p, size_t i, int y, int x, int w)
{
    const struct entry *e = &p->list[i];
    enum style below = i == p->cursor ? STYLE_CURSOR : STYLE_NORMAL;
    char size[UNITS_TEXT];

    paint_fill(y, x, w, below);
    if (i == p->cursor)
        paint_text(y, x, 1, STYLE_TITLE, below, paint_glyph(GLYPH_CURSOR));
    paint_cell(y, x + 2, w - 2 - PICK_SIZE_W, is_folder(e) ? STYLE_KEY : STYLE_NORMAL, below,
               e->name);
    if (!is_folder(e))
        paint_cell_right(y, x + w - PICK_SIZE_W, PICK_SIZE_W, STYLE_FAINT, below,
                         units_bytes(e->bytes, size));
}

static void draw_none(const struct pick *p, const struct area *a)
{
    text_block(a->y + 4, a->x + 4, a->w - 8, 2, STYLE_FAINT,
               p->error != 0 ? strerror(p->error) : _("Nothing here begins like this."));
}

static void pick_draw(struct popup *popup, struct app *app)
{
    struct pick *p = (struct pick *)popup;
    struct area a = popup_area(paint_height() - PICK_MARGIN, PICK_WIDTH);

    (void)app;
    p->rows = a.h > 6 ? (size_t)a.h - 6 : 1;
    if (p->cursor != SIZE_MAX && p->cursor < p->top)
        p->top = p->cursor;
    if (p->cursor != SIZE_MAX && p->cursor >= p->top + p->rows)
        p->top = p->cursor - p->rows + 1;
    if (p->cursor == SIZE_MAX)
        p->top = 0;
    paint_box(&a, STYLE_BOX, p->title);
    edit_draw(&p->edit, a.y + 2, a.x + 2, a.w - 4, STYLE_FIELD, true);
    for (size_t i = 0; i < p->rows && p->top + i < p->len; i++)
        draw_entry(p, p->top + i, a.y + 4 + (int)i, a.x + 2, a.w - 4);
    if (p->len == 0)
        draw_none(p, &a);
    /* translators: at most 60 columns */
    popup_hint(&a, p->more ? _("Tab complete  Enter choose  Esc back  (there are more files)")
                           /* translators: at most 60 columns */
                           : _("Tab complete  Enter choose  Esc back"));
}

static void pick_free(struct popup *popup)
{
    struct pick *p = (struct pick *)popup;

    forget(p);
    free(p->list);
    free(p->title);
    free(p);
}

static const struct popup_ops pick_ops = {pick_draw, pick_input, pick_free};

void pick_push(struct app *app, const char *title, const char *path, pick_fn *fn)
{
    struct pick *p = mem_zalloc(sizeof(*p));

    p->popup.ops = &pick_ops;
    p->title = mem_strdup(title);
    p->fn = fn;
    edit_set(&p->edit, path);
    load(p);
    popup_push(app, &p->popup);
}
