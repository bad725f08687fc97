#include "options_values.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/core/act.h"
#include "shikumen/core/risk.h"
#include "shikumen/model/alert.h"
#include "shikumen/view/when.h"

static bool refuse_value(enum option_id id, const char *allowed)
{
    fprintf(stderr, "shikumenctl: --%s 无效 is not valid: %s; 允许 allowed: %s\n", options_name(id),
            optarg, allowed);
    return false;
}

static bool take_text(enum option_id id, const char **text)
{
    *text = optarg;
    return *optarg || refuse_value(id, "非空文字 a text that is not empty");
}

static bool take_time(enum option_id id, int64_t now_us, int64_t *t_us)
{
    return when_parse(optarg, now_us, t_us) || refuse_value(id, TIMES_ALLOWED);
}

/* The place of the value among count names. */
static bool take_choice(enum option_id id, const char *const *names, int count, const char *allowed,
                        int *choice)
{
    for (int i = 0; i < count; i++)
        if (strcmp(optarg, names[i]) == 0) {
            *choice = i;
            return true;
        }
    return refuse_value(id, allowed);
}

/* The number of a step of an alert is an option of its own under the same name. */
static bool take_step_number(struct options *o)
{
    char *end;
    long n = strtol(optarg, &end, 10);

    if (*end || n < 1 || n > 1000000)
        return refuse_value(OPTION_STEP, "1..1000000");
    o->given &= ~TAKES(STEP);
    o->given |= TAKES(STEP_NUMBER);
    o->step_number = (int)n;
    return true;
}

/* A time, or else the name of a person. */
static bool take_to(struct options *o, int64_t now_us)
{
    if (when_parse(optarg, now_us, &o->to_us))
        return true;
    o->given &= ~TAKES(TO);
    o->given |= TAKES(TO_NAME);
    return take_text(OPTION_TO_NAME, &o->to_name);
}

static bool take_cost(struct options *o)
{
    return act_cost_parse(optarg, &o->cost_fen) == ERR_OK ||
           refuse_value(OPTION_COST, "0..1000000000 CNY, 1234.50");
}

static bool take_step(struct options *o)
{
    static const char *const names[] = {
        [LISTING_RAW] = "raw", [LISTING_HOUR] = "hour", [LISTING_DAY] = "day"};
    int step = LISTING_RAW;
    bool fine;

    if (*optarg >= '0' && *optarg <= '9')
        return take_step_number(o);
    fine = take_choice(OPTION_STEP, names, 3, "raw, hour, day", &step);
    o->step = (enum listing_step)step;
    return fine;
}

static bool take_sort(struct options *o)
{
    static const char *const names[] = {[RANK_SCORE] = "score",
                                        [RANK_P30] = "p30",
                                        [RANK_P180] = "p180",
                                        [RANK_P365] = "p365",
                                        [RANK_CONFIDENCE] = "confidence"};
    int sort = RANK_SCORE;
    bool fine = take_choice(OPTION_SORT, names, 5, "score, p30, p180, p365, confidence", &sort);

    o->order = (enum ranking_order)sort;
    return fine;
}

static bool take_min_class(struct options *o)
{
    const char *names[RISK_LEVELS];

    for (int i = 0; i < RISK_LEVELS; i++)
        names[i] = risk_class_name((enum risk_level)i);
    return take_choice(OPTION_MIN_CLASS, names, RISK_LEVELS, "L, ML, M, MH, H", &o->min_class);
}

static bool take_horizon(struct options *o)
{
    static const char *const names[] = {"30", "180", "365"};

    return take_choice(OPTION_HORIZON, names, 3, "30, 180, 365", &o->horizon);
}

static bool take_limit(struct options *o)
{
    char *end;
    long n = strtol(optarg, &end, 10);

    if (*optarg < '0' || *optarg > '9' || *end || n < 1 || n > 1000000)
        return refuse_value(OPTION_LIMIT, "1..1000000");
    o->limit = (int)n;
    return true;
}

static bool take_level(struct options *o)
{
    for (int level = LEVEL_BLUE; level <= LEVEL_RED; level++) {
        char digit[] = {(char)('0' + level), '\0'};
        if (strcmp(optarg, digit) == 0 || strcmp(optarg, level_colour(level)) == 0) {
            o->level = level;
            return true;
        }
    }
    return refuse_value(OPTION_LEVEL, "1 blue, 2 yellow, 3 orange, 4 red");
}

/* What options of the same kind are kept in; NULL: not a text. */
static const char **text_of(struct options *o, enum option_id id)
{
    switch (id) {
    case OPTION_CONFIG:
        return &o->config_file;
    case OPTION_HOUSE:
        return &o->house;
    case OPTION_SENSOR:
        return &o->sensor;
    case OPTION_REASON:
        return &o->reason;
    case OPTION_OUTPUT:
        return &o->output;
    case OPTION_REGISTRY:
        return &o->registry;
    case OPTION_READINGS:
        return &o->readings;
    case OPTION_EPOCHS:
        return &o->epochs;
    case OPTION_LIMITS:
        return &o->limits;
    case OPTION_OUT:
        return &o->out;
    case OPTION_ELEMENT:
        return &o->element;
    case OPTION_SCOPE:
        return &o->scope;
    case OPTION_KIND:
        return &o->kind;
    case OPTION_NOTE:
        return &o->note;
    case OPTION_BY:
        return &o->by;
    case OPTION_CLASS:
        return &o->class_name;
    case OPTION_KNOWN_HEAD:
        return &o->known_head;
    case OPTION_ROLE:
        return &o->role;
    case OPTION_FILE:
        return &o->file;
    case OPTION_MONTH:
        return &o->month;
    case OPTION_FORMAT:
        return &o->format;
    case OPTION_LANG:
        return &o->lang;
    case OPTION_TOPIC:
        return &o->topic;
    case OPTION_PROFILES:
        return &o->profiles;
    case OPTION_HEX:
        return &o->hex;
    case OPTION_PORT:
        return &o->port;
    case OPTION_TIMEZONE:
        return &o->timezone;
    default:
        return NULL;
    }
}

bool options_take(struct options *o, enum option_id id, int64_t now_us)
{
    const char **text = text_of(o, id);

    o->given |= UINT64_C(1) << id;
    if (text)
        return take_text(id, text);
    switch (id) {
    case OPTION_FROM:
        return take_time(id, now_us, &o->from_us);
    case OPTION_TO:
        return take_to(o, now_us);
    case OPTION_DATE:
        return take_time(id, now_us, &o->date_us);
    case OPTION_COST:
        return take_cost(o);
    case OPTION_AT:
        o->at = optarg;
        return take_time(id, now_us, &(int64_t){0});
    case OPTION_SINCE:
        return take_time(id, now_us, &o->since_us);
    case OPTION_UNTIL:
        return take_time(id, now_us, &o->until_us);
    case OPTION_RX:
        return take_time(id, now_us, &o->rx_us);
    case OPTION_STEP:
        return take_step(o);
    case OPTION_SORT:
        return take_sort(o);
    case OPTION_MIN_CLASS:
        return take_min_class(o);
    case OPTION_HORIZON:
        return take_horizon(o);
    case OPTION_LIMIT:
        return take_limit(o);
    case OPTION_LEVEL:
        return take_level(o);
    default:
        return true;
    }
}
