/* The command line of shikumenctl. */
#ifndef SHIKUMEN_CLI_OPTIONS_H
#define SHIKUMEN_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/view/listing.h"
#include "shikumen/view/ranking.h"

#define DEFAULT_CONFIG_FILE "/etc/shikumen/shikumend.conf"

/* Exit codes (docs/interface.md section 1). */
#define EXIT_DONE       0
#define EXIT_FAILED     1
#define EXIT_USAGE      2
#define EXIT_BAD_CONFIG 78

/* Which options a command takes. */
enum option_id {
    OPTION_CONFIG,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_FROM,
    OPTION_TO,
    OPTION_STEP,
    OPTION_STEP_NUMBER, /* --step with the number of a step of an alert */
    OPTION_HOUSE,
    OPTION_SENSOR,
    OPTION_REASON,
    OPTION_LIMIT,
    OPTION_LEVEL,
    OPTION_SINCE,
    OPTION_OUTPUT,
    OPTION_ALL,
    OPTION_UNKNOWN,
    OPTION_SILENT,
    OPTION_COVERAGE,
    OPTION_REGISTRY,
    OPTION_READINGS,
    OPTION_EPOCHS,
    OPTION_LIMITS,
    OPTION_OUT,
    OPTION_KEEP_STORE,
    OPTION_SORT,
    OPTION_MIN_CLASS,
    OPTION_HORIZON,
    OPTION_ELEMENT,
    OPTION_SCORE,
    OPTION_SCOPE,
    OPTION_KIND,
    OPTION_UNTIL,
    OPTION_NOTE,
    OPTION_BY,
    OPTION_FORCE,
    OPTION_TO_NAME, /* --to with a person's name */
    OPTION_CLASS,
    OPTION_COST,
    OPTION_DATE,
    OPTION_HEAD,
    OPTION_KNOWN_HEAD,
    OPTION_MONTH,
    OPTION_FORMAT,
    OPTION_LANG,
    OPTION_RAW,
    OPTION_TOPIC,
    OPTION_RX,
    OPTION_PROFILES,
    OPTION_HEX,
    OPTION_OBJECT,
    OPTION_PORT,
    OPTION_ROLE,
    OPTION_FILE,
    OPTION_TIMEZONE,
    OPTION_AT,
    OPTION_COUNT
};
#define TAKES(id) (UINT64_C(1) << OPTION_##id)

#define OPTION_ARGUMENTS_MAX 1000

/* As given and checked; NULL or 0 when not given, times INT64_MIN and INT64_MAX. */
struct options {
    uint64_t given; /* bits TAKES */
    const char *config_file, *command;
    const char *house, *sensor, *reason, *output;
    const char *registry, *readings, *epochs, *limits, *out; /* of backtest */
    const char *element;
    const char *at;                       /* a time, of the district's zone when it is a date */
    const char *scope, *kind, *note, *by; /* of epoch and of acts */
    const char *to_name, *class_name;     /* of acts */
    const char *known_head;               /* of verify */
    const char *month, *format, *lang;    /* of report */
    const char *topic, *profiles, *hex;   /* of profile */
    const char *port, *timezone;
    const char *role, *file; /* of token */
    int64_t rx_us;
    int64_t cost_fen; /* INT64_MIN: not given */
    int64_t from_us, to_us, since_us, until_us, date_us;
    int limit, level;
    int min_class; /* enum risk_level; RISK_INSUFFICIENT: all */
    int horizon;   /* 0, 1, 2: 30, 180, 365 days */
    enum listing_step step;
    int step_number; /* of an alert */
    enum ranking_order order;
    const char *arguments[OPTION_ARGUMENTS_MAX];
    size_t argument_count;
};

bool option_given(const struct options *o, enum option_id id);

/* Reads the command line; options may stand before and after the command. now_us is what relative
 * times count from. False with a line on stderr when it is wrong. */
bool options_parse(int argc, char **argv, int64_t now_us, struct options *o);

/* False with a line on stderr when an option was given that is not in takes, or not as many
 * arguments as min to max. */
bool options_fit(const struct options *o, uint64_t takes, size_t min_arguments,
                 size_t max_arguments);

/* "FILE:..." on stderr: what is wrong with the usage; returns false. */
bool options_refuse(const char *what, const char *which);

#endif
