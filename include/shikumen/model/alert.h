/* Alerts: episodes and their steps. The numbers are stored; never renumber. */
#ifndef SHIKUMEN_MODEL_ALERT_H
#define SHIKUMEN_MODEL_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* China's four warning colours; 0 is normal. */
enum alert_level { LEVEL_NORMAL, LEVEL_BLUE, LEVEL_YELLOW, LEVEL_ORANGE, LEVEL_RED };
const char *level_colour(int level); /* "blue" .. "red", "none" for 0 */

enum alert_category { CATEGORY_STRUCTURE, CATEGORY_INSTRUMENT, CATEGORY_SYSTEM, CATEGORY_COUNT };
const char *category_name(enum alert_category c);
enum alert_category category_by_name(const char *name); /* CATEGORY_COUNT: none */

enum alert_kind {
    KIND_LIMIT,
    KIND_RATE,
    KIND_TREND,
    KIND_STEP,
    KIND_VIBRATION,
    KIND_FREQUENCY,
    KIND_MOISTURE,
    KIND_LEAK,
    KIND_SILENCE,
    KIND_FAULT,
    KIND_CONSTRUCTION,
    KIND_HEARTBEAT,
    KIND_COUNT
};
const char *alert_kind_name(enum alert_kind k);
enum alert_kind alert_kind_by_name(const char *name); /* KIND_COUNT: none */

enum alert_event {
    EVENT_RAISED,
    EVENT_WORSENED,
    EVENT_EASED,
    EVENT_ACKNOWLEDGED,
    EVENT_ESCALATED,
    EVENT_RESOLVED,
    EVENT_REOPENED,
    EVENT_COMMENTED, /* a person says something of it */
    EVENT_ASSIGNED,  /* to a person */
    EVENT_REMINDED,  /* it still waits for a person; of a heartbeat: the system lives */
    EVENT_UPDATED,   /* of a group: more houses */
    EVENT_COUNT
};
const char *alert_event_name(enum alert_event e);
enum alert_event alert_event_by_name(const char *name); /* EVENT_COUNT: none */

#define ALERT_ID_SIZE 37 /* UUID text with terminator */

/* One lasting condition as it stands now. key names what it is about, so that a returning
 * condition finds its episode: "limit|H001/front-wall|crack_width". What it shows (level) may be
 * worse than what holds (condition_level): red and orange stay until a person has acknowledged
 * them, and what comes and goes stays until it has been quiet for a day (core/episode.h). */
struct episode {
    int64_t row; /* in the state database; 0 when new */
    char id[ALERT_ID_SIZE];
    const char *key;
    enum alert_category category;
    enum alert_kind kind;
    int level;                                  /* shown; 0 once resolved */
    int peak_level;                             /* worst so far */
    int step;                                   /* number of the last step, 1.. */
    int64_t opened_us, changed_us, resolved_us; /* resolved_us 0 while open */
    const char *house, *element;                /* ids, "" when none */
    int condition_level;                        /* what holds now; 0: nothing */
    int64_t fell_us;    /* since when condition_level has been below level; 0: it is not */
    int acked_level;    /* worst level that a person has acknowledged; 0: none */
    int64_t acked_us;   /* when; 0: not */
    int64_t alarmed_us; /* since when it waits for that: raised, worsened or re-opened */
    bool by_hand;       /* resolved by a person while the condition lasted */
    int repeats;        /* how often the condition came back */
    int64_t back_us[2]; /* when it did, the latest two, latest first; 0: not */
    int64_t spoken_by;  /* row of the episode that speaks for this one (its group, or what explains
                           it); 0: it speaks for itself */
    int64_t escalated_us;      /* latest escalation; 0: none */
    int members, members_told; /* of a group: episodes that hold now, and when it was last told */
};

#endif
