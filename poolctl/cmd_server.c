/* server status: how the running gateway does. */
#include "views.h"

static enum err_code run_status(struct ctl *c, struct err *e)
{
    return views_print(c, API_STATUS, NULL, e);
}

const struct command cmd_server_status = {
    .name = "server status",
    .text = "Show the running gateway: providers, workers, connections, store.",
    .args = (const struct arg[]){VIEWS_ARGS, ARG_END},
    .examples =
        EXAMPLES({"poolctl server status", "All of it"},
                 {"poolctl server status --by provider -o wide", "Where calls go"},
                 {"poolctl server status --url http://10.0.0.5:8787", "Of another machine"}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, "The gateway does not run there."}),
    .flags = CMD_LIST | CMD_SHOW,
    .views = (const struct view[]){{"provider", "providers", "Providers", RES_PROVIDER},
                                   {"worker", "workers", "Workers", RES_WORKER},
                                   {.name = NULL}},
    .resource = RES_STATUS,
    .run = run_status,
};
