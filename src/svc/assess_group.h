/* One alert that speaks for many. */
#ifndef SHIKUMEN_SVC_ASSESS_GROUP_H
#define SHIKUMEN_SVC_ASSESS_GROUP_H

#include "shikumen/base/err.h"
#include "shikumen/core/episode.h"

struct assess;

/* What the key of a group begins with. */
#define GROUP_PREFIX "group|"

/* Copies, in the arena of the round. */
struct episode_list {
    struct episode *items;
    size_t count, capacity;
};

/* --- assess_group.c --- */
/* The alert of several houses: it has members. */
bool assess_is_group(const struct episode *e);
/* Episodes that the one in this row speaks for, worst first. */
enum err assess_members(struct assess *a, int64_t row, struct episode_list *members) MUST_USE;
/* Episodes that are open or may open again by time. */
enum err assess_live(struct assess *a, struct episode_list *live) MUST_USE;
/* The group as its members are now: its step, when that changes it. */
enum err assess_follow_members(struct assess *a, struct episode *group, int64_t now_us) MUST_USE;
/* A group has grown since it was told, and it is time to say so. */
enum err assess_group_grown(struct assess *a, struct episode *group, int64_t now_us) MUST_USE;
/* When; INT64_MAX: it has not. */
int64_t assess_group_due_us(const struct episode *group);
/* What of a group that a person ended holds still, before it may open again by time; nothing: it
 * stays over. */
enum err assess_group_wakes(struct assess *a, struct episode *group) MUST_USE;

/* --- assess_join.c --- */
/* After the steps of a round: what came to several houses of a row or a lane within a few minutes
 * is one alert; lesser alerts of an element are spoken for by its worst. */
enum err assess_group_round(struct assess *a, int64_t now_us) MUST_USE;

/* --- assess_explain.c --- */
/* Lesser alerts of these elements are spoken for by the worst. */
enum err assess_explain_round(struct assess *a, const struct episode_list *live,
                              int64_t now_us) MUST_USE;

#endif
