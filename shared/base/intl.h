/* Marks the texts that people read, so that they can be shown in another language. */
#ifndef BASE_INTL_H
#define BASE_INTL_H

/* _() stands where a text is shown, N_() where it is kept in a table; what is shown out of a table
 * goes through _() there. Formats are whole sentences: no text is put together from pieces. */
#define _(text)  (text)
#define N_(text) text

#endif
