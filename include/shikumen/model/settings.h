/* Settings of the daemon as read from shikumend.conf and its drop-ins (docs/interface.md section
 * 2). */
#ifndef SHIKUMEN_MODEL_SETTINGS_H
#define SHIKUMEN_MODEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"

/* What people can live with [J]: five alerts a house and year. */
#define ALERTS_BUDGET_PER_HOUSE_WEEK 0.1
#define ALERTS_HOUSE_MOST_WEEK       3
#define ALERTS_ACKNOWLEDGE_WITHIN_H  24
#define ALERTS_DAILY_AT              (9 * 60)

/* A receiver of alerts. */
struct endpoint {
    const char *name, *url; /* "{secret}" in the URL stands for what is in url_secret_file */
    const char *format;     /* alert_format_name */
    const char *language;   /* "zh", "en" or "both" */
    const char *keyword;    /* that the receiver wants to see, "" when none */
    const char *template;   /* path, of format "template"; else "" */
    const char *url_secret_file;
    int min_level;             /* 1..4 */
    unsigned categories;       /* bit 1 << enum alert_category */
    const char *const *houses; /* ids; none: all */
    size_t house_count;
    const char *secret_file; /* path, "" when unsigned */
    int timeout_s;
    const char *fallback, *escalate_to; /* endpoint names, "" when none */
    int escalate_after_s;
    int quiet_from, quiet_until; /* minutes after local midnight; equal: no quiet hours */
    bool heartbeat;
    bool is_fallback; /* named by another's fallback: gets only what that one could not deliver */
};

/* All strings never NULL ("" when not given), all paths absolute. One arena owns everything. */
struct settings {
    struct arena arena;
    const char *file;
    struct {
        const char *id, *name, *timezone, *language;
    } district;
    struct {
        const char *host;
        int port;
        const char *client_id;
        int version; /* 5 or 4 (MQTT 3.1.1; "3.1.1" and 311 are read as 4) */
        const char *username, *password_file, *tls_ca, *tls_cert, *tls_key;
        int receive_maximum;
        int64_t session_expiry_s; /* 4294967295: never */
        int keepalive_s;
        const char *const *subscribe;
        size_t subscribe_count;
    } mqtt;
    struct {
        const char *path;
        int commit_ms, commit_readings;
        int retention_days; /* 0: for ever */
    } store;
    struct {
        const char *file, *limits, *profiles;
    } registry;
    struct {
        const char *drop, *profiles; /* directories; drop "": no files are read */
        int settle_s;
        int keep_days, keep_mb; /* of what was read; 0: for ever, any number */
    } files;
    struct {
        int interval_s;
    } assess;
    struct alert_settings {
        double budget_per_house_week; /* alerts that people are told of */
        int house_most_week;          /* of one house, and the least that a district may have */
        int acknowledge_within_h;     /* orange and red */
        int daily_at;                 /* minutes after local midnight */
    } alerts;
    struct {
        const char *listen; /* "": nothing is served */
        const char *url; /* of the pages, as people reach them, no "/" at its end; "": not told */
        const char *tls_cert, *tls_key, *tokens_file;
        const char *const *hosts; /* names that it is reached by, besides the address */
        size_t host_count;
    } http;
    struct endpoint *endpoints;
    size_t endpoint_count;
};

void settings_free(struct settings *s); /* the struct itself included; NULL allowed */

#endif
