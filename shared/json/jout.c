/* Writes JSON into a buf, member by member: no tree, no forgotten commas. */
#include "json/jout.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"

void jout_init(struct jout *j, struct buf *to)
{
    *j = (struct jout){.to = to};
}

static void jout_name(struct jout *j, const char *name)
{
    if (j->comma)
        buf_addc(j->to, ',');
    j->comma = true;
    if (name == NULL)
        return;
    buf_addc(j->to, '"');
    buf_add_json(j->to, name, strlen(name));
    buf_adds(j->to, "\":");
}

static void jout_open(struct jout *j, const char *name, char bracket)
{
    jout_name(j, name);
    buf_addc(j->to, bracket);
    j->comma = false;
}

static void jout_close(struct jout *j, char bracket)
{
    buf_addc(j->to, bracket);
    j->comma = true;
}

void jout_object(struct jout *j, const char *name)
{
    jout_open(j, name, '{');
}

void jout_object_end(struct jout *j)
{
    jout_close(j, '}');
}

void jout_array(struct jout *j, const char *name)
{
    jout_open(j, name, '[');
}

void jout_array_end(struct jout *j)
{
    jout_close(j, ']');
}

void jout_null(struct jout *j, const char *name)
{
    jout_name(j, name);
    buf_adds(j->to, "null");
}

void jout_raw(struct jout *j, const char *name, const char *json)
{
    jout_name(j, name);
    buf_adds(j->to, json);
}

void jout_str(struct jout *j, const char *name, const char *str)
{
    if (str == NULL) {
        jout_null(j, name);
        return;
    }
    jout_name(j, name);
    buf_addc(j->to, '"');
    buf_add_json(j->to, str, strlen(str));
    buf_addc(j->to, '"');
}

void jout_int(struct jout *j, const char *name, int64_t value)
{
    jout_name(j, name);
    buf_addf(j->to, "%lld", (long long)value);
}

void jout_real(struct jout *j, const char *name, double value, int decimals)
{
    if (!isfinite(value)) { /* JSON has no word for it */
        jout_null(j, name);
        return;
    }
    jout_name(j, name);
    buf_addf(j->to, "%.*f", decimals, value);
}

void jout_bool(struct jout *j, const char *name, bool value)
{
    jout_name(j, name);
    buf_adds(j->to, value ? "true" : "false");
}

void jout_time(struct jout *j, const char *name, int64_t wall_ms)
{
    char iso[CLOCK_ISO_BYTES];

    jout_str(j, name, wall_ms == 0 ? NULL : clock_iso(wall_ms, iso));
}
