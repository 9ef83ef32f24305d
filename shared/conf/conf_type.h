/* What the types of options.def are: how a value is read, shown, compared and described. */
#ifndef CONF_CONF_TYPE_H
#define CONF_CONF_TYPE_H

#include "conf/conf.h"

/* Static storage, any thread. */
struct conf_type_info {
    const char *name; /* what help and manual put for the value: "NUMBER" */
    size_t size;      /* of the C type */
    bool owned_text;  /* it is an owned char * */
    bool secret;      /* never printed, and refused as a flag */
};
const struct conf_type_info *conf_type(const struct conf_option *o);

/* Reads text into the option's place in c, which frees what was there. When the text is not allowed
 * it returns false and changes nothing. The empty text is allowed where it is the default. */
bool conf_type_parse(const struct conf_option *o, const char *text, struct conf *c) MUST_CHECK;
/* What a value has to be, as the end of "LISTEN must be …": "a number from 1 to 16". */
void conf_type_rule(const struct conf_option *o, struct buf *out);
bool conf_type_equal(const struct conf_option *o, const struct conf *a, const struct conf *b);
/* Puts a copy of the value in from to its place in to, which frees what was there. */
void conf_type_copy(const struct conf_option *o, struct conf *to, const struct conf *from);
/* Frees what the option owns in c, secrets overwritten. */
void conf_type_done(const struct conf_option *o, struct conf *c);

#endif
