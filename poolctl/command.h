/* The tables that poolctl is made of: commands, their arguments, and what an argument may be. */
#ifndef POOLCTL_COMMAND_H
#define POOLCTL_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "api/resources.h"
#include "base/err.h"
#include "base/intl.h"

struct ctl;

enum arg_kind { ARG_END_KIND, ARG_POS_KIND, ARG_OPT_KIND };
/* What a value is; argtype.c says how each is named, checked and read. */
enum arg_type {
    AT_FLAG, /* an option without a value */
    AT_TEXT,
    AT_ANY, /* text that may be empty, which stands for none */
    AT_INT,
    AT_NUMBER,   /* 0 as well */
    AT_DURATION, /* read as seconds */
    AT_INTERVAL, /* the same; a bare number is seconds already */
    AT_CHOICE,   /* one of the words in choices */
    AT_VIEW,     /* one of the command's views */
    AT_KEYID,
    AT_TOKENID,
    AT_TOKEN, /* the id or name of a token */
    AT_JOBID,
    AT_ADMIN, /* the id or name of an admin token */
    AT_USER,  /* the address or id of a user */
    AT_EMAIL, /* an address that need not be a user's */
    AT_INVITEID,
    AT_PROOF,    /* a code or token that is good for one call only, so it may be on the line */
    AT_PROVIDER, /* whether there is such a one is for the gateway to say */
    AT_SETTING,  /* likewise */
    AT_DATE,     /* a day or a moment, or "never" */
    AT_HEADER,   /* "Name: value" */
    AT_URL,
    AT_FILE,   /* "-" is standard input */
    AT_DASH,   /* "-" only: stands where a secret might be typed by mistake */
    AT_FIELDS, /* fields of the resource that is printed, comma-separated */
    AT_SORT,   /* a field to sort by, "-" before it for the other way round */
    AT_FILTER, /* what rows must be like, in the grammar of filter.h */
    AT_CONTEXT,
    AT_TOPIC, /* what help is asked on: the first word of a command, or a topic */
    AT_VERB,  /* the second word */
    AT_COUNT
};
enum arg_flags {
    ARG_REQUIRED = 1,
    /* The last positional: one or more, or none when not required; or else an option that may be
     * given several times. A command has one such argument. */
    ARG_MANY = 2,
    ARG_STDIN = 4, /* a lone "-" reads the values from standard input, a line each */
    ARG_MAYBE = 8, /* an option whose value may be left out; it is joined by = when it is there */
};

struct arg {
    enum arg_kind kind;
    const char *name;
    char letter;
    enum arg_type type;
    unsigned flags;
    const char *choices; /* "table|wide|json" */
    const char *text;    /* a sentence */
};
#define ARG_POS(name_, type_, flags_, text_)                                                       \
    {                                                                                              \
        .kind = ARG_POS_KIND, .name = (name_), .type = (type_), .flags = (flags_), .text = (text_) \
    }
#define ARG_OPT(name_, letter_, type_, text_)                                                      \
    {                                                                                              \
        .kind = ARG_OPT_KIND, .name = (name_), .letter = (letter_), .type = (type_),               \
        .text = (text_)                                                                            \
    }
#define ARG_ONE_OF(name_, letter_, choices_, text_)                                                \
    {                                                                                              \
        .kind = ARG_OPT_KIND, .name = (name_), .letter = (letter_), .type = AT_CHOICE,             \
        .choices = (choices_), .text = (text_)                                                     \
    }
#define ARG_OPT_MAYBE(name_, letter_, type_, text_)                                                \
    {                                                                                              \
        .kind = ARG_OPT_KIND, .name = (name_), .letter = (letter_), .type = (type_),               \
        .flags = ARG_MAYBE, .text = (text_)                                                        \
    }
#define ARG_OPT_MANY(name_, letter_, type_, text_)                                                 \
    {                                                                                              \
        .kind = ARG_OPT_KIND, .name = (name_), .letter = (letter_), .type = (type_),               \
        .flags = ARG_MANY, .text = (text_)                                                         \
    }
#define ARG_END                                                                                    \
    {                                                                                              \
        .kind = ARG_END_KIND                                                                       \
    }

struct example {
    const char *line; /* for a shell; NULL ends the examples */
    const char *text;
};
#define EXAMPLES(...) ((const struct example[]){__VA_ARGS__, {NULL, NULL}})

/* Paragraphs, each translated by itself. One that begins with a blank is not: its lines stay as
 * they are. An empty one makes an empty line. */
#define PARAGRAPHS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* An exit status, and what it means here; text NULL: what it means everywhere. */
struct exit_note {
    int status; /* -1 ends the notes */
    const char *text;
};
#define EXITS(...) ((const struct exit_note[]){__VA_ARGS__, {-1, NULL}})

/* A part of the answer that --by prints as rows of its own. */
struct view {
    const char *name;   /* NULL ends the views */
    const char *member; /* of the answer's JSON */
    const char *title;  /* where all are printed */
    enum resource_id resource;
};

/* What is true of a command. Options follow from it: see option_groups. */
enum command_flags {
    CMD_LIST = 1, /* prints rows, which can be sorted, filtered and limited; with views: by --by */
    CMD_SHOW = 2, /* prints what is; like a list, it can do so again and again, and be paged */
    CMD_CHANGE = 4,  /* can tell what it would do instead of doing it */
    CMD_DESTROY = 8, /* a protected context wants its name typed first */
    CMD_PAGED = 16,  /* its output goes through the pager, as that of lists and shows does */
};

struct command {
    const char *name;           /* "key disable", or one word */
    const char *also;           /* another name: a command of one word, and a second one; or NULL */
    const char *text;           /* a sentence */
    const char *const *details; /* see PARAGRAPHS(); or NULL */
    const struct arg *args;
    const struct example *examples;
    const struct exit_note *exits;
    const struct view *views;  /* or NULL */
    unsigned flags;            /* of command_flags */
    enum resource_id resource; /* what it prints; RES_COUNT: nothing of the kind */
    /* More things than this need a typed count, 0: never. Where ids are listed, only those of a
     * CMD_DESTROY do; what a filter finds, always. */
    size_t confirm_over;
    /* "This will delete {1} keys. Type {1} to go on: ", and "to delete {1} keys at once", which is
     * refused where nobody can be asked. */
    const char *confirm, *confirm_what;
    enum err_code (*run)(struct ctl *c, struct err *e);
};

/* A word that commands begin with. */
struct noun {
    const char *name, *plural, *text;
};

#define COMMAND(name) extern const struct command name;
#include "commands.def"
#undef COMMAND

extern const struct command *const commands[];
extern const size_t commands_len;
extern const struct noun nouns[];
extern const size_t nouns_len;

/* Options that several commands have. */
struct option_group {
    unsigned flags;         /* a command with any of these has them; 0: every command */
    const char *title;      /* "Options of lists" */
    const struct arg *args; /* ends with ARG_END */
};
extern const struct option_group option_groups[];
extern const size_t option_groups_len;
/* Whether the command (NULL: none was named yet) has the options of the group. */
bool command_has_group(const struct command *cmd, const struct option_group *group);
extern const struct exit_note exit_meanings[]; /* of every exit status, as everywhere */

/* The noun of this name or plural, or NULL. */
const struct noun *noun_find(const char *word);
/* The command of this noun (a name from nouns, not a plural) and verb; verb NULL: the command of
 * one word. NULL when there is none. */
const struct command *command_find(const char *noun, const char *verb);
/* The verb of a command that begins with this noun, else NULL. */
const char *command_verb(const struct command *cmd, const char *noun);

#endif
