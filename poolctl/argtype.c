/* The types of arguments: how each is named in usage lines, checked, and read. */
#include "argtype.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/email.h"
#include "conf/suggest.h"
#include "crypto/digest.h"
#include "term/units.h"

enum {
    SECRET_RUN = 16,  /* so many letters and digits in a row, both kinds, are no word */
    SHOWN_BYTES = 80, /* of a value that is repeated in an error */
    CONTEXT_NAME_MAX = 64,
    INTERVAL_MOST_S = 7 * 24 * 3600,
};

typedef bool check_fn(const char *text, int64_t *num);

static bool is_id(char kind, const char *text)
{
    uint64_t id;

    return digest_id_parse(kind, text, strlen(text), &id);
}

bool argtype_is_secret(const char *text)
{
    static const char kinds[] = "ktjaui"; /* of keys, tokens, jobs, admin tokens, users, invites */
    size_t run = 0;
    bool digit = false, letter = false;

    if (*text != '\0' && strchr(kinds, *text) != NULL && is_id(*text, text))
        return false;
    if (strstr(text, "----") != NULL || strncmp(text, "sk-", 3) == 0)
        return true;
    for (; *text != '\0'; text++) {
        if (!isalnum((unsigned char)*text)) {
            run = 0;
            digit = letter = false;
            continue;
        }
        run++;
        digit = digit || isdigit((unsigned char)*text);
        letter = letter || isalpha((unsigned char)*text);
        if (run >= SECRET_RUN && digit && letter)
            return true;
    }
    return false;
}

static bool check_text(const char *text, int64_t *num)
{
    (void)num;
    return *text != '\0';
}

static bool check_any(const char *text, int64_t *num)
{
    (void)text;
    (void)num;
    return true;
}

static bool check_int(const char *text, int64_t *num)
{
    char *end;

    errno = 0;
    *num = strtoll(text, &end, 10);
    return isdigit((unsigned char)*text) && *end == '\0' && errno == 0 && *num > 0;
}

static bool check_number(const char *text, int64_t *num)
{
    return check_int(text, num) || strcmp(text, "0") == 0;
}

static bool check_interval(const char *text, int64_t *num)
{
    return check_int(text, num) ? *num <= INTERVAL_MOST_S : units_parse_duration(text, num);
}

static bool check_key_id(const char *text, int64_t *num)
{
    (void)num;
    return is_id('k', text);
}

static bool check_token_id(const char *text, int64_t *num)
{
    (void)num;
    return is_id('t', text);
}

static bool check_job_id(const char *text, int64_t *num)
{
    (void)num;
    return is_id('j', text);
}

static bool check_email(const char *text, int64_t *num)
{
    char address[EMAIL_BYTES];

    (void)num;
    return email_normal(text, address);
}

static bool check_user(const char *text, int64_t *num)
{
    return is_id('u', text) || check_email(text, num);
}

static bool check_invite_id(const char *text, int64_t *num)
{
    (void)num;
    return is_id('i', text);
}

static bool check_provider(const char *text, int64_t *num)
{
    (void)num;
    return *text != '\0' && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static bool check_setting(const char *text, int64_t *num)
{
    size_t len = 0;

    (void)num;
    while (isalnum((unsigned char)text[len]) || text[len] == '_' || text[len] == '-')
        len++;
    return len > 0 && text[len] == '\0';
}

/* A day is its beginning. */
static bool check_date(const char *text, int64_t *num)
{
    static const char day[] = "0000-00-00", midnight[] = "T00:00:00Z";
    char whole[64];

    *num = 0;
    if (strcmp(text, "never") == 0)
        return true;
    snprintf(whole, sizeof(whole), "%s%s", text, strlen(text) == sizeof(day) - 1 ? midnight : "");
    return strlen(text) >= sizeof(day) - 1 && clock_parse_iso(whole, num) && *num > 0;
}

static bool check_header(const char *text, int64_t *num)
{
    (void)num;
    return strcspn(text, ": \t") > 0 && text[strcspn(text, ": \t")] == ':';
}

/* What may be a secret is a file only if it is there. */
static bool check_file(const char *text, int64_t *num)
{
    (void)num;
    return *text != '\0' && (!argtype_is_secret(text) || access(text, F_OK) == 0);
}

static bool check_dash(const char *text, int64_t *num)
{
    (void)num;
    return strcmp(text, "-") == 0;
}

static bool check_context(const char *text, int64_t *num)
{
    (void)num;
    return isalnum((unsigned char)*text) && strlen(text) <= CONTEXT_NAME_MAX &&
           text[strspn(
               text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")] == '\0';
}

/* A row for each type. check NULL: nothing to check, or done elsewhere. */
static const struct {
    const char *name, *rule;
    check_fn *check;
    bool private; /* a wrong value is never repeated */
} types[AT_COUNT] = {
    [AT_FLAG] = {"", "", NULL, false},
    [AT_TEXT] = {NULL, N_("text that is not empty"), check_text, false},
    [AT_ANY] = {NULL, N_("text"), check_any, false},
    [AT_INT] = {"N", N_("a whole number above 0"), check_int, false},
    [AT_NUMBER] = {"N", N_("a whole number, 0 or more"), check_number, false},
    [AT_DURATION] = {"DURATION", N_("a time such as 90m, 2h, 30d or 1h30m"), units_parse_duration,
                     false},
    [AT_INTERVAL] = {"INTERVAL", N_("a number of seconds, or a time such as 10s or 1m"),
                     check_interval, false},
    [AT_CHOICE] = {NULL, NULL, NULL, false},
    [AT_VIEW] = {NULL, NULL, NULL, false},
    [AT_KEYID] = {NULL, N_("the id of a key (k_ and 16 hex digits, see: poolctl key list)"),
                  check_key_id, false},
    [AT_TOKENID] = {NULL, N_("the id of a token (t_ and 16 hex digits, see: poolctl token list)"),
                    check_token_id, false},
    [AT_TOKEN] = {"TOKEN", N_("the id or name of a token"), check_text, false},
    [AT_JOBID] = {NULL, N_("the id of a job (j_ and 16 hex digits, see: poolctl job list)"),
                  check_job_id, false},
    [AT_ADMIN] = {NULL, N_("the id or name of an admin token"), check_text, false},
    [AT_USER] = {NULL, N_("the e-mail address of a user, or the id (see: poolctl user list)"),
                 check_user, false},
    [AT_EMAIL] = {NULL, N_("an e-mail address such as ann@example.org"), check_email, false},
    [AT_INVITEID] = {NULL,
                     N_("the id of an invite code (i_ and 16 hex digits, see: poolctl invite "
                        "list)"),
                     check_invite_id, false},
    [AT_PROOF] = {NULL, N_("text that is not empty"), check_text, true},
    [AT_PROVIDER] = {"PROVIDER", N_("a provider's name: small letters, digits and hyphens"),
                     check_provider, false},
    [AT_SETTING] = {NULL, N_("the name of a setting"), check_setting, false},
    [AT_DATE] = {"DATE", N_("a date such as 2030-01-31 or 2030-01-31T12:00:00Z, or never"),
                 check_date, false},
    [AT_HEADER] = {"'NAME: VALUE'", N_("a header such as 'Retry-After: 60'"), check_header, false},
    [AT_FILE] = {"FILE", N_("a file, or - for standard input"), check_file, false},
    [AT_URL] = {"URL", NULL, NULL, false},
    [AT_DASH] = {"-", N_("- for standard input, or nothing"), check_dash, true},
    [AT_FIELDS] = {"A,B,…", NULL, NULL, false},
    [AT_SORT] = {"FIELD", NULL, NULL, false},
    [AT_FILTER] = {"TERMS", NULL, NULL, false},
    [AT_CONTEXT] = {"NAME", N_("letters, digits, - _ and ., up to 64, the first a letter or digit"),
                    check_context, false},
    [AT_TOPIC] = {NULL, N_("text that is not empty"), check_text, false},
    [AT_VERB] = {NULL, N_("text that is not empty"), check_text, false},
};

void argtype_words(const struct command *cmd, const struct arg *arg,
                   void (*fn)(void *to, const char *word), void *to)
{
    const struct view *views = arg->type == AT_VIEW && cmd != NULL ? cmd->views : NULL;
    const char *at = arg->choices;

    for (; views != NULL && views->name != NULL; views++)
        fn(to, views->name);
    while (at != NULL && *at != '\0') {
        size_t len = strcspn(at, "|");
        char word[SUGGEST_WORD_BYTES];

        snprintf(word, sizeof(word), "%.*s", (int)len, at);
        fn(to, word);
        at += len + (at[len] == '|');
    }
}

struct words {
    struct buf *to;
    const char *between;
};

static void join_word(void *to, const char *word)
{
    struct words *w = to;

    buf_addf(w->to, "%s%s", w->to->len > 0 ? w->between : "", word);
}

void argtype_name(const struct command *cmd, const struct arg *arg, struct buf *out)
{
    struct buf words;

    buf_init(&words, 1024);
    if (arg->type == AT_CHOICE || arg->type == AT_VIEW)
        argtype_words(cmd, arg, join_word, &(struct words){&words, "|"});
    if (words.len > 0) {
        buf_add(out, words.data, words.len);
    } else if (types[arg->type].name != NULL) {
        buf_adds(out, types[arg->type].name);
    } else {
        for (const char *p = arg->name; *p != '\0'; p++)
            buf_addc(out, (char)toupper((unsigned char)*p));
    }
    buf_done(&words);
}

const char *argtype_title(const struct arg *arg, char out[ARGTYPE_TITLE_BYTES])
{
    snprintf(out, ARGTYPE_TITLE_BYTES, arg->kind == ARG_OPT_KIND ? "--%s" : "%s", arg->name);
    if (arg->kind == ARG_POS_KIND)
        for (char *p = out; *p != '\0'; p++)
            *p = (char)toupper((unsigned char)*p);
    return out;
}

struct choice {
    const char *text;
    bool found;
    struct suggest near;
    char best[SUGGEST_WORD_BYTES]; /* words live no longer than the call that offers them */
};

static void try_word(void *to, const char *word)
{
    struct choice *c = to;
    const char *before = c->near.best;

    c->found = c->found || strcmp(c->text, word) == 0;
    suggest_offer(&c->near, word);
    if (c->near.best != before) {
        snprintf(c->best, sizeof(c->best), "%s", word);
        c->near.best = c->best;
    }
}

static enum err_code check_choice(const struct command *cmd, const struct arg *arg,
                                  const char *text, struct err *e)
{
    struct choice c = {.text = text};
    struct buf words;
    char name[ARGTYPE_TITLE_BYTES];

    suggest_init(&c.near, text, strlen(text));
    argtype_words(cmd, arg, try_word, &c);
    if (c.found)
        return ERR_OK;
    buf_init(&words, 1024);
    argtype_words(cmd, arg, join_word, &(struct words){&words, ", "});
    if (c.near.best != NULL)
        err_set(e, ERR_USAGE, _("%s must be one of %s; did you mean %s?"), argtype_title(arg, name),
                words.data ? words.data : "", c.best);
    else
        err_set(e, ERR_USAGE, _("%s must be one of %s"), argtype_title(arg, name),
                words.data ? words.data : "");
    buf_done(&words);
    return ERR_USAGE;
}

/* A wrong value: an id that is none may be the key itself, typed in its place. */
static enum err_code refuse(const struct arg *arg, const char *text, struct err *e)
{
    bool id = arg->type == AT_KEYID || arg->type == AT_TOKENID || arg->type == AT_INVITEID;
    bool hide = types[arg->type].private || argtype_is_secret(text);
    char name[ARGTYPE_TITLE_BYTES];

    argtype_title(arg, name);
    if (id && (hide || (strchr("kti", *text) == NULL && strlen(text) >= 8)))
        return err_set(
            e, ERR_USAGE,
            _("%s must be %s. A key or token itself is not taken on the command line, where others "
              "can see it: give it in a file, on standard input or at the prompt. If this was one, "
              "remove it from your shell's history"),
            name, _(types[arg->type].rule));
    if (hide)
        return err_set(
            e, ERR_USAGE,
            _("a key or token is not taken on the command line, where others can see it: give it "
              "in a file, on standard input or at the prompt. If this was one, remove it from your "
              "shell's history"));
    return err_set(e, ERR_USAGE, _("%s must be %s, not '%.*s'"), name, _(types[arg->type].rule),
                   SHOWN_BYTES, text);
}

/* Where a secret might be typed by mistake. */
static bool is_open(enum arg_type type)
{
    return type == AT_TEXT || type == AT_ANY || type == AT_TOKEN || type == AT_ADMIN ||
           type == AT_CONTEXT || type == AT_TOPIC || type == AT_VERB || type == AT_PROVIDER;
}

enum err_code argtype_check(const struct command *cmd, const struct arg *arg, const char *text,
                            int64_t *num, struct err *e)
{
    check_fn *check = types[arg->type].check;

    *num = 0;
    if ((arg->flags & ARG_STDIN) && strcmp(text, "-") == 0)
        return ERR_OK;
    if (arg->type == AT_CHOICE || arg->type == AT_VIEW)
        return check_choice(cmd, arg, text, e);
    if (check != NULL && !check(text, num))
        return refuse(arg, text, e);
    return is_open(arg->type) && argtype_is_secret(text) ? refuse(arg, text, e) : ERR_OK;
}
