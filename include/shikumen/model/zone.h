/* Time zones as values: what wall clocks show, and when they are put forward or back. Pure. */
#ifndef SHIKUMEN_MODEL_ZONE_H
#define SHIKUMEN_MODEL_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* A moment of every year at which clocks change (POSIX.1-2017, section 8.3, TZ). */
enum zone_day_kind {
    ZONE_DAY_JULIAN,  /* day 1..365, 29 February never counted */
    ZONE_DAY_OF_YEAR, /* day 0..365, 29 February counted */
    ZONE_DAY_OF_MONTH /* the week-th (5: last) weekday day (0: Sunday) of month */
};

struct zone_day {
    enum zone_day_kind kind;
    int month, week, day;
    int32_t time_s; /* after local midnight; -167 h .. 167 h (RFC 8536, section 3.3.1) */
};

/* What holds every year; offsets are seconds ahead of UTC. */
struct zone_rule {
    bool given, summer;
    int32_t standard_s, summer_s;
    struct zone_day begins, ends; /* of summer time */
};

/* The clocks are offset_s[i] ahead of UTC from at_s[i] (Unix seconds, ascending) on; before all
 * first_s; from the last on the rule, when there is one. All zero but the name: UTC. */
struct time_zone {
    const char *name; /* "Asia/Shanghai", "+08:00", "UTC" */
    const int64_t *at_s;
    const int32_t *offset_s;
    size_t count;
    int32_t first_s;
    struct zone_rule rule;
};

extern const struct time_zone zone_utc;

/* Whether name is shaped as the names of the IANA database are: it then names no file outside of
 * it, and none whose contents differ from machine to machine ("localtime"). */
bool zone_is_name(const char *name);

/* A fixed offset "+08:00", "-0330", "+08", "UTC" or "Z", at most 14:59; keeps name. False: none. */
bool zone_fixed(const char *name, struct time_zone *out);

/* Reads a compiled zone (TZif, RFC 8536, versions 1 to 4, and 9636); memory is the arena's. The
 * name stays out's. ERR_PARSE: not sound, or one that counts leap seconds; ERR_NOMEM. */
enum err zone_decode(const uint8_t *bytes, size_t n, struct arena *arena,
                     struct time_zone *out) MUST_USE;

/* Reads a rule as POSIX writes it: "CET-1CEST,M3.5.0,M10.5.0/3", "<+08>-8". n bytes; 0: none.
 * Summer time without its days is refused. ERR_PARSE. */
enum err zone_rule_parse(const char *text, size_t n, struct zone_rule *out) MUST_USE;

/* Whether it is UTC at all times, by whatever name. */
bool zone_is_utc(const struct time_zone *z);

/* Seconds that the clocks are ahead of UTC at t_s. */
int32_t zone_offset_s(const struct time_zone *z, int64_t t_s);
int64_t zone_offset_us(const struct time_zone *z, int64_t t_us);

/* What the clocks show at t_us, as if it were UTC; INT64_MIN and INT64_MAX stay. */
int64_t zone_local_us(const struct time_zone *z, int64_t t_us);

enum zone_fit {
    ZONE_ONCE,
    ZONE_TWICE, /* clocks were put back */
    ZONE_NEVER  /* they were put forward over it */
};

/* The UTC times at which the clocks show wall_us (as if it were UTC): the same twice, or the first
 * and the last; of a time that they never show, first is by the offset after, second by the offset
 * before, as a clock that was put forward too late shows it. */
enum zone_fit zone_to_utc(const struct time_zone *z, int64_t wall_us, int64_t *first_us,
                          int64_t *second_us);

/* The one that is taken when nothing says which: of two the first; of none as by a clock that was
 * put forward too late. */
int64_t zone_to_utc_us(const struct time_zone *z, int64_t wall_us);

/* --- several --- */

struct zone_node {
    struct time_zone zone;
    struct zone_node *next;
};

/* Zones by name; a zone stays where it is when others are added. */
struct zone_list {
    struct arena arena;
    struct zone_node *first;
};

/* NULL: not among them. */
const struct time_zone *zone_find(const struct zone_list *l, const char *name);
void zone_list_free(struct zone_list *l);

#endif
