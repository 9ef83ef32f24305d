/* How other threads speak to a worker: a queue of letters and a descriptor that wakes it. */
#include "mailbox.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void mailbox_woken(struct ev_io *io, uint32_t events)
{
    uint64_t count;

    (void)events;
    if (read(io->fd, &count, sizeof(count)) < 0)
        return; /* someone read it already; the letters are looked at each turn anyway */
}

void mailbox_init(struct mailbox *m, struct evloop *l)
{
    *m = (struct mailbox){
        .wake = {.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .ready = mailbox_woken}};
    pthread_mutex_init(&m->lock, NULL);
    m->last = &m->first;
    if (m->wake.fd < 0 || !evloop_watch(l, &m->wake, EPOLLIN))
        abort();
}

void mailbox_done(struct mailbox *m)
{
    close(m->wake.fd);
    pthread_mutex_destroy(&m->lock);
}

void mailbox_post(struct mailbox *m, struct mail *letter)
{
    uint64_t one = 1;
    bool was_empty;

    letter->next = NULL;
    pthread_mutex_lock(&m->lock);
    was_empty = m->first == NULL;
    *m->last = letter;
    m->last = &letter->next;
    m->depth++;
    pthread_mutex_unlock(&m->lock);
    if (was_empty && write(m->wake.fd, &one, sizeof(one)) < 0)
        return; /* the counter is full, so the worker is awake */
}

size_t mailbox_depth(struct mailbox *m)
{
    size_t depth;

    pthread_mutex_lock(&m->lock);
    depth = m->depth;
    pthread_mutex_unlock(&m->lock);
    return depth;
}

void mailbox_empty(struct mailbox *m)
{
    struct mail *letter;

    pthread_mutex_lock(&m->lock);
    letter = m->first;
    m->first = NULL;
    m->last = &m->first;
    m->depth = 0;
    pthread_mutex_unlock(&m->lock);
    while (letter != NULL) {
        struct mail *next = letter->next;

        letter->open(letter);
        letter = next;
    }
}
