/* The daemon as it runs in a district: a folder with its configuration, registry, limits and store,
 * a broker of its own, and what tests ask of it. Every failure fails the test with the log. */
#ifndef SHIKUMEN_TESTS_DAEMON_H
#define SHIKUMEN_TESTS_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "broker.h"
#include "process.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/io/readings_query.h"
#include "shikumen/io/state_db.h"

#define PATIENCE_S 60.0

struct site {
    char *folder, *conf, *registry, *limits, *store, *log;
    struct broker broker;
    int http_port;    /* a free one; set another before site_config */
    const char *http; /* further settings inside http; NULL: none */
    int port; /* of the broker; set it before site_config when the broker is none of broker_start */
    struct process daemon;
    struct strbuf sensors; /* of the registry being written */
};

/* Makes the folder; broker NULL: none is started. */
void site_make(struct site *s, const char *name, const struct broker_options *broker);
/* Kills what runs and removes everything. */
void site_free(struct site *s);

/* --- files --- */

/* A sensor of a registry; NULL or 0 leaves a member out. */
struct site_sensor {
    const char *id, *node, *house, *element, *quantity, *unit;
    double period_s;    /* 0: 600 */
    const char *limits; /* JSON: a name in quotes or a list */
    const char *more;   /* further members, "\"resolution\":0.01" */
};
void site_sensor(struct site *s, const struct site_sensor *sensor);
/* Writes the registry file with these houses (JSON list) and the sensors given since the last time.
 */
void site_registry(struct site *s, const char *houses);
/* Further settings inside mqtt and store, and lines after them; NULL: none. */
void site_config(struct site *s, const char *mqtt, const char *store, const char *rest);

/* --- running it --- */

void site_start(struct site *s);
/* SIGTERM; it must exit 0. */
void site_stop(struct site *s);
void site_kill(struct site *s);
void site_start_connected(struct site *s);

/* What it says on its control socket, NULL when nobody answers. Free with cJSON_Delete. */
cJSON *site_status(struct site *s);
/* A number of the status, -1 when nobody answers or it is not there. */
int64_t site_figure(struct site *s, const char *name);
/* Wait until the text called name begins with text. */
void site_wait_text(struct site *s, const char *name, const char *text);
void site_wait_connected(struct site *s);
/* Lines of the log that contain text. */
int site_log_lines(const struct site *s, const char *text);
void site_wait_log(struct site *s, const char *text, int lines);
/* Fails the test, showing what and the end of the log. */
_Noreturn void site_fail(const struct site *s, const char *what);
void site_check_alive(struct site *s);
/* Resident memory of the daemon, MiB. */
double site_rss_mib(const struct site *s);

/* --- what it stored; works while it runs and after --- */

struct site_counts {
    int64_t received, stored, duplicate, conflict, quarantined; /* quarantined: of all reasons */
};
struct site_counts site_counts(struct site *s);
int64_t site_counter(struct site *s, const char *name); /* 0 when never counted */
/* Waits until that many readings were received (or more). */
void site_wait_received(struct site *s, int64_t readings);
/* received = stored + duplicate + quarantined, and the store verifies. */
void site_reconcile(struct site *s);

struct readings_reader *site_reader(struct site *s);
struct state_db *site_state(struct site *s);
/* Readings of a sensor, at most max, ascending; their number. */
size_t site_readings(struct site *s, const char *sensor, struct reading *out, size_t max);

/* --- alerts --- */

struct site_step {
    char id[ALERT_ID_SIZE], key[160];
    int step, level; /* level of the step */
    enum alert_event event;
    enum alert_category category;
    char *body;
};
struct site_steps {
    struct site_step *list; /* by episode, then step */
    size_t count;
};
/* All committed steps; free with site_steps_free. */
struct site_steps site_steps(struct site *s);
void site_steps_free(struct site_steps *steps);
/* Waits until the episode of key (its latest) has this level and the step number; 0: any step. */
void site_wait_level(struct site *s, const char *key, int level, int step);
/* Waits until what holds for key (its latest episode) has this level; 0: nothing holds. */
void site_wait_condition(struct site *s, const char *key, int level);
/* Waits until nothing is left to be posted. */
void site_wait_posted(struct site *s);
/* Steps written for key, over all its episodes; 0 when there are none. */
int site_step_count(struct site *s, const char *key);

/* Wall clock, microseconds. */
int64_t wall_us(void);

#endif
