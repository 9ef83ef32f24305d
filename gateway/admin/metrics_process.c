/* What /metrics tells of the process: workers, store, log, memory. */
#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/metrics.h"
#include "base/clock.h"
#include "base/log.h"
#include "mail/mail.h"
#include "stats/flusher.h"
#include "worker.h"

static void put(struct metrics *m, double value)
{
    metrics_sample(m, "", NULL, NULL, value);
}

void metrics_build(struct metrics *m)
{
    const char *const values[] = {POOL_VERSION};

    metrics_sample(m, "", values, NULL, 1);
}

void metrics_connections(struct metrics *m)
{
    put(m, atomic_load(&m->gw->connections));
}

void metrics_connections_max(struct metrics *m)
{
    put(m, (double)gateway_conf(m->gw)->max_connections);
}

void metrics_draining(struct metrics *m)
{
    put(m, atomic_load(&m->gw->draining));
}

/* ---- each worker ---- */

typedef double worker_value_fn(struct worker *w);

static void put_workers(struct metrics *m, worker_value_fn *value)
{
    for (size_t i = 0; i < m->gw->workers_len; i++) {
        char number[24];
        const char *const values[] = {number};

        snprintf(number, sizeof(number), "%zu", i);
        metrics_sample(m, "", values, NULL, value(m->gw->workers[i]));
    }
}

static double connections_of(struct worker *w)
{
    return atomic_load(&w->connections);
}

static double open_of(struct worker *w)
{
    return atomic_load(&w->open_requests);
}

static double requests_of(struct worker *w)
{
    return (double)atomic_load(&w->requests);
}

static double turns_of(struct worker *w)
{
    return (double)atomic_load(&w->pulse.turns);
}

static double longest_of(struct worker *w)
{
    return (double)pulse_longest_us(&w->pulse, clock_mono_ms()) / 1e6;
}

static double mail_of(struct worker *w)
{
    return (double)mailbox_depth(&w->mailbox);
}

void metrics_worker_connections(struct metrics *m)
{
    put_workers(m, connections_of);
}

void metrics_worker_open(struct metrics *m)
{
    put_workers(m, open_of);
}

void metrics_worker_requests(struct metrics *m)
{
    put_workers(m, requests_of);
}

void metrics_worker_turns(struct metrics *m)
{
    put_workers(m, turns_of);
}

void metrics_worker_longest(struct metrics *m)
{
    put_workers(m, longest_of);
}

void metrics_worker_mail(struct metrics *m)
{
    put_workers(m, mail_of);
}

/* ---- store, mail and log ---- */

void metrics_store_queue(struct metrics *m)
{
    put(m, (double)store_thread_depth(m->gw->store_thread));
}

void metrics_store_healthy(struct metrics *m)
{
    put(m, flusher_healthy(m->gw->flusher));
}

void metrics_mails(struct metrics *m)
{
    const char *values[] = {"sent"};
    struct mail_counts counts;

    mail_counts(m->gw, &counts);
    metrics_sample(m, "", values, NULL, (double)counts.sent);
    values[0] = "failed";
    metrics_sample(m, "", values, NULL, (double)counts.failed);
    values[0] = "retried";
    metrics_sample(m, "", values, NULL, (double)counts.retried);
}

void metrics_mails_waiting(struct metrics *m)
{
    struct mail_counts counts;

    mail_counts(m->gw, &counts);
    put(m, (double)counts.waiting);
}

void metrics_log_dropped(struct metrics *m)
{
    put(m, (double)log_dropped());
}

/* ---- the process ---- */

void metrics_start_time(struct metrics *m)
{
    put(m, (double)m->gw->started_at / 1e3);
}

static double seconds_of(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

void metrics_cpu(struct metrics *m)
{
    struct rusage use;

    if (getrusage(RUSAGE_SELF, &use) == 0)
        put(m, seconds_of(&use.ru_utime) + seconds_of(&use.ru_stime));
}

/* Field 0 or 1 of /proc/self/statm, in bytes; proc(5). */
static void put_memory(struct metrics *m, int field)
{
    unsigned long pages[2];
    FILE *f = fopen("/proc/self/statm", "re");

    if (f == NULL)
        return;
    if (fscanf(f, "%lu %lu", &pages[0], &pages[1]) == 2)
        put(m, (double)pages[field] * (double)sysconf(_SC_PAGESIZE));
    fclose(f);
}

void metrics_virtual_memory(struct metrics *m)
{
    put_memory(m, 0);
}

void metrics_resident(struct metrics *m)
{
    put_memory(m, 1);
}

/* Kernels from 6.2 on tell their number as the size of the folder; else they are counted. */
void metrics_open_fds(struct metrics *m)
{
    struct stat st;
    double n = 0;
    DIR *dir;

    if (stat("/proc/self/fd", &st) == 0 && st.st_size > 0) {
        put(m, (double)st.st_size);
        return;
    }
    dir = opendir("/proc/self/fd");
    if (dir == NULL)
        return;
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    put(m, n - 3); /* without ".", ".." and that of the folder itself */
}

void metrics_max_fds(struct metrics *m)
{
    struct rlimit lim;

    if (getrlimit(RLIMIT_NOFILE, &lim) == 0)
        put(m, (double)lim.rlim_cur);
}
