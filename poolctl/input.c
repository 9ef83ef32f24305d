/* Opens and reads what a command is given as a file, on standard input, or at a prompt. */
#include "input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/intl.h"

/* A pipe shows only by reading that there is nothing in it. */
static bool is_empty(const struct input *in)
{
    int c;

    if (in->bytes >= 0)
        return in->bytes == 0;
    c = getc(in->file);
    if (c != EOF)
        ungetc(c, in->file);
    return c == EOF && !ferror(in->file);
}

static enum err_code check(struct input *in, struct err *e)
{
    struct stat st;

    if (fstat(fileno(in->file), &st) != 0)
        return err_set(e, ERR_USAGE, "%s: %s", in->name, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return err_set(e, ERR_USAGE, _("%s is a directory, not a file"), in->name);
    if (S_ISREG(st.st_mode))
        in->bytes = st.st_size - ftello(in->file);
    return is_empty(in) ? err_set(e, ERR_USAGE, _("%s is empty"), in->name) : ERR_OK;
}

enum err_code input_open(const char *path, struct input *in, struct err *e)
{
    bool standard = strcmp(path, "-") == 0;
    enum err_code code;

    *in = (struct input){
        .file = standard ? stdin : fopen(path, "re"),
        .name = standard ? _("standard input") : path,
        .bytes = -1,
    };
    if (in->file == NULL)
        return err_set(e, ERR_USAGE, _("cannot open %s: %s"), path, strerror(errno));
    if ((code = check(in, e)) != ERR_OK)
        input_close(in);
    return code;
}

void input_close(struct input *in)
{
    if (in->file != stdin)
        fclose(in->file);
    in->file = NULL;
}
