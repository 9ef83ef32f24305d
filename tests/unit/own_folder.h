/* A folder that holds what the program under test keeps for its user. */
#ifndef UNIT_OWN_FOLDER_H
#define UNIT_OWN_FOLDER_H

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

static char own_folder[] = "/tmp/own-XXXXXX";

/* Makes it, and has the variable name it: XDG_STATE_HOME, for one. 0, or -1. */
static int own_folder_make(const char *variable)
{
    return mkdtemp(own_folder) != NULL && setenv(variable, own_folder, 1) == 0 ? 0 : -1;
}

/* Removes it, which fails when anything but this file was left in it. Takes path. */
static int own_folder_remove(char *path)
{
    char *inner = mem_printf("%s/ollama-pool", own_folder);

    unlink(path);
    rmdir(inner);
    free(path);
    free(inner);
    return rmdir(own_folder);
}

#endif
