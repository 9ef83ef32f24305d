/* Jobs of which only the record is known: of earlier runs, and of other gateways on the same store.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "events/events.h"
#include "jobs/jobs_impl.h"

static enum job_state state_of(const char *record)
{
    char text[40];

    for (int i = 0; i < JOB_STATES_COUNT; i++) {
        snprintf(text, sizeof(text), "\"state\":\"%s\"", job_state_names[i]);
        if (strstr(record, text) != NULL)
            return (enum job_state)i;
    }
    return JOB_DONE;
}

static void note_gateway(struct job *j)
{
    static const char name[] = "\"gateway\":\"";
    const char *at = strstr(j->loaded, name);

    j->gateway[0] = '\0';
    if (at != NULL)
        snprintf(j->gateway, sizeof(j->gateway), "%.*s", (int)strcspn(at + sizeof(name) - 1, "\""),
                 at + sizeof(name) - 1);
}

static void set_loaded(struct job *j, const char *record)
{
    free(j->loaded);
    j->loaded = mem_strdup(record);
    j->state = state_of(record);
    note_gateway(j);
}

/* It was running: its text is put right. */
static void interrupt(struct job *j)
{
    static const char running[] = "\"state\":\"running\"";
    const char *at = strstr(j->loaded, running);
    char *was = j->loaded;

    if (at == NULL)
        return;
    j->loaded = mem_printf("%.*s\"state\":\"interrupted\"%s", (int)(at - was), was,
                           at + sizeof(running) - 1);
    free(was);
    j->state = JOB_INTERRUPTED;
    j->unsaved = true;
}

static struct job *add_loaded(struct jobs *js, const char *id, const char *record,
                              int64_t created_at)
{
    struct job *j = job_new(js);

    snprintf(j->id, sizeof(j->id), "%s", id);
    j->created_at = created_at;
    set_loaded(j, record);
    jobs_add(js, j);
    return j;
}

static bool load_job(void *arg, const char *id, const char *record, int64_t created_at)
{
    struct jobs *js = arg;
    struct job *j = add_loaded(js, id, record, created_at);

    if (j->gateway[0] == '\0' || strcmp(j->gateway, js->gw->id) == 0)
        interrupt(j);
    return true;
}

enum err_code jobs_load(struct jobs *js, struct store *s, struct err *e)
{
    return s->ops->jobs_load(s->db, JOBS_KEPT, load_job, js, e);
}

static void tell_loaded(struct jobs *js, const char *record)
{
    char iso[CLOCK_ISO_BYTES];
    struct buf text;

    if (!events_wanted(js->gw, EVENT_JOB))
        return;
    buf_init(&text, 2 * JOB_RECORD_BYTES);
    buf_addf(&text, "{\"at\":\"%s\",%s", clock_iso(clock_wall_ms(), iso), record + 1);
    events_publish(js->gw, EVENT_JOB, -1, &text);
    buf_done(&text);
}

void jobs_hear(struct jobs *js, const char *id, const char *record, int64_t created_at)
{
    struct job *j;

    pthread_mutex_lock(&js->lock);
    j = jobs_find(js, id);
    if (j == NULL)
        j = add_loaded(js, id, record, created_at);
    else if (j->loaded != NULL)
        set_loaded(j, record);
    if (j->loaded != NULL) /* else it is ours, and we know better */
        tell_loaded(js, record);
    pthread_mutex_unlock(&js->lock);
}

bool jobs_runs(struct jobs *js, const char *id, enum job_kind kind)
{
    const struct job *j;
    char text[40];
    bool runs;

    snprintf(text, sizeof(text), "\"kind\":\"%s\"", job_kind_name(kind));
    pthread_mutex_lock(&js->lock);
    j = jobs_find(js, id);
    runs = j != NULL && !job_over(j) &&
           (j->loaded != NULL ? strstr(j->loaded, text) != NULL : j->kind == kind);
    pthread_mutex_unlock(&js->lock);
    return runs;
}

bool jobs_elsewhere(struct jobs *js, const char *id)
{
    const struct job *j;
    bool elsewhere;

    pthread_mutex_lock(&js->lock);
    j = jobs_find(js, id);
    elsewhere = j != NULL && j->loaded != NULL && !job_over(j);
    pthread_mutex_unlock(&js->lock);
    return elsewhere;
}

char *jobs_interrupt(struct jobs *js, jobs_alive_fn *alive, void *arg, char id[JOB_ID_TEXT],
                     int64_t *created_at)
{
    struct list *pos, *safe;
    char *record = NULL;

    pthread_mutex_lock(&js->lock);
    list_each (pos, safe, &js->all) {
        struct job *j = list_of(pos, struct job, link);

        if (j->loaded == NULL || record != NULL)
            continue;
        if (!job_over(j) && !alive(arg, j->gateway))
            interrupt(j);
        if (!j->unsaved)
            continue;
        j->unsaved = false;
        memcpy(id, j->id, JOB_ID_TEXT);
        *created_at = j->created_at;
        record = mem_strdup(j->loaded);
    }
    pthread_mutex_unlock(&js->lock);
    return record;
}
