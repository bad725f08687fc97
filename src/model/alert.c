#include "shikumen/model/alert.h"

#include "names.h"

static const char *const category_names[CATEGORY_COUNT] = {
    [CATEGORY_STRUCTURE] = "structure",
    [CATEGORY_INSTRUMENT] = "instrument",
    [CATEGORY_SYSTEM] = "system",
};

static const char *const kind_names[KIND_COUNT] = {
    [KIND_LIMIT] = "limit",
    [KIND_RATE] = "rate",
    [KIND_TREND] = "trend",
    [KIND_STEP] = "step",
    [KIND_VIBRATION] = "vibration",
    [KIND_FREQUENCY] = "frequency",
    [KIND_MOISTURE] = "moisture",
    [KIND_LEAK] = "leak",
    [KIND_SILENCE] = "silence",
    [KIND_FAULT] = "fault",
    [KIND_CONSTRUCTION] = "construction",
    [KIND_HEARTBEAT] = "heartbeat",
};

static const char *const event_names[EVENT_COUNT] = {
    [EVENT_RAISED] = "raised",       [EVENT_WORSENED] = "worsened",
    [EVENT_EASED] = "eased",         [EVENT_ACKNOWLEDGED] = "acknowledged",
    [EVENT_ESCALATED] = "escalated", [EVENT_RESOLVED] = "resolved",
    [EVENT_REOPENED] = "reopened",   [EVENT_COMMENTED] = "commented",
    [EVENT_ASSIGNED] = "assigned",   [EVENT_REMINDED] = "reminded",
    [EVENT_UPDATED] = "updated",
};

const char *level_colour(int level)
{
    static const char *const colours[] = {
        [LEVEL_NORMAL] = "none",   [LEVEL_BLUE] = "blue", [LEVEL_YELLOW] = "yellow",
        [LEVEL_ORANGE] = "orange", [LEVEL_RED] = "red",
    };

    return level > LEVEL_NORMAL && level <= LEVEL_RED ? colours[level] : colours[LEVEL_NORMAL];
}

const char *category_name(enum alert_category c)
{
    return c < CATEGORY_COUNT ? category_names[c] : "unknown";
}

enum alert_category category_by_name(const char *name)
{
    return (enum alert_category)names_index(category_names, CATEGORY_COUNT, name);
}

const char *alert_kind_name(enum alert_kind k)
{
    return k < KIND_COUNT ? kind_names[k] : "unknown";
}

enum alert_kind alert_kind_by_name(const char *name)
{
    return (enum alert_kind)names_index(kind_names, KIND_COUNT, name);
}

const char *alert_event_name(enum alert_event e)
{
    return e < EVENT_COUNT ? event_names[e] : "unknown";
}

enum alert_event alert_event_by_name(const char *name)
{
    return (enum alert_event)names_index(event_names, EVENT_COUNT, name);
}
