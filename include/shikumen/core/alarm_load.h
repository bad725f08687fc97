/* Alarm load: how much people are told, by whom it is caused, and how soon they answer. A fold over
 * the steps of alerts. Pure.
 *
 * One alert is counted when people learn of an open alert they did not know: raised, re-opened, or
 * told at last when what kept it back is over. What a silence or another alert keeps back is no
 * load. The figures are those of alarm management, ANSI/ISA-18.2-2016 clause 16 and EEMUA 191 ed. 3
 * (rate, chattering, stale, standing) [M]; the numbers below are for houses, not for plants [J].
 * Steps of one alert come in their order; beyond that the order in which steps come, and when they
 * come, changes nothing. */
#ifndef SHIKUMEN_CORE_ALARM_LOAD_H
#define SHIKUMEN_CORE_ALARM_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/model/alert.h"
#include "shikumen/model/limit.h"

#define ALARM_DAY_US     (86400 * 1000000LL)
#define ALARM_HOUR_US    (3600 * 1000000LL)
#define ALARM_WEEK_H     (7 * 24)            /* the sliding week: this hour and the 167 before */
#define ALARM_STALE_US   (30 * ALARM_DAY_US) /* open so long without a step: stale [J] */
#define ALARM_CHATTER_US ALARM_DAY_US        /* three alerts within it, the last no older [J] */
#define ALARM_KEPT_D     28                  /* acknowledgements count for so many days [J] */
/* Alerts about the load itself have keys that begin so; they are no part of the sliding week. */
#define ALARM_LOAD_KEY "system|alarm_load"

/* By category and level; level 0 is not used. */
struct alarm_counts {
    int64_t n[CATEGORY_COUNT][LEVEL_RED + 1];
};

struct alarm_load;

/* acknowledge_within_us: orange and red acknowledged so soon are in time. ERR_NOMEM. */
enum err alarm_load_new(int64_t acknowledge_within_us, struct alarm_load **out) MUST_USE;
void alarm_load_free(struct alarm_load *l); /* NULL allowed */

/* A step as it was made. Texts are copied. */
struct alarm_step {
    int64_t episode; /* any number that no other alert has */
    enum alert_category category;
    enum alert_kind kind;
    enum alert_event event;
    int level; /* after it */
    int64_t at_us;
    bool told;          /* nothing kept it from people */
    bool by_person;     /* a person's act */
    bool own;           /* of an alert about the load */
    const char *house;  /* id, "" none */
    const char *sensor; /* or node, that is at its origin; "" none */
    enum limit_of of;   /* with limit */
    const char *limit;  /* "0.5 mm (JGJ 125-2016 5.3)"; "" none */
};
/* *raised: level with which it counts as an alert; 0: it does not. ERR_NOMEM; ERR_CORRUPT: a level,
 * kind or category that is none. A step that was kept back when it was made and is told
 * later comes twice, the second time told, with the time when it is. */
enum err alarm_load_step(struct alarm_load *l, const struct alarm_step *step, int *raised) MUST_USE;
/* The same from an alert and the native JSON of its step; ERR_CORRUPT: it is none. */
enum err alarm_load_take(struct alarm_load *l, const struct episode *e, enum alert_event event,
                         int64_t at_us, bool told, const char *body, int *raised) MUST_USE;
/* Drops what no figure of now_us or later needs but those of all time. */
void alarm_load_forget(struct alarm_load *l, int64_t now_us);

/* --- the sliding week --- */

/* What most of a number of alerts come of: a sensor (or node) when it alone makes half of them,
 * else a rule, that is a kind and a limit. Of equals the first in the order of their texts. */
struct alarm_cause {
    int64_t count; /* alerts that come of it; 0: there are none at all */
    bool by_sensor;
    const char *sensor, *house; /* by_sensor; house "" none */
    enum alert_category category;
    enum alert_kind kind;
    enum limit_of of;
    const char *limit; /* "" none */
};

struct alarm_week {
    int64_t count;
    struct alarm_cause cause; /* texts are the load's */
};
/* Alerts of the week that ends with the hour of now_us: of one house (only), or of all but those
 * named (without). ERR_NOMEM. */
struct alarm_scope {
    const char *only; /* NULL: all */
    const char *const *without;
    size_t without_count;
};
enum err alarm_load_week(const struct alarm_load *l, int64_t now_us,
                         const struct alarm_scope *scope, struct alarm_week *out) MUST_USE;

/* The house with most alerts of that week but those named; count 0 and house "" when there is none.
 * ERR_NOMEM. */
struct alarm_house {
    const char *house;
    int64_t count;
};
enum err alarm_load_worst_house(const struct alarm_load *l, int64_t now_us,
                                const struct alarm_scope *scope, struct alarm_house *out) MUST_USE;

/* Alerts that a week may have: budget_per_house_week for each of the houses, but at least
 * house_most, which one house may have. */
double alarm_allowed(double budget_per_house_week, size_t houses, int house_most);
/* Over from the first above allowed; no longer once at or below 0.8 of it [J]. */
bool alarm_over(int64_t count, double allowed, bool was_over);

/* What an alert about the load tells. */
struct alarm_over {
    int64_t count; /* alerts of the week */
    double allowed;
    struct alarm_cause cause;
};

/* --- all figures --- */

struct alarm_figures {
    struct alarm_counts week;           /* alerts of the sliding week */
    struct alarm_counts standing;       /* open, and people know */
    struct alarm_counts stale;          /* of these: no step for ALARM_STALE_US */
    struct alarm_counts chattering;     /* by level, of those that ended by worst level */
    struct alarm_counts unacknowledged; /* orange and red that wait for a person */
    struct alarm_counts due; /* orange and red of ALARM_KEPT_D days, acknowledged or out of time;
                         what ended by itself before its time was out is none */
    struct alarm_counts in_time; /* of these: acknowledged in time */
};
void alarm_load_figures(const struct alarm_load *l, int64_t now_us, struct alarm_figures *out);
int64_t alarm_sum(const struct alarm_counts *counts);

/* Of all steps since it was made new, with nothing forgotten. */
struct alarm_totals {
    struct alarm_counts alerts; /* by worst level told */
    struct alarm_counts raised; /* counted as alerts; by level then */
    struct alarm_counts chattered, went_stale;
    int64_t counted;      /* raised, without alerts about the load itself */
    int64_t busiest_week; /* most alerts within a sliding week */
    int64_t busiest_us;   /* start of the hour it ends with; INT64_MIN: none */
};
void alarm_load_totals(const struct alarm_load *l, int64_t now_us, struct alarm_totals *out);

#endif
