/* Writes the documents that can be derived from the tables: poolgen NAME prints one of them. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "gen/gen.h"

static const struct document {
    const char *name, *path;
    void (*write)(FILE *to);
} documents[] = {
    {"config", "docs/config.md", gen_config},
    {"env", "docs/ollama-pool.env", gen_env},
    {"routes", "docs/routes.md", gen_routes},
    {"errors", "docs/errors.md", gen_errors},
    {"openapi", "docs/openapi.json", gen_openapi},
    {"man-gateway", "docs/man/pool-gateway.8", gen_man_gateway},
    {"man-conf", "docs/man/pool.conf.5", gen_man_conf},
};

void gen_cell(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("|<*", *text) != NULL)
            fputc('\\', to);
        fputc(*text, to);
    }
}

static int usage(void)
{
    fputs("usage: poolgen NAME | list, with NAME one of:", stderr);
    for (size_t i = 0; i < ARRAY_LEN(documents); i++)
        fprintf(stderr, " %s", documents[i].name);
    fputc('\n', stderr);
    return 2;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        for (size_t i = 0; i < ARRAY_LEN(documents); i++)
            printf("%s %s\n", documents[i].name, documents[i].path);
        return ferror(stdout) || fclose(stdout) != 0;
    }
    for (size_t i = 0; argc == 2 && i < ARRAY_LEN(documents); i++)
        if (strcmp(argv[1], documents[i].name) == 0) {
            documents[i].write(stdout);
            return ferror(stdout) || fclose(stdout) != 0;
        }
    return usage();
}
