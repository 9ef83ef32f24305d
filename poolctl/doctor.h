/* What can be told of a gateway's health from its own answers; see cmd_doctor.c. */
#ifndef POOLCTL_DOCTOR_H
#define POOLCTL_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum doctor_result { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

/* Rows of RES_DOCTOR, in the order in which they were looked at. */
struct doctor {
    json_t *rows; /* owned: an array */
    bool failed;
};

/* Adds a row; remedy NULL where there is nothing to do. */
void doctor_add(struct doctor *d, const char *check, enum doctor_result result, const char *remedy,
                const char *detail, ...) __attribute__((format(printf, 5, 6)));
/* Adds what the gateway itself found: {"checks": [{check, result, detail, remedy}]}. */
void doctor_add_all(struct doctor *d, const json_t *answer);

/* What GET /admin/status tells: store, connections, providers and their keys, settings. */
void doctor_check_status(struct doctor *d, const json_t *status);
/* Its clock against ours: theirs was read between two moments of ours. */
void doctor_check_clock(struct doctor *d, int64_t before_ms, int64_t theirs_ms, int64_t after_ms);
void doctor_check_version(struct doctor *d, const char *theirs, const char *ours);
/* A file with a secret, if it is there: nobody else may read it. */
void doctor_check_secret(struct doctor *d, const char *path);
/* Whether the host of a URL has an address, seen from this machine. Waits for the resolver. */
void doctor_check_dns(struct doctor *d, const char *provider, const char *url);

#endif
