/* The table of views. */
#include "view.h"

#include <string.h>

#include "base/intl.h"

const struct view_def view_defs[VIEW_COUNT] = {
#define VIEW(id, number_, name_, title_, ops_, source_, resource_, route_, member_, columns_,      \
             sort_, refresh_, events_, filters_, nothing_, text_)                                  \
    [VIEW_##id] = {.number = (number_),                                                            \
                   .name = (name_),                                                                \
                   .title = (title_),                                                              \
                   .ops = &ops_,                                                                   \
                   .source = VIEW_##source_,                                                       \
                   .resource = RES_##resource_,                                                    \
                   .route = API_##route_,                                                          \
                   .member = (member_),                                                            \
                   .columns = (columns_),                                                          \
                   .sort = (sort_),                                                                \
                   .refresh_s = (refresh_),                                                        \
                   .events = (events_),                                                            \
                   .filters = (filters_),                                                          \
                   .nothing = (nothing_),                                                          \
                   .text = (text_)},
#include "views.def"
#undef VIEW
};

enum view_id view_find(const char *name)
{
    for (int i = 0; i < VIEW_COUNT; i++)
        if (*name != '\0' &&
            (strcmp(view_defs[i].name, name) == 0 || strcmp(view_defs[i].number, name) == 0))
            return (enum view_id)i;
    return VIEW_COUNT;
}

void selection_done(struct selection *s)
{
    words_done(&s->ids);
    words_done(&s->which);
    json_decref(s->row);
}
