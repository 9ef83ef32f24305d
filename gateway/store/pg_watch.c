/* Waiting for changes by other gateways: a connection of its own that listens, or looking often
 * where there can be none. */
#include <poll.h>
#include <stdlib.h>

#include "store/pg_db.h"

/* Looking is cheap, and shows that the store is there. */
enum { LOOK_MS = 2000, POLL_MS = 400 };

struct store_watch {
    struct pg_db db; /* the connection alone: no provider is open */
    bool listens;
};

static char *copy(const char *text)
{
    return text != NULL ? mem_strdup(text) : NULL;
}

struct store_watch *pg_watch_new(void *opaque)
{
    const struct pg_db *db = opaque;
    struct store_watch *w = mem_zalloc(sizeof(*w));

    for (size_t i = 0; i < db->params_len; i++) {
        w->db.names[i] = mem_strdup(db->names[i]);
        w->db.values[i] = mem_strdup(db->values[i]);
    }
    w->db.params_len = db->params_len;
    w->db.pooled = db->pooled;
    w->db.place = copy(db->place);
    return w;
}

void pg_watch_free(struct store_watch *w)
{
    pg_disconnect(&w->db);
    pg_params_free(&w->db);
    for (int which = 0; which < PG_COUNT; which++)
        free(w->db.texts[0][which]);
    free(w->db.sent);
    free(w->db.place);
    free(w);
}

/* Through a pooler that hands out connections by the transaction, nobody can listen. */
static bool listens(struct store_watch *w)
{
    struct pg_call c;
    struct err e;

    if (w->db.pooled)
        return false;
    if (w->listens && w->db.conn != NULL)
        return true;
    pg_call_plain(&c, &w->db, "LISTEN pool_changes", "listening for changes");
    w->listens = pg_run(&c, &e) == ERR_OK;
    return w->listens;
}

/* Whether something was told; a connection that is lost counts as that. */
static bool told(struct store_watch *w)
{
    PGnotify *note;
    bool any = false;

    if (!PQconsumeInput(w->db.conn) || PQstatus(w->db.conn) == CONNECTION_BAD || w->db.ended) {
        pg_disconnect(&w->db);
        return true;
    }
    while ((note = PQnotifies(w->db.conn)) != NULL) {
        PQfreemem(note);
        any = true;
    }
    return any;
}

void pg_watch_wait(struct store_watch *w, int wake_fd)
{
    bool listened = w->listens && w->db.conn != NULL, listening = listens(w);
    struct pollfd fds[] = {{.fd = wake_fd, .events = POLLIN},
                           {.fd = listening ? PQsocket(w->db.conn) : -1, .events = POLLIN}};

    if (listening && !listened)
        return; /* what was told before is to be looked for */
    do {
        if (listening && told(w))
            return;
    } while (poll(fds, ARRAY_LEN(fds), listening ? LOOK_MS : POLL_MS) > 0 && fds[0].revents == 0 &&
             !told(w));
}
