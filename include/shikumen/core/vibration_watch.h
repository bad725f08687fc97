/* The vibrations of one house over weeks: whose they are (ENGINEERING A1.7), what they come to
 * against the limits of that source, and the rare peaks a forecast is made of. A fold over events
 * in order of arrival: constant cost and memory, state kept across restarts. Pure. */
#ifndef SHIKUMEN_CORE_VIBRATION_WATCH_H
#define SHIKUMEN_CORE_VIBRATION_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/core/burst.h"
#include "shikumen/model/zone.h"

/* Recognition, all [J] but the 100 a day, which are A1.7. Working hours: local time, every day;
 * whether a site works on Sundays is told, not what it is known by. Permanent (metro, road): more
 * than VIBRATION_BUSY_PER_DAY on two of seven days, or VIBRATION_REGULAR_PER_DAY on five, with a
 * share VIBRATION_OFF_SHARE of it outside working hours; or a timetable, so many quarter-hours
 * outside working hours hit on five of seven days; over when heard on less than 3 of 14 days.
 * Background: the median of the largest peaks outside working hours of days with
 * VIBRATION_OFF_PER_DAY events there; what is VIBRATION_ABOVE times larger is foreground.
 * Construction: VIBRATION_BURSTS_PER_DAY foreground events in working hours, in
 * VIBRATION_BURST_HOURS different hours, on VIBRATION_BURST_DAYS of seven days, and less than the
 * share VIBRATION_SITE_SHARE outside (of all events; of foreground ones once a permanent source is
 * known); days with VIBRATION_BURSTS_GO_ON prolong it, VIBRATION_QUIET_DAYS without end it.
 * Works at night (22 to 6 h, as GB 12523 has it): VIBRATION_NIGHT_HOURS hours of a night with
 * VIBRATION_NIGHT_PER_HOUR strong events each (VIBRATION_NIGHT_RATIO of the limit for short-term
 * vibration, and more than any permanent source ever showed), which are at least half of what comes
 * outside working hours, on VIBRATION_BURST_DAYS of seven days, after VIBRATION_NIGHT_KNOWN days of
 * watching and three weeks without such nights: trains run in the evening too, and have always run.
 * When all nights of the ring are such, it is a permanent source after all. Blasting: less than
 * VIBRATION_BURSTS_PER_DAY events a day, single ones of VIBRATION_BLAST_RATIO of the limit and at
 * most VIBRATION_BLAST_S long, at about the same time (half an hour before or after) on
 * VIBRATION_BLAST_DAYS of 14 days and three quarters of those with any such event. */
#define VIBRATION_WORK_FROM_H     7
#define VIBRATION_WORK_TO_H       19
#define VIBRATION_BUSY_PER_DAY    100
#define VIBRATION_REGULAR_PER_DAY 10
#define VIBRATION_OFF_SHARE       0.15
#define VIBRATION_SITE_SHARE      0.10
#define VIBRATION_OFF_PER_DAY     3
#define VIBRATION_TIMETABLE       3
#define VIBRATION_ABOVE           1.5
#define VIBRATION_BURSTS_PER_DAY  10
#define VIBRATION_BURST_HOURS     2
#define VIBRATION_BURST_DAYS      2
#define VIBRATION_BURSTS_GO_ON    5
#define VIBRATION_QUIET_DAYS      7
#define VIBRATION_NIGHT_FROM_H    22
#define VIBRATION_NIGHT_TO_H      6
#define VIBRATION_NIGHT_SLOTS     8 /* hours of a night */
#define VIBRATION_NIGHT_HOURS     2
#define VIBRATION_NIGHT_PER_HOUR  5
#define VIBRATION_NIGHT_RATIO     0.15
#define VIBRATION_NIGHT_KNOWN     14
#define VIBRATION_BLAST_RATIO     0.3
#define VIBRATION_BLAST_MOST      30.0 /* nobody blasts like that beside houses */
#define VIBRATION_BLAST_S         5.0
#define VIBRATION_BLAST_DAYS      4
#define VIBRATION_BLAST_WINDOW    14

/* [J] too: less than VIBRATION_TRIGGER_MM_S and than VIBRATION_TRIGGER_RATIO of every limit is no
 * event (a sensor that reports its noise). What comes within VIBRATION_EVENT_US of an event is the
 * same one, unless it alone is foreground. A knock is shorter than VIBRATION_KNOCK_S, on one axis
 * of several, and one of at most VIBRATION_KNOCKS such at a stretch, of which VIBRATION_FORGET_US
 * forgets one. Attention from VIBRATION_ATTENTION of a limit on (A9). */
#define VIBRATION_TRIGGER_MM_S  0.1
#define VIBRATION_TRIGGER_RATIO 0.3
#define VIBRATION_EVENT_US      10000000
#define VIBRATION_FORGET_US     60000000
#define VIBRATION_KNOCKS        5
#define VIBRATION_KNOCK_S       0.5
#define VIBRATION_ATTENTION     0.6

#define VIBRATION_DAYS       28 /* local days remembered */
#define VIBRATION_PEAKS      64
#define VIBRATION_PEAK_RATIO 0.05 /* peaks below this of a limit are no news */
#define VIBRATION_PEAK_DAYS  730  /* how long a peak counts */

enum vibration_finding_kind {
    VIBRATION_EVENT,     /* events that reached VIBRATION_ATTENTION of the limit of their class */
    VIBRATION_PERMANENT, /* metro, road */
    VIBRATION_CONSTRUCTION, /* repeated bursts in working hours */
    VIBRATION_FINDINGS
};

struct vibration_finding {
    bool active;               /* false: over (or never was, when since_us is INT64_MIN) */
    int64_t since_us, last_us; /* first and last event */
    uint32_t count;            /* events; of a permanent source those of the last 28 days */
    uint32_t night, sunday;    /* of works: strong events at night, events of Sundays by day */
    bool blasting;             /* of works: single shocks at about the same time of day */
    double peak_mm_s;          /* largest, and when */
    int64_t peak_us;
    struct burst_worst worst; /* largest ratio and the row it rests on; of a permanent source that
                                 of the last 28 days */
};

/* One local day. */
struct vibration_day {
    int32_t day;          /* since 1970-01-01, local; INT32_MIN: none */
    uint32_t quarters[3]; /* bits: quarter-hours outside working hours with events */
    uint32_t hours;       /* bits: hours with foreground events in working time */
    uint32_t work, off;   /* foreground events in and outside working time */
    uint32_t back;        /* events not above the background */
    uint32_t off_all;     /* events outside working time */
    uint16_t night[VIBRATION_NIGHT_SLOTS]; /* strong events by hour of the night, from 22 h */
    uint32_t blasts;           /* bits: half-hours of working time with a short strong event */
    int64_t first_us, last_us; /* foreground in working time; INT64_MIN: none */
    int64_t back_first_us, back_last_us;
    double off_peak_mm_s;  /* largest outside working time */
    double work_peak_mm_s; /* largest foreground in working time, and when */
    int64_t work_peak_us;
    double back_peak_mm_s;
    int64_t back_peak_us;
    struct burst_worst work_worst, back_worst; /* of piling; of a permanent source */
};

/* The largest ratio of one local day. */
struct vibration_peak {
    int64_t t_us;
    double ratio;
    uint8_t source; /* enum vibration_source whose limit it is of */
};

struct vibration_watch {
    const struct time_zone *zone;
    int64_t start_us, now_us; /* watched since; latest time heard of */
    uint64_t events, knocks;  /* of the whole life, merged ones counted once */
    struct {
        int64_t t_us; /* INT64_MIN: none yet */
        enum vibration_source source;
        bool foreground;
        double ratio;
    } current;        /* the latest event */
    double knock_run; /* one-axis events at a stretch, as of knock_us */
    int64_t knock_us;
    bool permanent, construction;
    struct vibration_day ring[VIBRATION_DAYS]; /* slot: day modulo VIBRATION_DAYS */
    struct vibration_finding finding[VIBRATION_FINDINGS];
    struct vibration_peak peak[VIBRATION_PEAKS];
    uint32_t peak_count;
    double dropped_ratio; /* largest that gave way, and when; 0: none */
    int64_t dropped_us;
};

/* Days, nights and working hours are those of zone, which must outlive it. */
void vibration_watch_init(struct vibration_watch *w, int64_t start_us,
                          const struct time_zone *zone);

struct vibration_heard {
    enum vibration_source source; /* whose it is taken for */
    bool merged;                  /* part of the event before */
    bool quiet;                   /* below the trigger: nothing follows from it */
    bool foreground;              /* above the background */
    struct burst_worst worst;     /* ratio to the limits of that class; of a knock none */
};

/* One event of the house. What is not recognised yet is judged as short-term vibration (class
 * piling). An event older than the ring changes only the counts. ERR_RANGE for a time outside the
 * years 1970 to 9999 or a peak that is negative, ERR_NOT_FINITE; nothing changes then. */
enum err vibration_watch_push(struct vibration_watch *w, const struct vibration_event *e,
                              struct vibration_heard *out) MUST_USE;

/* Time has come to now_us: episodes end after their quiet days. Earlier times do nothing. */
void vibration_watch_advance(struct vibration_watch *w, int64_t now_us);

/* Findings as of the latest time, by enum vibration_finding_kind. */
void vibration_watch_findings(const struct vibration_watch *w,
                              struct vibration_finding out[VIBRATION_FINDINGS]);

/* Level of a finding [J]: ratio from 0.6 on 1 (attention), 0.8 2 (warning), 1 3 (alarm; A9), an
 * active construction episode at least 1, one at night or on Sundays (VIBRATION_BURSTS_GO_ON
 * events of it) at least 2; 0 when it is over. */
int vibration_finding_level(enum vibration_finding_kind kind, const struct vibration_finding *f);

/* Rare peaks for a forecast (num/extremes.h): ratios of daily maxima above *threshold by ascending
 * time, into out (room for VIBRATION_PEAKS), seen in *years of watching up to now_us, at most
 * VIBRATION_PEAK_DAYS. Complete above the threshold. */
size_t vibration_watch_peaks(const struct vibration_watch *w, int64_t now_us,
                             struct vibration_peak *out, double *threshold, double *years);

/* One finding for a row out of those of its houses (kind construction or permanent): active when
 * it is in at least two houses [J]; times, counts and ratios are the widest and largest. False
 * (and *out not active) when fewer feel it. *houses: how many. */
bool vibration_row_finding(const struct vibration_finding *const *of_house, size_t n,
                           struct vibration_finding *out, size_t *houses);

/* Bytes of the state (version, digest of the limits' table, state, checksum), the arena's.
 * ERR_NOMEM.
 */
enum err vibration_watch_pack(const struct vibration_watch *w, struct arena *arena,
                              const void **bytes, size_t *n) MUST_USE;
/* ERR_CORRUPT: not what pack wrote; ERR_RANGE: of another version or table. *w is then unchanged.
 */
enum err vibration_watch_unpack(struct vibration_watch *w, const struct time_zone *zone,
                                const void *bytes, size_t n) MUST_USE;

#endif
