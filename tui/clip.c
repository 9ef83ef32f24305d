/* The clipboard of the terminal. */
#include "clip.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/intl.h"

enum { CLIP_BYTES = 1 << 20 };

static void add_base64(struct buf *out, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i += 3) {
        unsigned bits = (unsigned)(unsigned char)text[i] << 16;

        bits |= i + 1 < len ? (unsigned)(unsigned char)text[i + 1] << 8 : 0;
        bits |= i + 2 < len ? (unsigned)(unsigned char)text[i + 2] : 0;
        buf_addc(out, digits[bits >> 18]);
        buf_addc(out, digits[bits >> 12 & 63]);
        buf_addc(out, i + 1 < len ? digits[bits >> 6 & 63] : '=');
        buf_addc(out, i + 2 < len ? digits[bits & 63] : '=');
    }
}

void clip_copy(struct app *app, const char *text)
{
    struct buf out;

    buf_init(&out, CLIP_BYTES);
    buf_adds(&out, "\033]52;c;");
    add_base64(&out, text);
    buf_adds(&out, "\a");
    if (out.overflowed) {
        app_complain(app, _("That is too much for the clipboard."));
    } else {
        paint_raw(out.data);
        app_say(app, "%s", _("Copied, if the terminal allows it (OSC 52)."));
    }
    buf_wipe(&out);
}
