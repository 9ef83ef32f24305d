/* The ids that a command is given: on its line, or on standard input. */
#include "ids.h"

#include <stdlib.h>
#include <string.h>

#include "argtype.h"
#include "base/hmap.h"

enum { ID_LINE_BYTES = 256 };

static bool same_text(const void *item, const void *key)
{
    return strcmp(item, key) == 0;
}

static void ids_add(struct ids *ids, struct hmap *seen, const char *id)
{
    uint64_t hash = hash_bytes(id, strlen(id));

    if (hmap_get(seen, hash, same_text, id) != NULL)
        return;
    if ((ids->len & (ids->len - 1)) == 0)
        ids->list = mem_resize(ids->list, ids->len ? ids->len * 2 : 1, sizeof(*ids->list));
    ids->list[ids->len] = mem_strdup(id);
    hmap_put(seen, hash, ids->list[ids->len++]);
}

void ids_done(struct ids *ids)
{
    for (size_t i = 0; i < ids->len; i++)
        free(ids->list[i]);
    free(ids->list);
    free(ids->missing);
}

static enum err_code ids_read(struct ctl *c, enum arg_type type, struct ids *ids, struct hmap *seen,
                              struct err *e)
{
    const struct arg as = {.kind = ARG_POS_KIND, .name = "id", .type = type};
    char line[ID_LINE_BYTES];
    enum err_code code;
    int64_t num;

    for (size_t at = 1; fgets(line, sizeof(line), stdin) != NULL; at++) {
        line[strcspn(line, "\r\n")] = '\0';
        if (*line == '\0')
            continue;
        if ((code = argtype_check(c->args.cmd, &as, line, &num, e)) != ERR_OK) {
            err_wrap(e, _("standard input, line %zu"), at);
            return code;
        }
        ids_add(ids, seen, line);
    }
    return ids->len > 0 ? ERR_OK : err_set(e, ERR_USAGE, _("standard input holds no ids"));
}

enum err_code ids_gather(struct ctl *c, enum arg_type type, struct ids *ids, struct err *e)
{
    const struct args *a = &c->args;
    struct hmap seen = {.slots = NULL};
    enum err_code code = ERR_OK;

    *ids = (struct ids){.list = NULL};
    if (a->many_len == 1 && strcmp(a->many[0], "-") == 0)
        code = ids_read(c, type, ids, &seen, e);
    else
        for (size_t i = 0; i < a->many_len && code == ERR_OK; i++) {
            if (strcmp(a->many[i], "-") == 0)
                code = err_set(e, ERR_USAGE, _("- for standard input does not go with other ids"));
            else
                ids_add(ids, &seen, a->many[i]);
        }
    hmap_done(&seen);
    return code;
}
