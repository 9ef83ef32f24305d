/* Writes the completions and manual pages of poolctl from its tables: cligen NAME prints one. */
#include "cligen.h"

#include <string.h>

#include "base/mem.h"

static const struct document {
    const char *name, *path;
    void (*write)(FILE *to);
} documents[] = {
    {"bash", "completions/poolctl.bash", gen_bash},
    {"zsh", "completions/_poolctl", gen_zsh},
    {"fish", "completions/poolctl.fish", gen_fish},
    {"man-poolctl", "docs/man/poolctl.1", gen_man_poolctl},
    {"man-shell", "docs/man/poolctl-shell.1", gen_man_shell},
};

static void list(void)
{
    for (size_t i = 0; i < ARRAY_LEN(documents); i++)
        printf("%s %s\n", documents[i].name, documents[i].path);
    for (size_t i = 0; i < nouns_len; i++)
        printf("noun-%s docs/man/poolctl-%s.1\n", nouns[i].name, nouns[i].name);
}

static bool write_one(const char *name)
{
    const struct noun *noun = strncmp(name, "noun-", 5) == 0 ? noun_find(name + 5) : NULL;

    if (noun != NULL) {
        gen_man_noun(stdout, noun);
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
        if (strcmp(documents[i].name, name) == 0) {
            documents[i].write(stdout);
            return true;
        }
    }
    return false;
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        list();
    } else if (argc != 2 || !write_one(argv[1])) {
        fputs("usage: cligen NAME | list\n", stderr);
        return 2;
    }
    return ferror(stdout) || fclose(stdout) != 0;
}
