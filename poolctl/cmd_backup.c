/* backup: the whole pool into one sealed file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "passphrase.h"
#include "term/text.h"
#include "term/units.h"

enum { BACKUP_SILENCE_S = 300 };

/* The file appears whole, under its name, or not at all. */
struct target {
    const char *path;
    char *temp; /* owned; NULL: standard output */
    FILE *file;
};

static enum err_code target_open(struct ctl *c, struct target *t, struct err *e)
{
    int fd;

    t->path = args_text(&c->args, "file");
    if (strcmp(t->path, "-") == 0) {
        t->file = stdout;
        return c->term.out_tty
                   ? err_set(e, ERR_USAGE, _("a backup is no text; send it into a file or a pipe"))
                   : ERR_OK;
    }
    if (access(t->path, F_OK) == 0 && !args_has(&c->args, "force"))
        return err_set(e, ERR_CONFLICT, _("%.200s is there already; --force writes over it"),
                       t->path);
    t->temp = mem_printf("%s.XXXXXX", t->path);
    fd = mkostemp(t->temp, O_CLOEXEC); /* 0600 */
    t->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (t->file != NULL)
        return ERR_OK;
    return err_set(e, ERR_IO, _("%.200s cannot be made: %s"), t->path, strerror(errno));
}

static enum err_code target_close(struct target *t, enum err_code code, struct err *e)
{
    bool written;

    if (t->file == NULL || t->temp == NULL) {
        if (code == ERR_OK && fflush(stdout) != 0)
            code = err_set(e, ERR_IO, _("cannot write: %s"), strerror(errno));
        free(t->temp);
        return code;
    }
    written = fflush(t->file) == 0 && fsync(fileno(t->file)) == 0;
    written = fclose(t->file) == 0 && written;
    if (code == ERR_OK && (!written || rename(t->temp, t->path) != 0))
        code = err_set(e, ERR_IO, _("%.200s cannot be written: %s"), t->path, strerror(errno));
    if (code != ERR_OK)
        unlink(t->temp);
    free(t->temp);
    return code;
}

static void report(struct ctl *c, const struct target *t)
{
    char size[UNITS_TEXT];
    struct stat st;

    if (t->file == stdout || stat(t->path, &st) != 0)
        return;
    if (!out_is_table(c->format) || c->columns != NULL) {
        json_t *row = json_pack("{s:s,s:I}", "file", t->path, "bytes", (json_int_t)st.st_size);

        out_one(c, RES_BACKUP, row);
        json_decref(row);
    } else if (!c->quiet) {
        printf("%s: %s\n", t->path, units_bytes((double)st.st_size, size));
    }
}

static enum err_code fetch(struct ctl *c, const char *passphrase, FILE *to, struct err *e)
{
    json_t *body = passphrase != NULL ? json_pack("{s:s}", "passphrase", passphrase)
                                      : json_pack("{s:b}", "with_master_key", 1);
    const struct api_request request = {.route = API_BACKUP,
                                        .any_provider = true,
                                        .json = body,
                                        .download = to,
                                        .silence_s = BACKUP_SILENCE_S};
    enum err_code code;

    if (body == NULL)
        return err_set(e, ERR_USAGE, _("the passphrase is not UTF-8"));
    code = ctl_call(c, &request, NULL, e);
    json_decref(body);
    return code;
}

static enum err_code run_backup(struct ctl *c, struct err *e)
{
    bool with_master_key = args_has(&c->args, "with-master-key");
    struct target t = {.file = NULL};
    char *passphrase = NULL;
    enum err_code code;

    if (with_master_key && args_has(&c->args, "passphrase-file"))
        return err_set(e, ERR_USAGE,
                       _("--with-master-key and --passphrase-file do not go together"));
    code = target_open(c, &t, e);
    if (code == ERR_OK && !with_master_key)
        code = passphrase_read(c, true, &passphrase, e);
    if (code == ERR_OK)
        code = fetch(c, passphrase, t.file, e);
    secret_free(passphrase);
    code = target_close(&t, code, e);
    if (code == ERR_OK)
        report(c, &t);
    return code;
}

const struct command cmd_backup = {
    .name = "backup",
    .text = N_("Write the whole pool into one sealed file, while the gateway serves."),
    .details = PARAGRAPHS(
        N_("The file holds all there is: providers, keys with their states and counters, client "
           "tokens, users with their check-ins, invite codes, admin tokens, statistics, the audit "
           "log and the list of jobs, as they are at one moment. Settings, sessions of users and "
           "codes that were mailed are not in it."),
        N_("It is sealed with a passphrase, and then opens on any machine; or with the master key "
           "of the gateway, and then opens where that key is. Without the one or the other nothing "
           "of it can be read: keep it apart from the file."),
        N_("The file appears under its name when it is whole, readable by you alone.")),
    .args =
        (const struct arg[]){
            ARG_POS("file", AT_FILE, ARG_REQUIRED,
                    N_("The file to write, or - for standard output.")),
            PASSPHRASE_ARGS,
            ARG_OPT("with-master-key", 0, AT_FLAG, N_("Seal it with the gateway's master key.")),
            ARG_OPT("force", 'f', AT_FLAG, N_("Write over a file that is there.")), ARG_END},
    .examples = EXAMPLES(
        {"poolctl backup pool.backup --passphrase-file passphrase.txt", N_("To be kept elsewhere")},
        {"poolctl backup nightly.backup --with-master-key --force", N_("Every night")}),
    .exits =
        EXITS({0, NULL}, {1, NULL}, {2, NULL}, {4, N_("Not allowed: it takes the role owner.")},
              {5, N_("The file is there, or another backup or restore runs.")}, {6, NULL}),
    .resource = RES_BACKUP,
    .run = run_backup,
};
