/* A report being made: what was gathered of the store as of the end of its span, before it is
 * told in any form. Private to view/report. */
#ifndef SHIKUMEN_VIEW_REPORT_PARTS_H
#define SHIKUMEN_VIEW_REPORT_PARTS_H

#include <cjson/cJSON.h>

#include "shikumen/core/alarm_load.h"
#include "shikumen/core/ledger.h"
#include "shikumen/core/risk.h"
#include "shikumen/core/slow_trace.h"
#include "shikumen/io/audit_hash.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/view/report.h"

/* A list in the arena; grown by report_grow. */
struct report_list {
    size_t count, room;
};

/* --- sensors --- */

/* What a sensor sent in the span. Values are canonical; NaN: not known. */
struct report_sensor {
    uint32_t sensor; /* registry index */
    uint32_t stored; /* in the store; 0: never heard of */
    double due;      /* readings expected by its period while it was installed */
    int64_t passed, suspect, failed, other;
    int64_t gaps, longest_gap_us, longest_from_us; /* gaps: longer than five periods */
    int64_t last_us;                               /* latest before the end; INT64_MIN none */
    double coverage;                               /* of what was due; NaN: nothing was */
    bool records_only;                             /* it sends vibration records, no readings */
    bool instrument;                               /* says something of itself, not of the house */
    double least, most;                            /* of what passed */
    double begin, end; /* medians of the first and last days of the span (since the baseline) */
    int64_t begin_us;  /* where the first days start: the span, or a baseline in it */
    struct slow_trace *trace; /* of a report on its house, when the analysis takes part; NULL */
};

/* --- houses --- */

struct report_point {
    int64_t at_us;
    double score, p365;
    bool grey;
};

struct report_house {
    uint32_t house;               /* registry index */
    cJSON *line;                  /* of risk.ndjson as of the end; NULL: never assessed */
    cJSON *before;                /* as of the start; NULL */
    struct report_point *history; /* of a report on it, ascending */
    size_t history_count;
    size_t sensors, sensors_poor, sensors_silent; /* of those that watch it: all; coverage below
                                                     0.8; nothing in the last five periods */
    double due, there;                            /* sums over them */
    double coverage;
    int64_t gaps;
    int raised[LEVEL_RED + 1]; /* structure alerts of the span that people were told of */
    int open[LEVEL_RED + 1];   /* structure alerts open at the end, by level */
    int instrument_open;
    double cost_cny; /* of its records in the span */
    int records;
};

/* --- alerts --- */

struct report_step {
    int step, level;
    enum alert_event event;
    int64_t at_us;
    const char *by, *note, *to; /* "" when the program did it */
};

struct report_alert {
    struct episode e; /* as it is now; what follows is as of the end of the span */
    uint32_t house;   /* registry index, REGISTRY_NONE */
    int level, peak;
    bool open, spoken_for;
    int64_t raised_us, ended_us;    /* latest time it was raised or re-opened; 0: it is open */
    int64_t answered_us;            /* first acknowledgement after that; 0: none */
    const char *answered_by, *note; /* "" */
    struct bilingual summary;       /* of its worst step */
    struct report_step *steps;
    struct report_list list;
    int told; /* times in the span that people learnt of it */
};

/* --- forecasts --- */

struct report_forecast {
    struct state_forecast f; /* texts kept */
    uint32_t sensor;         /* registry index, REGISTRY_NONE */
};

/* --- all of it --- */

struct report {
    struct desk *d;
    const struct registry *registry;
    uint32_t house; /* REGISTRY_NONE: the district */
    int64_t from_us, to_us;
    struct report_house *houses;
    size_t house_count;
    struct report_sensor *sensors; /* by registry index, of the houses of the report */
    struct report_list sensor_list;
    struct report_alert *alerts; /* worst first */
    struct report_list alert_list;
    struct alarm_totals load; /* of the alerts of the span */
    int64_t due_acks, acks_in_time;
    struct silencing *silences;
    struct report_list silence_list;
    struct class_override *overrides;
    struct report_list override_list;
    struct proposal *proposals;
    struct report_list proposal_list;
    struct act_record *records;
    struct report_list record_list;
    struct report_forecast *forecasts; /* of each limit what was said last */
    struct report_list forecast_list;
    struct ledger_summary scores; /* of all forecasts made before the end, as far as known then */
    const struct epoch **epochs;
    struct report_list epoch_list;
    char audit_head[AUDIT_HEAD_SIZE]; /* as of the end; "" none */
    char sha256[AUDIT_HASH_HEX_SIZE]; /* of the content */
    struct strbuf content;            /* canonical JSON */
};

/* Makes room for one more of size bytes; returns it zeroed, NULL when memory is out. *items may
 * move. */
void *report_grow(struct report *r, struct report_list *list, void **items, size_t size);
#define REPORT_ADD(r, list, items)                                                                 \
    report_grow((r), &(r)->list, (void **)&(r)->items, sizeof *(r)->items)

/* Whether the report is about this house (REGISTRY_NONE: what is of no house is the district's). */
bool report_about(const struct report *r, uint32_t house);
/* The house of a scope or subject: of a house, an element, a sensor; REGISTRY_NONE. */
uint32_t report_house_of(const struct report *r, const char *id);
struct report_house *report_house_at(struct report *r, uint32_t house); /* NULL */
/* A copy in the arena; "" for NULL. */
const char *report_keep(const struct report *r, const char *text);

/* Each gathers its part. Errors of the databases (desk->failed), ERR_NOMEM. */
enum err report_take_sensors(struct report *r) MUST_USE;
enum err report_take_houses(struct report *r) MUST_USE; /* after the sensors */
enum err report_take_alerts(struct report *r) MUST_USE; /* after the houses */
enum err report_take_acts(struct report *r) MUST_USE;   /* after the houses */
enum err report_take_forecasts(struct report *r) MUST_USE;
enum err report_take_movement(struct report *r) MUST_USE; /* after the sensors */
void report_free_movement(struct report *r);

/* The span of a query, its end not after now. ERR_PARSE, ERR_RANGE with why. */
enum err report_span(const struct desk *d, const struct report_query *q, int64_t *from_us,
                     int64_t *to_us, char *why, size_t why_size) MUST_USE;

/* The content as canonical JSON; its hash goes into sha256. */
enum err report_content(struct report *r) MUST_USE;
/* Tables for programs. */
void report_csv(const struct report *r, struct strbuf *out);
void report_geojson(const struct report *r, struct strbuf *out);

struct document;
/* The document in the language of r->d. */
enum err report_document(struct report *r, struct document *doc) MUST_USE;

#endif
