/* Errors as values: a code from errors.def and a message that names the thing and the remedy. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/mem.h"

enum err_code {
    ERR_OK = 0,
#define ERROR(name, json, http, type, exit, text) ERR_##name,
#include "base/errors.def"
#undef ERROR
    ERR_COUNT
};

/* A message never holds a secret. param names the field, setting or header at fault, or is "". */
struct err {
    enum err_code code;
    char text[320];
    char param[48];
};

/* What errors.def says of a code; static storage, any thread. */
struct err_info {
    const char *json_code, *type, *text;
    int http_status, exit_status;
};
const struct err_info *err_info(enum err_code code);
/* The code with this JSON name, or ERR_OK when there is none. */
enum err_code err_by_json(const char *json_code);

/* Fills *e (NULL is allowed) and returns code, so that a failing function ends in
 * `return err_set(e, ERR_X, "…")`. fmt NULL: the sentence of errors.def. */
enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, with the name of the field, setting or header at fault. */
enum err_code err_param(struct err *e, enum err_code code, const char *param, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Puts context before the message that is there: "file: line 3: no such setting". Returns e->code.
 */
enum err_code err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
