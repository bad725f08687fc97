#include "shikumen/core/episode.h"

/* What the change from one level to another tells; the levels differ. */
static enum alert_event event_of(const struct episode *e, int new_level)
{
    if (e->step == 0)
        return EVENT_RAISED;
    if (e->level == LEVEL_NORMAL)
        return EVENT_REOPENED;
    if (new_level == LEVEL_NORMAL)
        return EVENT_RESOLVED;
    return new_level > e->level ? EVENT_WORSENED : EVENT_EASED;
}

bool episode_advance(struct episode *e, int new_level, int64_t now_us, enum alert_event *event)
{
    if (new_level == e->level)
        return false;
    *event = event_of(e, new_level);
    if (*event == EVENT_RAISED)
        e->opened_us = now_us;
    e->changed_us = now_us;
    e->resolved_us = *event == EVENT_RESOLVED ? now_us : 0;
    e->level = new_level;
    if (new_level > e->peak_level)
        e->peak_level = new_level;
    e->step++;
    return true;
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
