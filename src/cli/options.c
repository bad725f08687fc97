#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "options_values.h"
#include "shikumen/core/risk.h"

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

const char *options_name(enum option_id id)
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
        if (!options_take(o, id_of(c), now_us))
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
                    options_name(id));
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
