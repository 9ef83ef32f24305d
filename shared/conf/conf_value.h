/* The parser, printer and rule of each type of value; conf_type.c puts them to the types. */
#ifndef CONF_CONF_VALUE_H
#define CONF_CONF_VALUE_H

#include "conf/conf.h"

/* at is the place of the value, of the option's C type; table is the one beside the functions. */
struct conf_value {
    /* false, and nothing changed, when text is not allowed. For a text, *at is NULL before the call
     * and may stay so when the text is kept as it came; else it is owned text. */
    bool (*parse)(const struct conf_option *o, const void *table, const char *text, void *at);
    void (*print)(const struct conf_option *o, const void *table, const void *at, struct buf *out);
    void (*rule)(const struct conf_option *o, const void *table, struct buf *out);
    const void *table; /* units or choices, for the scalars */
};

extern const struct conf_value conf_value_int, conf_value_ms, conf_value_bytes, conf_value_bool,
    conf_value_level, conf_value_format, conf_value_access, conf_value_language;
extern const struct conf_value conf_value_text, conf_value_zone, conf_value_url, conf_value_addr,
    conf_value_path, conf_value_nets, conf_value_secret, conf_value_hex, conf_value_redis;

#endif
