/* The texts that people read, in their language: gettext with the domain "ollama-pool". */
#ifndef BASE_INTL_H
#define BASE_INTL_H

/* _() stands where a text is shown, N_() where it is kept in a table; what is shown out of a table
 * goes through _() there. P_() is for a sentence with a count: the form for one, that for others,
 * and the count. Formats are whole sentences: no text is put together from pieces.
 * What programs read stays English: JSON, CSV, logs, all of the gateway, which never starts this.
 */
#define _(text)          intl_text(text)
#define N_(text)         text
#define P_(one, many, n) intl_count(one, many, n)

/* Takes the user's language from the environment; before other threads run. Numbers keep their
 * point. Where the locale is not UTF-8, or was not started, all texts stay English. */
void intl_start(void);
/* All texts are English from here on: for output that a program is going to read. */
void intl_stop(void);

/* The text in the user's language, or itself. Static storage; any thread. */
const char *intl_text(const char *text) __attribute__((format_arg(1)));
const char *intl_count(const char *one, const char *many, unsigned long n)
    __attribute__((format_arg(1), format_arg(2)));

#endif
