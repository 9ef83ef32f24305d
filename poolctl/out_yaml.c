/* YAML, by libyaml: what YAML would take for something else than text is quoted. */
#include "out_yaml.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "out_impl.h"

enum { YAML_WIDEST = 1 << 20 /* lines are not folded */ };

struct form {
    yaml_emitter_t emitter;
    bool broken; /* standard output took no more; found out by its error flag later */
};

/* ---- what is text ------------------------------------------------------------------------------
 */

/* The words of YAML 1.1 and 1.2 that are no text when they stand bare. */
static const char *const bare_words[] = {"null", "true", "false", "yes", "no", "on",
                                         "off",  "y",    "n",     "~",   "=",  "<<"};

bool out_yaml_is_ambiguous(const char *text)
{
    if (*text == '\0' || strchr("+-.0123456789", *text) != NULL)
        return true; /* a number, a date, .inf, or none of them: quotes do no harm */
    for (size_t i = 0; i < ARRAY_LEN(bare_words); i++)
        if (strcasecmp(bare_words[i], text) == 0)
            return true;
    return false;
}

/* ---- events ------------------------------------------------------------------------------------
 */

/* made: what making the event returned, 0 for want of memory. */
static void emit(struct form *f, yaml_event_t *event, int made)
{
    if (!made)
        abort();
    if (f->broken) {
        yaml_event_delete(event);
        return;
    }
    if (yaml_emitter_emit(&f->emitter, event))
        return;
    if (f->emitter.error != YAML_WRITER_ERROR)
        abort();
    f->broken = true;
}

static void emit_text(struct form *f, const char *text, yaml_scalar_style_t style)
{
    yaml_event_t event;

    emit(f, &event,
         yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
                                      (int)strlen(text), 1, 1, style));
}

/* As the number types of YAML 1.1 have it: with a point, and a sign in the exponent. */
static void emit_real(struct form *f, double value)
{
    char digits[64], text[80];
    size_t head;

    snprintf(digits, sizeof(digits), "%.*g", OUT_REAL_DIGITS, value);
    head = strcspn(digits, "e");
    snprintf(text, sizeof(text), "%.*s%s%s", (int)head, digits,
             memchr(digits, '.', head) != NULL ? "" : ".0", digits + head);
    emit_text(f, text, YAML_PLAIN_SCALAR_STYLE);
}

static void emit_scalar(struct form *f, const json_t *value)
{
    const char *text = json_string_value(value);
    char number[32];

    if (text != NULL) {
        emit_text(f, text,
                  strchr(text, '\n') != NULL
                      ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                      : (out_yaml_is_ambiguous(text) ? YAML_SINGLE_QUOTED_SCALAR_STYLE
                                                     : YAML_PLAIN_SCALAR_STYLE));
    } else if (json_is_integer(value)) {
        snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        emit_text(f, number, YAML_PLAIN_SCALAR_STYLE);
    } else if (json_is_real(value)) {
        emit_real(f, json_real_value(value));
    } else {
        emit_text(f, json_is_true(value) ? "true" : (json_is_false(value) ? "false" : "null"),
                  YAML_PLAIN_SCALAR_STYLE);
    }
}

static void sequence_begin(struct form *f)
{
    yaml_event_t event;

    emit(f, &event,
         yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE));
}

static void sequence_end(struct form *f)
{
    yaml_event_t event;

    emit(f, &event, yaml_sequence_end_event_initialize(&event));
}

static void emit_value(struct form *f, const json_t *value);

static void emit_object(struct form *f, const json_t *object)
{
    yaml_event_t event;
    const char *name;
    json_t *member;

    emit(f, &event,
         yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
    json_object_foreach((json_t *)object, name, member)
    {
        emit_text(f, name,
                  out_yaml_is_ambiguous(name) ? YAML_SINGLE_QUOTED_SCALAR_STYLE
                                              : YAML_PLAIN_SCALAR_STYLE);
        emit_value(f, member);
    }
    emit(f, &event, yaml_mapping_end_event_initialize(&event));
}

static void emit_value(struct form *f, const json_t *value)
{
    if (json_is_object(value)) {
        emit_object(f, value);
    } else if (json_is_array(value)) {
        sequence_begin(f);
        for (size_t i = 0; i < json_array_size(value); i++)
            emit_value(f, json_array_get(value, i));
        sequence_end(f);
    } else {
        emit_scalar(f, value);
    }
}

/* ---- the form ----------------------------------------------------------------------------------
 */

/* Of what is printed again and again, each is a document of its own. */
static void begin(struct out *o)
{
    struct form *f = mem_zalloc(sizeof(*f));
    yaml_event_t event;

    o->form = f;
    if (!yaml_emitter_initialize(&f->emitter))
        abort();
    yaml_emitter_set_output_file(&f->emitter, stdout);
    yaml_emitter_set_unicode(&f->emitter, 1);
    yaml_emitter_set_width(&f->emitter, YAML_WIDEST);
    emit(f, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
    emit(f, &event,
         yaml_document_start_event_initialize(&event, NULL, NULL, NULL, o->ctl->watch_s == 0));
    if (!o->bare)
        sequence_begin(f);
}

static void line(struct out *o, const json_t *row)
{
    json_t *picked = out_pick(o, row);

    emit_value(o->form, picked);
    json_decref(picked);
}

static void finish(struct out *o)
{
    struct form *f = o->form;
    yaml_event_t event;

    if (!o->bare)
        sequence_end(f);
    emit(f, &event, yaml_document_end_event_initialize(&event, 1));
    emit(f, &event, yaml_stream_end_event_initialize(&event));
    yaml_emitter_delete(&f->emitter);
    free(f);
}

const struct out_form out_form_yaml = {begin, line, finish, ""};
