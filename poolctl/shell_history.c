/* The lines that were typed at the prompt of poolctl shell, kept in a file. */
#include "shell_history.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "argtype.h"
#include "base/state_file.h"
#include "base/words.h"

char *history_path(void)
{
    const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    if (base != NULL && *base == '/')
        return mem_printf("%s/ollama-pool/history", base);
    return home && *home == '/' ? mem_printf("%s/.local/state/ollama-pool/history", home) : NULL;
}

/* ---- what is kept ------------------------------------------------------------------------------
 */

/* "--name=sk-…" and "a,sk-…" hide one in a word. */
static bool part_is_secret(char *word)
{
    char *save = NULL;

    if (argtype_is_secret(word) && strpbrk(word, "=,") == NULL)
        return true;
    if (strstr(word, "://") != NULL && strchr(word, '@') != NULL)
        return true;
    for (char *part = strtok_r(word, "=, ", &save); part; part = strtok_r(NULL, "=, ", &save))
        if (argtype_is_secret(part))
            return true;
    return false;
}

bool history_may_keep(const char *line)
{
    struct words words = {.list = NULL};
    struct err ignored;
    bool secret = false;

    if (*line == '\0' || isspace((unsigned char)*line) || strlen(line) >= HISTORY_LINE_BYTES)
        return false;
    for (const char *p = line; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return false;
    if (words_split(line, &words, &ignored) != ERR_OK)
        secret = argtype_is_secret(line); /* stricter than need be: ids count as well */
    for (size_t i = 0; i < words.len; i++)
        secret = part_is_secret(words.list[i]) || secret;
    words_done(&words);
    return !secret;
}

/* ---- the file ----------------------------------------------------------------------------------
 */

static void read_lines(const char *path, struct words *lines)
{
    FILE *file = fopen(path, "re");
    char line[HISTORY_LINE_BYTES + 2];

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (*line != '\0')
            words_add(lines, line);
    }
    if (file != NULL)
        fclose(file);
}

void history_each(const char *path, void (*fn)(const char *line))
{
    struct words lines = {.list = NULL};

    read_lines(path, &lines);
    for (size_t i = 0; i < lines.len; i++)
        fn(lines.list[i]);
    words_done(&lines);
}

static void put_lines(FILE *to, const void *arg)
{
    const struct words *lines = arg;

    for (size_t i = 0; i < lines->len; i++)
        fprintf(to, "%s\n", lines->list[i]);
}

void history_add(const char *path, const char *line)
{
    struct words lines = {.list = NULL};
    int folder = state_file_folder(path);

    if (folder < 0)
        return;
    if (flock(folder, LOCK_EX) == 0) {
        read_lines(path, &lines);
        for (size_t i = lines.len; i-- > 0;)
            if (strcmp(lines.list[i], line) == 0)
                words_drop(&lines, i);
        words_add(&lines, line);
        while (lines.len > HISTORY_LINES)
            words_drop(&lines, 0);
        state_file_write(path, put_lines, &lines); /* without a history all works as well */
        words_done(&lines);
    }
    close(folder);
}
