#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

/* The system's own troubles: what it cannot hear, cannot keep, and its clock. */

#define DEAF_TOLERATED_US        (300 * US_PER_S)
#define STORE_FAULT_TOLERATED_US (60 * US_PER_S)
#define CLOCK_STEP_US            (60 * US_PER_S)

const char *const system_cause_name[SYSTEM_CAUSES] = {
    [CAUSE_BROKER] = "broker_unreachable",
    [CAUSE_NOTHING] = "nothing_delivered",
    [CAUSE_STORE] = "store_degraded",
};

static enum err system_level(struct assess *a, enum system_cause cause, int level, int64_t now_us)
{
    if (a->system.level[cause] == level)
        return ERR_OK;
    struct alert_step step = {.cause = system_cause_name[cause], .coverage = 0.0};
    char *key = arena_printf(&a->arena, "system|%s", system_cause_name[cause]);
    enum err e =
        key ? assess_step(a, key, CATEGORY_SYSTEM, KIND_FAULT, "", "", level, now_us, &step)
            : ERR_NOMEM;
    a->system.level[cause] = level;
    return e;
}

enum err assess_sweep_system(struct assess *a, bool listening, int64_t now_us)
{
    char fault[HUB_TEXT_SIZE];
    int64_t since_us = 0;
    bool nothing = atomic_load(&a->hub->nothing_delivered) ||
                   (a->system.level[CAUSE_NOTHING] > 0 && !atomic_load(&a->hub->messages_received));
    bool store = !nothing && hub_fault_get(a->hub, LOOP_INGEST, fault, &since_us) &&
                 strncmp(fault, "store:", 6) == 0 &&
                 (a->system.level[CAUSE_STORE] > 0 || now_us - since_us > STORE_FAULT_TOLERATED_US);
    if (listening)
        a->system.deaf_since_us = 0;
    else if (a->system.deaf_since_us == 0)
        a->system.deaf_since_us = now_us;
    bool deaf =
        !nothing && a->system.deaf_since_us &&
        (a->system.level[CAUSE_BROKER] > 0 || now_us - a->system.deaf_since_us > DEAF_TOLERATED_US);
    enum err e = system_level(a, CAUSE_BROKER, deaf ? LEVEL_YELLOW : LEVEL_NORMAL, now_us);
    if (!e)
        e = system_level(a, CAUSE_NOTHING, nothing ? LEVEL_YELLOW : LEVEL_NORMAL, now_us);
    if (!e)
        e = system_level(a, CAUSE_STORE, store ? LEVEL_ORANGE : LEVEL_NORMAL, now_us);
    return e;
}

/* When the wall clock steps, the time since a sensor was heard is not known: nobody is blamed for
 * silence by the old clock, and everyone gets five periods by the new one. */
void assess_watch_clock(struct assess *a, int64_t now_us)
{
    int64_t offset_us = now_us - hub_monotonic_us(a->hub);
    int64_t step_us = offset_us - a->system.clock_offset_us;
    if (a->system.clock_offset_us != 0 && (step_us > CLOCK_STEP_US || step_us < -CLOCK_STEP_US)) {
        log_event(&a->hub->log, LOG_P_WARNING, "clock_step seconds=%lld",
                  (long long)(step_us / US_PER_S));
        a->system.clock_stepped_us = now_us;
        a->system.deaf_since_us = a->hush.sweep_at_us = 0;
    }
    a->system.clock_offset_us = offset_us;
}
