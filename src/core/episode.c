#include "shikumen/core/episode.h"

/* What the change from one shown level to another tells; the levels differ. */
static enum alert_event event_of(const struct episode *e, int level)
{
    if (e->step == 0)
        return EVENT_RAISED;
    if (e->level == LEVEL_NORMAL)
        return EVENT_REOPENED;
    if (level == LEVEL_NORMAL)
        return EVENT_RESOLVED;
    return level > e->level ? EVENT_WORSENED : EVENT_EASED;
}

static void step(struct episode *e, int64_t now_us)
{
    e->changed_us = now_us;
    e->step++;
}

/* Shows level. */
static enum alert_event show(struct episode *e, int level, int64_t now_us)
{
    enum alert_event event = event_of(e, level);

    if (event == EVENT_RAISED)
        e->opened_us = now_us;
    if (event == EVENT_REOPENED)
        e->acked_level = LEVEL_NORMAL;
    if (level > e->level)
        e->alarmed_us = now_us;
    e->resolved_us = event == EVENT_RESOLVED ? now_us : 0;
    e->by_hand = false;
    e->level = level;
    if (level > e->peak_level)
        e->peak_level = level;
    e->fell_us = e->condition_level < level ? e->fell_us : 0;
    step(e, now_us);
    return event;
}

bool episode_waits(const struct episode *e)
{
    return e->level >= EPISODE_LATCH_LEVEL && e->acked_level < e->level;
}

static bool came_back_twice(const struct episode *e, int64_t at_us)
{
    return e->back_us[1] != 0 && at_us - e->back_us[1] < EPISODE_CHATTER_US;
}

bool episode_chatters(const struct episode *e, int64_t now_us)
{
    if (e->fell_us == 0)
        return came_back_twice(e, now_us);
    return came_back_twice(e, e->fell_us) && now_us - e->fell_us < EPISODE_CHATTER_US;
}

static bool is_held(const struct episode *e, int64_t now_us)
{
    return e->spoken_by == 0 && (episode_waits(e) || episode_chatters(e, now_us));
}

static void count_return(struct episode *e, int64_t now_us)
{
    e->repeats++;
    e->back_us[1] = e->back_us[0];
    e->back_us[0] = now_us;
}

/* Below what is shown: falls unless it is held. */
static bool fall(struct episode *e, int64_t now_us, enum alert_event *event)
{
    if (e->level <= e->condition_level || is_held(e, now_us))
        return false;
    *event = show(e, e->condition_level, now_us);
    return true;
}

bool episode_advance(struct episode *e, int condition_level, int64_t now_us,
                     enum alert_event *event)
{
    bool rises = condition_level > e->condition_level, was_over = e->condition_level == 0;

    if (condition_level == e->condition_level)
        return false;
    e->condition_level = condition_level;
    if (rises && was_over && e->step > 0)
        count_return(e, now_us);
    if (e->by_hand && condition_level <= e->acked_level) {
        e->by_hand = condition_level > 0; /* what a person resolved is over, or only eases */
        return false;
    }
    if (condition_level > e->level) {
        *event = show(e, condition_level, now_us);
        return true;
    }
    e->fell_us = condition_level < e->level ? now_us : 0;
    return fall(e, now_us, event);
}

bool episode_tick(struct episode *e, int64_t now_us, enum alert_event *event)
{
    if (!e->by_hand)
        return e->level > 0 && fall(e, now_us, event);
    if (now_us - e->resolved_us < EPISODE_HAND_US)
        return false;
    *event = show(e, e->condition_level, now_us);
    return true;
}

int64_t episode_due_us(const struct episode *e)
{
    if (e->by_hand)
        return e->resolved_us + EPISODE_HAND_US;
    if (e->level <= e->condition_level)
        return INT64_MAX;
    if (e->spoken_by == 0 && episode_waits(e))
        return INT64_MAX;
    if (e->spoken_by == 0 && came_back_twice(e, e->fell_us))
        return e->fell_us + EPISODE_CHATTER_US;
    return e->fell_us;
}

bool episode_acknowledge(struct episode *e, int64_t now_us)
{
    if (e->level == LEVEL_NORMAL || e->acked_level >= e->level)
        return false;
    e->acked_level = e->level;
    e->acked_us = now_us;
    step(e, now_us);
    return true;
}

bool episode_resolve(struct episode *e, int64_t now_us)
{
    if (e->level == LEVEL_NORMAL)
        return false;
    e->acked_level = e->level;
    e->acked_us = now_us;
    show(e, LEVEL_NORMAL, now_us);
    e->by_hand = e->condition_level > 0;
    return true;
}

void episode_note(struct episode *e, int64_t now_us)
{
    step(e, now_us);
}

void episode_id(const uint8_t random[16], char id[ALERT_ID_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    char *p = id;

    for (unsigned i = 0; i < 16; i++) {
        unsigned byte = random[i];
        if (i == 6) /* RFC 9562 section 5.4: version 4 */
            byte = (byte & 0x0f) | 0x40;
        if (i == 8) /* section 4.1: variant 10 */
            byte = (byte & 0x3f) | 0x80;
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex[byte >> 4];
        *p++ = hex[byte & 15];
    }
    *p = '\0';
}
