#include "options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/core/act.h"
#include "shikumen/core/risk.h"
#include "shikumen/model/alert.h"
#include "shikumen/view/when.h"

#define TIMES_ALLOWED "2026-11-22T08:00:00Z, 2026-11-22, -24h, -7d, +8h, now"
#define LIMIT_DEFAULT 100
#define LONG_BASE     256 /* values of the options that have no letter */

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"output", required_argument, NULL, 'o'},
    {"json", no_argument, NULL, LONG_BASE + OPTION_JSON},
    {"csv", no_argument, NULL, LONG_BASE + OPTION_CSV},
    {"from", required_argument, NULL, LONG_BASE + OPTION_FROM},
    {"to", required_argument, NULL, LONG_BASE + OPTION_TO},
    {"step", required_argument, NULL, LONG_BASE + OPTION_STEP},
    {"house", required_argument, NULL, LONG_BASE + OPTION_HOUSE},
    {"sensor", required_argument, NULL, LONG_BASE + OPTION_SENSOR},
    {"reason", required_argument, NULL, LONG_BASE + OPTION_REASON},
    {"limit", required_argument, NULL, LONG_BASE + OPTION_LIMIT},
    {"level", required_argument, NULL, LONG_BASE + OPTION_LEVEL},
    {"since", required_argument, NULL, LONG_BASE + OPTION_SINCE},
    {"at", required_argument, NULL, LONG_BASE + OPTION_AT},
    {"all", no_argument, NULL, LONG_BASE + OPTION_ALL},
    {"unknown", no_argument, NULL, LONG_BASE + OPTION_UNKNOWN},
    {"silent", no_argument, NULL, LONG_BASE + OPTION_SILENT},
    {"coverage", no_argument, NULL, LONG_BASE + OPTION_COVERAGE},
    {"registry", required_argument, NULL, LONG_BASE + OPTION_REGISTRY},
    {"readings", required_argument, NULL, LONG_BASE + OPTION_READINGS},
    {"epochs", required_argument, NULL, LONG_BASE + OPTION_EPOCHS},
    {"limits", required_argument, NULL, LONG_BASE + OPTION_LIMITS},
    {"out", required_argument, NULL, LONG_BASE + OPTION_OUT},
    {"keep-store", no_argument, NULL, LONG_BASE + OPTION_KEEP_STORE},
    {"sort", required_argument, NULL, LONG_BASE + OPTION_SORT},
    {"min-class", required_argument, NULL, LONG_BASE + OPTION_MIN_CLASS},
    {"horizon", required_argument, NULL, LONG_BASE + OPTION_HORIZON},
    {"element", required_argument, NULL, LONG_BASE + OPTION_ELEMENT},
    {"score", no_argument, NULL, LONG_BASE + OPTION_SCORE},
    {"scope", required_argument, NULL, LONG_BASE + OPTION_SCOPE},
    {"kind", required_argument, NULL, LONG_BASE + OPTION_KIND},
    {"until", required_argument, NULL, LONG_BASE + OPTION_UNTIL},
    {"note", required_argument, NULL, LONG_BASE + OPTION_NOTE},
    {"by", required_argument, NULL, LONG_BASE + OPTION_BY},
    {"force", no_argument, NULL, LONG_BASE + OPTION_FORCE},
    {"class", required_argument, NULL, LONG_BASE + OPTION_CLASS},
    {"cost", required_argument, NULL, LONG_BASE + OPTION_COST},
    {"date", required_argument, NULL, LONG_BASE + OPTION_DATE},
    {"head", no_argument, NULL, LONG_BASE + OPTION_HEAD},
    {"known-head", required_argument, NULL, LONG_BASE + OPTION_KNOWN_HEAD},
    {"month", required_argument, NULL, LONG_BASE + OPTION_MONTH},
    {"format", required_argument, NULL, LONG_BASE + OPTION_FORMAT},
    {"lang", required_argument, NULL, LONG_BASE + OPTION_LANG},
    {"raw", no_argument, NULL, LONG_BASE + OPTION_RAW},
    {"topic", required_argument, NULL, LONG_BASE + OPTION_TOPIC},
    {"rx", required_argument, NULL, LONG_BASE + OPTION_RX},
    {"profiles", required_argument, NULL, LONG_BASE + OPTION_PROFILES},
    {"hex", required_argument, NULL, LONG_BASE + OPTION_HEX},
    {"object", no_argument, NULL, LONG_BASE + OPTION_OBJECT},
    {"port", required_argument, NULL, LONG_BASE + OPTION_PORT},
    {"timezone", required_argument, NULL, LONG_BASE + OPTION_TIMEZONE},
    {"role", required_argument, NULL, LONG_BASE + OPTION_ROLE},
    {"file", required_argument, NULL, LONG_BASE + OPTION_FILE},
    {NULL, 0, NULL, 0},
};

bool option_given(const struct options *o, enum option_id id)
{
    return o->given & (UINT64_C(1) << id);
}

bool options_refuse(const char *what, const char *which)
{
    fprintf(stderr, "shikumenctl: %s%s; 用法见 try 'shikumenctl --help'\n", what, which);
    return false;
}

static enum option_id id_of(int c)
{
    switch (c) {
    case 'c':
        return OPTION_CONFIG;
    case 'h':
        return OPTION_HELP;
    case 'V':
        return OPTION_VERSION;
    case 'o':
        return OPTION_OUTPUT;
    default:
        return (enum option_id)(c - LONG_BASE);
    }
}

static const char *name_of(enum option_id id)
{
    if (id == OPTION_STEP_NUMBER)
        return "step N";
    if (id == OPTION_TO_NAME)
        return "to NAME";
    for (const struct option *l = long_options; l->name; l++)
        if (id_of(l->val) == id)
            return l->name;
    return "";
}

/* --- values --- */

static bool refuse_value(enum option_id id, const char *allowed)
{
    fprintf(stderr, "shikumenctl: --%s 无效 is not valid: %s; 允许 allowed: %s\n", name_of(id),
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

static bool take(struct options *o, enum option_id id, int64_t now_us)
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

/* --- the line --- */

/* What getopt did not understand: the word itself, or the letter inside a group of them. */
static bool refuse_option(int c, char **argv)
{
    char letter[] = {'-', (char)optopt, '\0'};
    const char *word = optind > 0 ? argv[optind - 1] : "";
    bool is_letter = optopt > 0 && optopt < LONG_BASE && strncmp(word, "--", 2) != 0;

    return options_refuse(c == ':' ? "缺少参数 a value is missing after "
                                   : "未知选项 unknown or ambiguous option ",
                          is_letter ? letter : word);
}

static bool take_words(struct options *o, int argc, char **argv)
{
    if (optind < argc)
        o->command = argv[optind++];
    for (; optind < argc; optind++) {
        if (o->argument_count == OPTION_ARGUMENTS_MAX)
            return options_refuse("多余的参数 unexpected argument ", argv[optind]);
        if (!*argv[optind])
            return options_refuse("参数为空 an argument is empty", "");
        o->arguments[o->argument_count++] = argv[optind];
    }
    return true;
}

bool options_parse(int argc, char **argv, int64_t now_us, struct options *o)
{
    int c;

    *o = (struct options){.config_file = DEFAULT_CONFIG_FILE,
                          .from_us = INT64_MIN,
                          .to_us = INT64_MAX,
                          .since_us = INT64_MIN,
                          .until_us = INT64_MAX,
                          .date_us = INT64_MIN,
                          .cost_fen = INT64_MIN,
                          .min_class = RISK_INSUFFICIENT,
                          .horizon = RISK_365_D,
                          .limit = LIMIT_DEFAULT};
    opterr = 0;
    while ((c = getopt_long(argc, argv, ":c:o:hV", long_options, NULL)) != -1) {
        if (c == '?' || c == ':')
            return refuse_option(c, argv);
        if (!take(o, id_of(c), now_us))
            return false;
    }
    return take_words(o, argc, argv);
}

bool options_fit(const struct options *o, uint64_t takes, size_t min_arguments,
                 size_t max_arguments)
{
    takes |= TAKES(CONFIG) | TAKES(HELP);
    if (option_given(o, OPTION_TO_NAME) && takes & TAKES(TO) && !(takes & TAKES(TO_NAME))) {
        fprintf(stderr, "shikumenctl: --to 无效 is not valid: %s; 允许 allowed: %s\n", o->to_name,
                TIMES_ALLOWED);
        return false;
    }
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (option_given(o, id) && !(takes & (UINT64_C(1) << id))) {
            fprintf(stderr, "shikumenctl: %s 没有选项 has no option --%s\n", o->command,
                    name_of(id));
            return false;
        }
    if (option_given(o, OPTION_JSON) && option_given(o, OPTION_CSV))
        return options_refuse("只能选其一 only one of --json and --csv", "");
    if (o->from_us > o->to_us)
        return options_refuse("--from 晚于 is later than --to", "");
    if (o->argument_count < min_arguments)
        return options_refuse("缺少参数 an argument is missing after ", o->command);
    if (o->argument_count > max_arguments)
        return options_refuse("多余的参数 unexpected argument ", o->arguments[max_arguments]);
    return true;
}
