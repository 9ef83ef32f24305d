/* Another language than that of the machine, for a test. */
#ifndef TEST_LANGUAGE_H
#define TEST_LANGUAGE_H

#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/intl.h"
#include "base/mem.h"

/* As a program does that finds these two in its environment; language NULL: no LANGUAGE. */
static inline void language_start(const char *locale, const char *language)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG",
                                            "LANGUAGE"};
    const char *build = getenv("BUILD");
    char folder[512];

    for (size_t i = 0; i < ARRAY_LEN(variables); i++)
        unsetenv(variables[i]);
    setlocale(LC_ALL, "C");
    setenv("LANG", locale, 1);
    if (language != NULL)
        setenv("LANGUAGE", language, 1);
    intl_start();
    snprintf(folder, sizeof(folder), "%s/%s/locale", getenv("PWD"), build ? build : "build");
    bindtextdomain("ollama-pool", folder);
}

#endif
