/* Wakes the loop from other threads, which get no signals. */
#ifndef TUI_WAKE_H
#define TUI_WAKE_H

#include <pthread.h>

/* An eventfd. */
int wake_open(void);
void wake_write(int fd); /* any thread */
void wake_clear(int fd);

/* Starts a thread in which all signals are blocked: they are the main thread's. */
void wake_thread(pthread_t *out, void *(*run)(void *), void *arg);

#endif
