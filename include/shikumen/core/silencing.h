/* Silences: what they hold back, and when they are to be reminded of. Recording goes on. Pure. */
#ifndef SHIKUMEN_CORE_SILENCING_H
#define SHIKUMEN_CORE_SILENCING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/model/act.h"
#include "shikumen/model/registry.h"

struct silencings {
    const struct silencing *items;
    size_t count;
};

/* What an alert is about. */
struct silencing_subject {
    const char *house, *element; /* ids, "" when none */
    const uint32_t *sensors;     /* registry indices */
    size_t sensor_count;
    enum alert_kind kind;
    int level; /* the worst that whoever gets it would learn of */
};

/* Whether scope is the id of a house, element or sensor, or a lane or row of houses. The district
 * is none: nobody silences everything. */
bool silencing_scope_known(const struct registry *r, const char *scope);

/* In force: begun and not yet over, by time or by hand. */
bool silencing_in_force(const struct silencing *s, int64_t now_us);

/* Whether silences in force at now_us hold the alert back: each of its sensors lies in the scope of
 * one of its kind; of an alert without sensors, its element or house does. NEVER of level 4 red,
 * and never of one that has neither (the
 * system). */
bool silencing_matches(struct silencings all, const struct registry *r,
                       const struct silencing_subject *about, int64_t now_us);

/* When its end is to be told: 24 h before, of a shorter one than two days halfway. */
int64_t silencing_reminder_us(const struct silencing *s);

#endif
