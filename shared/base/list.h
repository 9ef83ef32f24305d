/* An intrusive doubly linked list: the link lives in the element, a list is a link of its own. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

/* Not thread-safe. A zeroed link is "in no list"; list_drop() makes it so again. */
struct list {
    struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

static inline bool list_linked(const struct list *link)
{
    return link->next != NULL;
}

static inline void list_push(struct list *l, struct list *link)
{
    link->prev = l->prev;
    link->next = l;
    l->prev->next = link;
    l->prev = link;
}

static inline void list_drop(struct list *link)
{
    if (link->next == NULL)
        return;
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->next = link->prev = NULL;
}

/* Takes the first link off the list; NULL when it is empty. */
static inline struct list *list_pop(struct list *l)
{
    struct list *link = l->next;

    if (link == l)
        return NULL;
    list_drop(link);
    return link;
}

/* Moves all of from to the end of to, in order. */
static inline void list_move_all(struct list *to, struct list *from)
{
    struct list *link;

    while ((link = list_pop(from)) != NULL)
        list_push(to, link);
}

#define list_of(link, type, member) container_of(link, type, member)

/* The body may drop the current element. */
#define list_each(pos, safe, l)                                                                    \
    for ((pos) = (l)->next, (safe) = (pos)->next; (pos) != (l);                                    \
         (pos) = (safe), (safe) = (pos)->next)

#endif
