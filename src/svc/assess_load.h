/* How much people are told, and what is told once a day. */
#ifndef SHIKUMEN_SVC_ASSESS_LOAD_H
#define SHIKUMEN_SVC_ASSESS_LOAD_H

#include "shikumen/core/alarm_load.h"
#include "shikumen/model/alert.h"
#include "shikumen/model/settings.h"

struct assess;

/* Most houses that are told of for themselves; what is beyond is the district's. */
#define LOAD_HOUSES_HELD 3

struct load_watch {
    struct alarm_load *sum;          /* NULL: not opened */
    bool over;                       /* the district */
    uint32_t held[LOAD_HOUSES_HELD]; /* houses that are, by registry */
    size_t held_count;
    int64_t looked_hour; /* since 1970, when it was last judged; INT64_MIN: not yet */
    bool more;           /* further alerts since, or it was only opened */
};

/* What is told once a day. */
struct daily_watch {
    int64_t last_us; /* when it was last; INT64_MIN: never */
    bool reminding;  /* the reminder is open */
};

/* --- assess_load.c --- */
enum err assess_load_open(struct assess *a, int64_t now_us) MUST_USE;
void assess_load_close(struct assess *a);
/* A step that was put, with its native JSON. told: neither a silence nor another alert keeps it
 * back from people. e has the step's number and, without the load in memory, its level. */
enum err assess_load_step(struct assess *a, const struct episode *e, enum alert_event event,
                          const char *body, bool told, int64_t now_us) MUST_USE;
/* The latest step of e, kept back when it was made, is told now. */
enum err assess_load_told(struct assess *a, const struct episode *e, const char *body,
                          int64_t now_us) MUST_USE;
/* Raises and ends the alerts about the load; once an hour, and after each alert. */
enum err assess_load_sweep(struct assess *a, int64_t now_us) MUST_USE;

/* --- assess_daily.c --- */
enum err assess_daily_open(struct assess *a) MUST_USE;
/* Tells what is due; ends the reminder when the last that it speaks of is acknowledged. */
enum err assess_daily_sweep(struct assess *a, int64_t now_us) MUST_USE;
/* It is the sign of life, or the reminder; who gets them. */
bool assess_is_daily(const struct episode *e);
enum err assess_daily_asks(struct assess *a, const struct endpoint *p, const struct episode *e,
                           int64_t now_us, bool *asks) MUST_USE;

#endif
