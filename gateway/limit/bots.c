/* Names of scripts and crawlers in a User-Agent: for the log, nothing is blocked. */
#include "limit/bots.h"

#include <string.h>

#include "base/mem.h"

static const char *const bots[] = {"python-requests", "curl/",  "wget/", "scrapy", "bot",
                                   "spider",          "crawler"};
static const char *const welcome[] = {"Googlebot", "Bingbot"};

const char *bots_find(const char *user_agent)
{
    for (size_t i = 0; i < ARRAY_LEN(welcome); i++)
        if (strstr(user_agent, welcome[i]) != NULL)
            return NULL;
    for (size_t i = 0; i < ARRAY_LEN(bots); i++)
        if (strcasestr(user_agent, bots[i]) != NULL)
            return bots[i];
    return NULL;
}
