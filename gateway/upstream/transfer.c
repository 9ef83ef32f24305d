/* One attempt at an upstream: its start, its headers, its end. */
#include <stdlib.h>
#include <string.h>

#include "upstream/upstream_impl.h"

static void transfer_recycle(struct transfer *t)
{
    struct upstream *u = t->u;

    list_drop(&t->link);
    list_drop(&t->running);
    t->lane->running_len--;
    t->lane->rested_at_ms = u->w->loop.now_ms;
    t->ops = NULL;
    if (u->spares_len >= UPSTREAM_SPARES) {
        transfer_free(t);
        return;
    }
    arena_reset(&t->arena);
    u->spares_len++;
    list_push(&u->spares, &t->link);
}

static struct transfer *transfer_get(struct upstream *u)
{
    struct list *link = u->spares.prev; /* the one used last is warm */
    struct transfer *t;

    if (list_empty(&u->spares))
        return transfer_new(u);
    list_drop(link);
    u->spares_len--;
    t = list_of(link, struct transfer, link);
    t->headers_len = t->header_bytes = 0;
    t->status = 0;
    t->head_done = false;
    return t;
}

/* The list's nodes live in the arena: libcurl only reads them. */
static struct curl_slist *transfer_slist(struct transfer *t, const struct transfer_request *q)
{
    struct curl_slist *nodes = arena_alloc(&t->arena, (q->headers_len + 1) * sizeof(*nodes));

    for (size_t i = 0; i < q->headers_len; i++) {
        nodes[i].data = arena_join(&t->arena, q->headers[i].name, ": ", q->headers[i].value, NULL);
        nodes[i].next = &nodes[i + 1];
    }
    /* Without this a body above 1 MiB waits for a 100 that few upstreams send. */
    nodes[q->headers_len] = (struct curl_slist){.data = arena_join(&t->arena, "Expect:", NULL)};
    return nodes;
}

/* Taken apart once for all the calls that follow one another on this handle: mostly to one URL. One
 * that libcurl does not understand is left for it to say so. */
static void transfer_set_url(struct transfer *t, const char *text)
{
    CURLU *before = t->url;

    if (t->url_text != NULL && strcmp(t->url_text, text) == 0)
        return;
    free(t->url_text);
    t->url_text = mem_strdup(text);
    t->url = curl_url();
    if (t->url == NULL)
        abort();
    curl_easy_setopt(t->easy, CURLOPT_URL, text);
    curl_easy_setopt(t->easy, CURLOPT_CURLU,
                     curl_url_set(t->url, CURLUPART_URL, text, 0) == CURLUE_OK ? t->url : NULL);
    curl_url_cleanup(before);
}

/* Now and then, as calls begin: lanes that were left are ended, and addresses looked up again. A
 * handle with a limit for these looks through all of them at the end of each call, so one of them
 * does so for all. */
static void transfer_look(struct transfer *t)
{
    struct upstream *u = t->u;
    uint64_t now_ms = u->w->loop.now_ms;
    bool due = now_ms >= u->look_at_ms;

    if (due) {
        u->look_at_ms = now_ms + UPSTREAM_LOOK_MS;
        lanes_trim(u);
    }
    curl_easy_setopt(t->easy, CURLOPT_DNS_CACHE_TIMEOUT, due ? (long)UPSTREAM_DNS_AGE_S : -1L);
}

struct transfer *transfer_start(struct upstream *u, const struct transfer_request *q)
{
    struct transfer *t = transfer_get(u);

    t->ops = q->ops;
    t->arg = q->arg;
    transfer_set_url(t, q->url);
    transfer_look(t);
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, transfer_slist(t, q));
    curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)q->connect_timeout_ms);
    if (strcmp(q->method, "POST") == 0) {
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body_len);
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, q->body_len > 0 ? q->body : "");
    } else {
        curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
    }
    t->starved = false;
    t->lane = lane_choose(u);
    list_push(&t->lane->running, &t->running);
    t->lane->running_len++;
    if (curl_multi_add_handle(t->lane->multi, t->easy) != CURLM_OK)
        t->lane->broken = true; /* it ends with all others there, at the end of this step */
    return t;
}

void transfer_cancel(struct transfer *t)
{
    curl_multi_remove_handle(t->lane->multi, t->easy);
    transfer_recycle(t);
}

void transfer_continue(struct transfer *t)
{
    if (!list_linked(&t->link))
        list_push(&t->u->continues, &t->link);
}

/* Unpausing may deliver data, and so pause again, before it returns: not from within a reader. */
void upstream_continue(struct upstream *u)
{
    struct list *link;

    while ((link = list_pop(&u->continues)) != NULL)
        curl_easy_pause(list_of(link, struct transfer, link)->easy, CURLPAUSE_CONT);
}

const char *transfer_header_value(const struct transfer *t, const char *name)
{
    for (size_t i = 0; i < t->headers_len; i++)
        if (strcmp(t->headers[i].name, name) == 0)
            return t->headers[i].value;
    return NULL;
}

static enum err_code transfer_error(CURLcode rc, bool connected)
{
    switch (rc) {
    case CURLE_OK:
        return ERR_OK;
    case CURLE_WRITE_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
        return ERR_ABORTED;
    case CURLE_OPERATION_TIMEDOUT:
        return ERR_TIMEOUT_CONNECT; /* the only timeout that is libcurl's */
    default:
        return connected ? ERR_UPSTREAM_BROKEN : ERR_UPSTREAM_CONNECT;
    }
}

/* After an error of its own, libcurl promises nothing about a multi: every call on it fails, as if
 * the upstream had broken off, and a new one takes its place. */
static void lane_rebuild(struct lane *l)
{
    static const struct transfer_result broken = {
        .code = ERR_UPSTREAM_BROKEN, .connected = true, .detail = "The client library failed"};
    struct list failed;
    struct list *link;
    CURLM *old;

    list_init(&failed);
    list_move_all(&failed, &l->running);
    l->running_len = 0;
    old = lane_renew(l);
    while ((link = list_pop(&failed)) != NULL) {
        struct transfer *t = list_of(link, struct transfer, running);

        curl_multi_remove_handle(old, t->easy);
        t->ops->done(t->arg, &broken); /* may start others, on the new one */
        list_drop(&t->link);
        transfer_free(t);
    }
    curl_multi_cleanup(old);
}

static void transfer_end(struct transfer *t, CURLcode rc)
{
    struct transfer_result result;
    curl_off_t pretransfer_us = 0;

    curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer_us);
    curl_multi_remove_handle(t->lane->multi, t->easy);
    if (rc == CURLE_OK && !t->head_done) /* libcurl takes headers that break off for all */
        rc = CURLE_RECV_ERROR;
    result = (struct transfer_result){.code = transfer_error(rc, pretransfer_us > 0),
                                      .connected = pretransfer_us > 0,
                                      .status = t->status >= 200 ? t->status : 0,
                                      .detail = curl_easy_strerror(rc)};
    if (t->starved && !result.connected)
        result.code = ERR_DESCRIPTORS;
    t->ops->done(t->arg, &result);
    transfer_recycle(t);
}

static void lane_finish(struct lane *l)
{
    CURLMsg *msg;
    int left;

    if (l->broken)
        lane_rebuild(l);
    l->acted = false;
    while ((msg = curl_multi_info_read(l->multi, &left)) != NULL) {
        struct transfer *t = NULL;

        if (msg->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
        transfer_end(t, msg->data.result);
    }
}

/* What has ended may begin others, in lanes that are new: those have nothing that ended. */
void upstream_finish(struct upstream *u)
{
    for (size_t i = 0; i < u->lanes_len; i++)
        if (u->lanes[i]->acted || u->lanes[i]->broken)
            lane_finish(u->lanes[i]);
}
