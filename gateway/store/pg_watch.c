/* Waiting for changes by other gateways: a connection of its own that listens, or looking often
 * where there can be none. */
#include <poll.h>
#include <stdlib.h>

#include "store/pg_db.h"

/* Looking is cheap, and shows that the store is there. */
enum { LOOK_MS = 2000, POLL_MS = 400 };

struct store_watch {
    struct pg_db *db; /* the connection alone: no provider is open; owned */
    bool listens;
};

struct store_watch *pg_watch_new(void *db)
{
    struct store_watch *w = mem_zalloc(sizeof(*w));

    w->db = pg_twin(db);
    if (w->db == NULL)
        abort(); /* no thread while the gateway starts */
    return w;
}

void pg_watch_free(struct store_watch *w)
{
    pg_free(w->db);
    free(w);
}

/* Through a pooler that hands out connections by the transaction, nobody can listen. */
static bool listens(struct store_watch *w)
{
    struct pg_call c;
    struct err e;

    if (w->db->pooled)
        return false;
    if (w->listens && w->db->conn != NULL)
        return true;
    pg_call_plain(&c, w->db, "LISTEN pool_changes", "listening for changes");
    w->listens = pg_run(&c, &e) == ERR_OK && !w->db->pooled; /* it may have shown itself just now */
    return w->listens;
}

/* Whether something was told; a connection that is lost counts as that. */
static bool told(struct store_watch *w)
{
    PGnotify *note;
    bool any = false;

    if (!PQconsumeInput(w->db->conn) || PQstatus(w->db->conn) == CONNECTION_BAD || w->db->ended) {
        pg_disconnect(w->db);
        return true;
    }
    while ((note = PQnotifies(w->db->conn)) != NULL) {
        PQfreemem(note);
        any = true;
    }
    return any;
}

void pg_watch_wait(struct store_watch *w, int wake_fd)
{
    bool listened = w->listens && w->db->conn != NULL, listening = listens(w);
    struct pollfd fds[] = {{.fd = wake_fd, .events = POLLIN},
                           {.fd = listening ? PQsocket(w->db->conn) : -1, .events = POLLIN}};

    if (listening && !listened)
        return; /* what was told before is to be looked for */
    do {
        if (listening && told(w))
            return;
    } while (poll(fds, ARRAY_LEN(fds), listening ? LOOK_MS : POLL_MS) > 0 && fds[0].revents == 0 &&
             !told(w));
}
