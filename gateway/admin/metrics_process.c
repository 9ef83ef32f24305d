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
#include "store/redis.h"
#include "sync/sync.h"
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

void metrics_store_down(struct metrics *m)
{
    put(m, (double)flusher_down_ms(m->gw->flusher) / 1e3);
}

/* ---- other gateways on the same store ---- */

void metrics_sync_applied(struct metrics *m)
{
    struct sync_lag lag;

    if (sync_lag(m->gw->sync, &lag))
        put(m, (double)lag.applied);
}

void metrics_sync_waiting(struct metrics *m)
{
    struct sync_lag lag;

    if (sync_lag(m->gw->sync, &lag))
        put(m, (double)lag.waiting);
}

void metrics_sync_unheard(struct metrics *m)
{
    struct sync_lag lag;

    if (sync_lag(m->gw->sync, &lag))
        put(m, (double)lag.unheard_ms / 1e3);
}

void metrics_sync_full(struct metrics *m)
{
    struct sync_lag lag;

    if (sync_lag(m->gw->sync, &lag))
        put(m, (double)lag.full);
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

/* ---- Redis: nothing when there is none ---- */

static bool redis_look(const struct metrics *m, struct redis_health *h)
{
    if (m->gw->redis == NULL)
        return false;
    redis_health(m->gw->redis, h);
    return true;
}

void metrics_redis_up(struct metrics *m)
{
    struct redis_health h;

    if (redis_look(m, &h))
        put(m, h.up);
}

void metrics_redis_calls(struct metrics *m)
{
    struct redis_health h;

    if (redis_look(m, &h))
        put(m, (double)h.calls);
}

void metrics_redis_seconds(struct metrics *m)
{
    struct redis_health h;

    if (redis_look(m, &h))
        put(m, (double)h.call_us / 1e6);
}

void metrics_redis_longest(struct metrics *m)
{
    struct redis_health h;

    if (redis_look(m, &h))
        put(m, (double)h.longest_us / 1e6);
}

void metrics_redis_errors(struct metrics *m)
{
    struct redis_health h;

    for (int f = 0; redis_look(m, &h) && f < REDIS_FAILURES; f++) {
        const char *const values[] = {redis_failure_name((enum redis_failure)f)};

        metrics_sample(m, "", values, NULL, (double)h.failed[f]);
    }
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
