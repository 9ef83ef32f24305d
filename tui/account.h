/* The view of a user's own account. */
#ifndef TUI_ACCOUNT_H
#define TUI_ACCOUNT_H

/* Calls that were made are not answered any more: asks anew. self is that of the view. */
void account_forget(void *self);

#endif
