/* The slow analysis in the assess loop: followed, kept over restarts, made anew. */
#ifndef SHIKUMEN_SVC_ASSESS_SLOW_H
#define SHIKUMEN_SVC_ASSESS_SLOW_H

#include "shikumen/core/ledger.h"
#include "shikumen/core/modal_watch.h"
#include "shikumen/core/risk.h"
#include "shikumen/core/slow.h"

struct assess;

/* Looks at the slow analysis after each day that is concluded as it is made anew. */
typedef enum err assess_slow_seen_fn(void *context, const struct slow *s);

struct slow_watch {
    struct slow *analysis;
    struct modal_watch *modal; /* by registry house */
    struct kept *outcomes;     /* what came of the limits that forecasts speak of */
    struct arena arena;
    int64_t burst_id;          /* vibration records up to here are in it */
    int64_t seq;               /* journal rows up to here were in it when it was opened, */
    int64_t opened_us;         /* wall clock, then */
    int64_t day;               /* that is concluded next, as state.db has it; INT64_MIN none yet */
    int64_t taken;             /* entries since it was kept in state.db, */
    bool concluded;            /* days since then, */
    bool kept;                 /* what is kept there is of this registry and program, */
    int64_t kept_seq;          /* as of this journal row, */
    int64_t keep_us;           /* and not kept again before this monotonic time */
    assess_slow_seen_fn *seen; /* NULL: nobody looks */
    void *seen_context;
};

/* --- assess_slow.c --- */
/* The slow analysis as it was kept, else made anew from the store: what it has concluded before is
 * not told again. */
enum err assess_slow_open(struct assess *a) MUST_USE;
/* An empty one. */
enum err assess_slow_new(struct assess *a) MUST_USE;
void assess_slow_close(struct assess *a);
/* Concludes the days that are over; changes gather in a->changes. */
enum err assess_slow(struct assess *a) MUST_USE;
/* A day waits to be concluded. */
bool assess_slow_waits(const struct assess *a);
/* When the next one will. */
int64_t assess_slow_due_us(const struct assess *a);

/* --- assess_resume.c --- */
/* Puts the slow analysis into state.db as of the cursor, in the open transaction. */
enum err assess_slow_keep(struct assess *a) MUST_USE;
/* It is to be kept now: days were concluded, or much was read, and nothing waits. */
bool assess_slow_keep_due(const struct assess *a);
/* Goes on with what is kept there, unless days were concluded since or it is of another registry or
 * program: a->slow is then empty. */
enum err assess_slow_resume(struct assess *a, bool *resumed) MUST_USE;
/* The journal is needed from here on by nobody but the store. After a commit. */
void assess_tell_needed(struct assess *a);

/* --- assess_again.c --- */
/* The slow analysis, empty, follows the store from its first day on. ERR_CLOSED: asked to stop. */
struct slow_again {
    const struct slow_sink *sink;
    int64_t until_day;      /* days before this one are concluded */
    int64_t last_day;       /* days after this one are not read */
    int64_t came_before_us; /* readings that arrived later are left out */
    bool every_mode;        /* natural frequencies of all days, not of the latest alone */
};
enum err assess_slow_again(struct assess *a, const struct slow_again *again) MUST_USE;

/* --- assess_burst.c --- */
/* Vibration records that came since, as far as the first of until_us or later, go into the slow
 * analysis. */
enum err assess_bursts(struct assess *a, int64_t until_us) MUST_USE;
/* Natural frequencies from the records of a day, as readings of the slow analysis; the second as it
 * is made anew, of the latest days alone. */
enum err assess_modes(struct assess *a, int64_t day) MUST_USE;
enum err assess_modes_again(struct assess *a, int64_t day, int64_t last_day) MUST_USE;

/* --- assess_kept.c: what the slow analysis says, in state.db --- */
enum err assess_kept_open(struct assess *a) MUST_USE;
void assess_kept_close(struct assess *a);
enum err assess_keep_forecast(struct assess *a, const struct ledger_entry *entry) MUST_USE;
enum err assess_keep_risk(struct assess *a, int64_t at_us, const struct risk *house,
                          const char *line) MUST_USE;
/* Of a row (of the lane and row of house first) or, first NULL, of the district. */
enum err assess_keep_group(struct assess *a, int64_t at_us, const struct risk_group *g,
                           const struct house *first, const char *line) MUST_USE;
/* After the conclusion of a day: thins out what is old, once a week. */
enum err assess_thin_kept(struct assess *a, int64_t day) MUST_USE;

#endif
