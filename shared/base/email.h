/* E-mail addresses: which are taken, and how they are shown where not everybody may read them. */
#ifndef BASE_EMAIL_H
#define BASE_EMAIL_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 5321 4.5.3.1: what a path may hold, and a local part. */
enum { EMAIL_MAX = 254, EMAIL_LOCAL_MAX = 64, EMAIL_BYTES = EMAIL_MAX + 1, EMAIL_NAME_BYTES = 128 };

/* Whether text is an address as it is kept, in small letters: runs of letters and digits joined by
 * single . _ % + - before the @, labels of letters, digits and - behind it, and at the end one of
 * letters only, two at least. So it holds nothing that a header or a command could trip over. */
bool email_ok(const char *text);
/* The same of what people type: blanks around it are cut off and capitals made small. false: it is
 * no address, and out is "". */
bool email_normal(const char *text, char out[EMAIL_BYTES]);
/* Reads "address" or "Name <address>", the name with or without double quotes. The name is "" when
 * there is none. false: malformed, or the name is too long or holds control characters. */
bool email_split(const char *text, char name[EMAIL_NAME_BYTES], char address[EMAIL_BYTES]);
/* For logs: "b…@example.org". What is no address becomes "…". Returns out. */
char *email_mask(const char *address, char out[EMAIL_BYTES]);

#endif
