/* The texts that people read, in their language: gettext with the domain "ollama-pool". */
#include "base/intl.h"

#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define INTL_DOMAIN "ollama-pool"

static bool started;

/* Where catalogues lie, seen from the folder of the program: installed; in bin/ of the sources; in
 * build/VARIANT/bin/ of them. */
static const char *const places[] = {"../share/locale", "../build/locale", "../locale"};

static void bind_catalogues(void)
{
    char self[PATH_MAX], path[PATH_MAX + 32];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self));
    const char *slash = len > 0 ? memrchr(self, '/', (size_t)len) : NULL;

    for (size_t i = 0; slash != NULL && i < ARRAY_LEN(places); i++) {
        snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - self), self, places[i]);
        if (access(path, R_OK | X_OK) != 0)
            continue;
        bindtextdomain(INTL_DOMAIN, path);
        return;
    }
}

static const char *first_set(const char *const names[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && *value != '\0')
            return value;
    }
    return NULL;
}

static bool is_utf8_name(const char *locale)
{
    const char *codeset = strchr(locale, '.');

    return codeset != NULL &&
           (strncasecmp(codeset, ".utf-8", 6) == 0 || strncasecmp(codeset, ".utf8", 5) == 0);
}

/* A locale such as zh_CN.UTF-8 names a language also on a machine where it is not installed, as on
 * most small ones: C.UTF-8, which always is, with LANGUAGE does the same for our texts. */
static void do_without_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *wish = first_set(names, ARRAY_LEN(names));

    if (wish == NULL || !is_utf8_name(wish))
        return;
    setlocale(LC_CTYPE, "C.UTF-8");
    setlocale(LC_MESSAGES, "C.UTF-8");
    setenv("LANGUAGE", wish, 0);
}

void intl_start(void)
{
    started = false;
    if (setlocale(LC_ALL, "") == NULL)
        do_without_locale();
    setlocale(LC_NUMERIC, "C");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
        setlocale(LC_MESSAGES, "C");
        return;
    }
    bind_catalogues();
    bind_textdomain_codeset(INTL_DOMAIN, "UTF-8");
    textdomain(INTL_DOMAIN);
    started = true;
}

void intl_stop(void)
{
    setlocale(LC_MESSAGES, "C");
    started = false;
}

/* gettext gives the head of the catalogue for "". */
const char *intl_text(const char *text)
{
    return started && *text != '\0' ? gettext(text) : text;
}

const char *intl_count(const char *one, const char *many, unsigned long n)
{
    return started ? ngettext(one, many, n) : (n == 1 ? one : many);
}
