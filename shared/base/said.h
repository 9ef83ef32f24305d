/* Sentences of the gateway, which are English, in the user's language. */
#ifndef BASE_SAID_H
#define BASE_SAID_H

/* The sentence in the user's language. One with values in it ("More than 5 requests in 60 s.") is
 * known by the form that the gateway made it from, and a value that is a sentence again is taken
 * likewise. A sentence that no form fits stays as it is. Owned; any thread. */
char *said_text(const char *english);

#endif
