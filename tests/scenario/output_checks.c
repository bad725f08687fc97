#include "output_checks.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ndjson.h"
#include "process.h"
#include "shikumen/base/clock.h"

#define FAULTS_TOLD 5 /* of a file */
#define WEEK_US     (7 * US_PER_DAY)

struct check {
    const struct sim_truth *truth;
    struct strbuf *faults;
    const char *file;
    size_t number, fault_count;
    int64_t at_us;         /* of the line before */
    int64_t *house_at_us;  /* of each house's line before; risk */
    const cJSON *document; /* the line */
};

PRINTF_LIKE(2, 3) static void fault(struct check *c, const char *format, ...)
{
    char text[200];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (c->fault_count++ < FAULTS_TOLD)
        strbuf_printf(c->faults, "  %s:%zu: %s\n", c->file, c->number, text);
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void need(struct check *c, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!member(c->document, names[i]))
            fault(c, "%s is missing", names[i]);
}
#define NEED(c, ...)                                                                               \
    need(c, (const char *const[]){__VA_ARGS__},                                                    \
         sizeof(const char *const[]){__VA_ARGS__} / sizeof(const char *))

/* Every file is in order of time, from the start of the history on. */
static void need_order(struct check *c)
{
    int64_t at_us = ndjson_time(c->document, "at", INT64_MIN);

    if (at_us < c->at_us)
        fault(c, "at is no time, or before that of the line before");
    else
        c->at_us = at_us;
}

/* NaN for null; what is neither null nor a number is a fault. */
static double number_or_null(struct check *c, const cJSON *object, const char *name)
{
    if (!cJSON_IsNull(member(object, name)) && isnan(ndjson_number(object, name)))
        fault(c, "%s is neither null nor a number", name);
    return ndjson_number(object, name);
}

static void need_share(struct check *c, const cJSON *object, const char *name)
{
    double v = number_or_null(c, object, name);

    if (v < 0 || v > 1)
        fault(c, "%s %g is outside 0..1", name, v);
}

static void need_probabilities(struct check *c, const cJSON *object)
{
    static const char *const names[] = {"p30", "p180", "p365"};
    double last = 0;

    for (size_t i = 0; i < 3; i++) {
        double p = number_or_null(c, object, names[i]);
        need_share(c, object, names[i]);
        if (p < last)
            fault(c, "%s %g is less than that of a shorter horizon", names[i], p);
        last = isnan(p) ? last : p;
    }
}

/* null is later than any time. */
static void need_times(struct check *c)
{
    static const char *const names[] = {"t05", "t50", "t95"};
    int64_t last_us = ndjson_time(c->document, "at", INT64_MIN);

    for (size_t i = 0; i < 3; i++) {
        int64_t t_us = ndjson_time(c->document, names[i], INT64_MAX);
        if (t_us == INT64_MAX && !cJSON_IsNull(member(c->document, names[i])))
            fault(c, "%s is neither null nor a time", names[i]);
        if (t_us < last_us)
            fault(c, "%s is before an earlier quantile, or in the past", names[i]);
        last_us = t_us;
    }
}

static void check_alert(struct check *c)
{
    static const char *const colours[] = {"normal", "blue", "yellow", "orange", "red"};
    double level = ndjson_number(c->document, "level");
    const char *colour = ndjson_text(c->document, "colour");

    NEED(c, "id", "step", "event", "at", "district", "house", "element", "sensors", "category",
         "kind", "level", "colour", "summary", "value", "unit", "limit", "forecast", "evidence",
         "advice", "url");
    if (!(level >= 0 && level <= 4))
        fault(c, "level %g", level);
    else if (level > 0 && (!colour || strcmp(colour, colours[(int)level]) != 0))
        fault(c, "level %g is not %s", level, colour ? colour : "(none)");
    for (const char *language = "zh"; language; language = *language == 'z' ? "en" : NULL) {
        const char *text = ndjson_text(member(c->document, "summary"), language);
        if (!text || !*text)
            fault(c, "no summary in %s", language);
    }
}

static void check_forecast(struct check *c)
{
    NEED(c, "at", "element", "sensor", "quantity", "limit", "limit_source", "t05", "t50", "t95",
         "p30", "p180", "p365");
    need_probabilities(c, c->document);
    need_times(c);
}

/* What is not known well enough is grey, never green. */
static void need_honesty(struct check *c, const cJSON *object)
{
    static const char *const classes[] = {"L", "ML", "M", "MH", "H", "insufficient data"};
    const char *class = ndjson_text(object, "class"), *colour = ndjson_text(object, "colour");
    bool grey = ndjson_true(object, "grey"), known = false;

    for (size_t i = 0; class && i < sizeof classes / sizeof *classes; i++)
        known = known || strcmp(class, classes[i]) == 0;
    if (!known || !colour) {
        fault(c, "class %s, colour %s", class ? class : "-", colour ? colour : "-");
        return;
    }
    if (grey != (strcmp(colour, "grey") == 0) || (grey && strcmp(class, "L") == 0))
        fault(c, "grey %d beside class %s and colour %s", grey, class, colour);
    if (ndjson_number(object, "confidence") < 0.5 && !grey)
        fault(c, "confidence %g is not grey", ndjson_number(object, "confidence"));
}

static void need_weekly(struct check *c)
{
    const char *house = ndjson_text(c->document, "house");
    int64_t at_us = ndjson_time(c->document, "at", 0);

    for (size_t i = 0; house && i < sim_truth_houses(c->truth); i++) {
        if (strcmp(sim_truth_house(c->truth, i), house) != 0)
            continue;
        if (at_us - c->house_at_us[i] > WEEK_US)
            fault(c, "house %s was not assessed for more than a week", house);
        c->house_at_us[i] = at_us;
        return;
    }
    fault(c, "house %s is not of the district", house ? house : "(none)");
}

/* A row or the district: never green while a house is grey. */
static void check_group(struct check *c)
{
    const char *colour = ndjson_text(c->document, "colour");
    double score = ndjson_number(c->document, "score");

    NEED(c, "at", "class", "score", "confidence", "coverage", "p30", "p180", "p365", "reasons",
         "colour", "grey", "houses", "houses_grey", "worst", "by_class");
    need_probabilities(c, c->document);
    need_share(c, c->document, "confidence");
    need_share(c, c->document, "coverage");
    if (!(score >= 0 && score <= 100))
        fault(c, "score %g", score);
    if (!colour ||
        (strcmp(colour, "green") == 0 && (ndjson_number(c->document, "houses_grey") > 0 ||
                                          ndjson_number(c->document, "confidence") < 0.5)))
        fault(c, "a group is %s with grey houses or little confidence", colour ? colour : "-");
}

static void check_risk(struct check *c)
{
    const cJSON *element;
    double score = ndjson_number(c->document, "score");

    if (member(c->document, "row") || member(c->document, "district")) {
        check_group(c);
        return;
    }
    NEED(c, "at", "house", "class", "score", "confidence", "coverage", "p30", "p180", "p365",
         "reasons");
    need_probabilities(c, c->document);
    need_share(c, c->document, "confidence");
    need_share(c, c->document, "coverage");
    need_honesty(c, c->document);
    need_weekly(c);
    if (!(score >= 0 && score <= 100))
        fault(c, "score %g", score);
    if (!cJSON_IsArray(member(c->document, "reasons")))
        fault(c, "reasons are no list");
    cJSON_ArrayForEach(element, member(c->document, "elements"))
    {
        need_probabilities(c, element);
        need_honesty(c, element);
    }
}

static const struct {
    const char *file;
    void (*check)(struct check *);
} files[] = {{"alerts.ndjson", check_alert},
             {"forecasts.ndjson", check_forecast},
             {"risk.ndjson", check_risk}};

static bool take_line(void *context, size_t number, cJSON *object, bool *keep)
{
    struct check *c = context;

    (void)keep;
    c->number = number;
    c->document = object;
    if (!object) {
        fault(c, "no JSON object on a line of its own");
        return true;
    }
    need_order(c);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i].file == c->file)
            files[i].check(c);
    return true;
}

/* Every house has been assessed to the end. */
static void check_end(struct check *c)
{
    for (size_t i = 0; i < sim_truth_houses(c->truth); i++)
        if (c->truth->end_us - c->house_at_us[i] > WEEK_US)
            fault(c, "house %s was not assessed in the last week", sim_truth_house(c->truth, i));
}

size_t output_faults(const char *folder, const struct sim_truth *truth, struct strbuf *faults)
{
    size_t count = 0, houses = sim_truth_houses(truth);

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct check c = {.truth = truth, .faults = faults, .file = files[i].file};
        char *path = path_in(folder, c.file);
        c.at_us = truth->start_us;
        c.house_at_us = calloc(houses + 1, sizeof *c.house_at_us);
        for (size_t k = 0; k < houses; k++)
            c.house_at_us[k] = truth->start_us;
        if (ndjson_each(path, take_line, &c) < 0)
            fault(&c, "cannot be read");
        if (files[i].check == check_risk)
            check_end(&c);
        count += c.fault_count;
        free(c.house_at_us);
        free(path);
    }
    return count;
}
