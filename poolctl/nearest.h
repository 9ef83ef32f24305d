/* What a word that is no command may have been meant for. */
#ifndef POOLCTL_NEAREST_H
#define POOLCTL_NEAREST_H

/* The verb of the noun, or the noun or command of one word, that is likely meant; NULL: none is
 * near. Static storage. */
const char *nearest_verb(const char *noun, const char *word);
const char *nearest_noun(const char *word);

#endif
