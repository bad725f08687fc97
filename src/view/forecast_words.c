#include "shikumen/view/forecast_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/core/derived.h"
#include "shikumen/view/when.h"
#include "shikumen/view/words.h"

/* --- back to what it was --- */

static double days_from(int64_t at_us, int64_t t_us)
{
    return t_us == STATE_UNKNOWN_US ? (double)NAN : (double)(t_us - at_us) / (double)US_PER_DAY;
}

static enum outlook_state state_by_name(const char *name)
{
    for (int i = 0; i < OUTLOOK_STATE_COUNT; i++)
        if (strcmp(name, outlook_state_name((enum outlook_state)i)) == 0)
            return (enum outlook_state)i;
    return OUTLOOK_ABSTAINED;
}

static enum outlook_reason reason_by_name(const char *name)
{
    for (int i = 0; i < OUTLOOK_REASON_COUNT; i++)
        if (strcmp(name, outlook_reason_name((enum outlook_reason)i)) == 0)
            return (enum outlook_reason)i;
    return OUTLOOK_FINE;
}

static enum outlook_method method_by_name(const char *name)
{
    for (int i = 0; i < OUTLOOK_METHOD_COUNT; i++)
        if (strcmp(name, outlook_method_name((enum outlook_method)i)) == 0)
            return (enum outlook_method)i;
    return OUTLOOK_NONE;
}

static enum limit_of of_by_name(const char *name)
{
    for (int i = 0; i < LIMIT_OF_COUNT; i++)
        if (strcmp(name, limit_of_name((enum limit_of)i)) == 0)
            return (enum limit_of)i;
    return LIMIT_OF_COUNT;
}

struct ledger_entry forecast_entry(const struct state_forecast *f)
{
    return (struct ledger_entry){
        .at_us = f->at_us,
        .element = f->limit.element,
        .sensor = f->limit.sensor,
        .quantity = f->limit.quantity,
        .limit = f->limit.value,
        .of = of_by_name(f->limit.of),
        .limit_source = f->limit.source,
        .outlook = {.state = state_by_name(f->state),
                    .reason = reason_by_name(f->reason),
                    .method = method_by_name(f->method),
                    .t05_d = days_from(f->at_us, f->t05_us),
                    .t50_d = days_from(f->at_us, f->t50_us),
                    .t95_d = days_from(f->at_us, f->t95_us),
                    .p30 = f->p30,
                    .p180 = f->p180,
                    .p365 = f->p365},
    };
}

/* The row of that kind and value. */
static const struct limit *row_of(const struct limit *rows, size_t n, const struct state_limit *of)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(limit_of_name(rows[i].of), of->of) == 0 && !(rows[i].value < of->value) &&
            !(rows[i].value > of->value))
            return &rows[i];
    return NULL;
}

const struct limit *forecast_limit(const struct registry *r, const struct state_limit *limit)
{
    uint32_t sensor = registry_sensor(r, limit->sensor, strlen(limit->sensor));
    const struct limit_set *set = sensor == REGISTRY_NONE ? NULL : r->sensors[sensor].limits;
    struct derived d;

    if (quantity_by_name(limit->quantity) == Q_COUNT) /* no sensor measures it */
        return derived_find(limit->quantity, &d) ? row_of(d.rows, d.n, limit) : NULL;
    if (!set || strcmp(quantity_info(set->quantity)->name, limit->quantity) != 0)
        return NULL;
    return row_of(set->limits, set->count, limit);
}

/* --- words --- */

const char *word_of(const struct desk *d, const char *of)
{
    static const char *const words[LIMIT_OF_COUNT][2] = {
        [LIMIT_VALUE] = {"数值", "value"},
        [LIMIT_CHANGE] = {"累计变化", "change"},
        [LIMIT_RATE] = {"速率", "rate"},
        [LIMIT_PERCENT_CHANGE] = {"累计下降", "loss"},
        [LIMIT_DIFFERENTIAL] = {"差值", "difference"},
        [LIMIT_EVENT] = {"单次振动", "event"},
    };
    enum limit_of known = of_by_name(of);

    return known < LIMIT_OF_COUNT ? desk_word(d, words[known][0], words[known][1]) : of;
}

const char *word_reason(const struct desk *d, enum outlook_reason reason)
{
    static const char *const words[OUTLOOK_REASON_COUNT][2] = {
        [OUTLOOK_FINE] = {"", ""},
        [OUTLOOK_TOO_SHORT] = {"数据太短", "too short a history"},
        [OUTLOOK_TOO_SPARSE] = {"缺测太多", "too many gaps"},
        [OUTLOOK_STALE] = {"近期无数据", "no recent data"},
        [OUTLOOK_NO_NOISE] = {"数值不变，无从估计误差", "values do not vary"},
    };

    return reason < OUTLOOK_REASON_COUNT ? desk_word(d, words[reason][0], words[reason][1]) : "";
}

const char *word_method(const struct desk *d, enum outlook_method method)
{
    static const char *const words[OUTLOOK_METHOD_COUNT][2] = {
        [OUTLOOK_NONE] = {"–", "–"},
        [OUTLOOK_QUIET] = {"无明显趋势", "no significant trend"},
        [OUTLOOK_FIRST_PASSAGE] = {"趋势首达", "trend"},
        [OUTLOOK_ACCELERATION] = {"加速", "accelerating"},
        [OUTLOOK_INVERSE_VELOCITY] = {"逆速度", "inverse velocity"},
        [OUTLOOK_SLOWING] = {"渐趋稳定", "coming to rest"},
        [OUTLOOK_STEPS] = {"台阶式", "in steps"},
        [OUTLOOK_DOSES] = {"含水与霉腐模型", "moisture and decay models"},
        [OUTLOOK_PEAKS] = {"罕见峰值", "rare peaks"},
    };

    return method < OUTLOOK_METHOD_COUNT ? desk_word(d, words[method][0], words[method][1]) : "";
}

/* --- cells --- */

struct cell cell_limit(struct table *t, const struct state_limit *of, const struct limit *limit)
{
    enum quantity q = quantity_by_name(of->quantity);
    struct derived d;
    const char *what = q == Q_COUNT && derived_find(of->quantity, &d)
                           ? desk_word(t->desk, d.zh, d.en)
                           : word_of(t->desk, of->of);
    const char *unit = strcmp(of->of, limit_of_name(LIMIT_PERCENT_CHANGE)) == 0 ? "%"
                       : limit                                                  ? limit->unit
                       : q != Q_COUNT ? quantity_info(q)->canonical_unit
                                      : "";
    char text[160];

    snprintf(text, sizeof text, "%s %.6g%s%s", what, limit ? limit->shown_value : of->value,
             *unit ? " " : "", unit);
    return cell_shown(t, cell_real(of->value), TINT_NONE, text);
}

struct cell cell_source(struct table *t, const char *source, const struct limit *limit)
{
    struct strbuf shown = {0};
    struct cell cell = cell_text(t, source);

    if (!limit || cell.kind == CELL_NULL)
        return cell;
    strbuf_printf(&shown, "%s [%c]%s", source, limit->mark,
                  limit->mark == 'J' || limit->mark == 'M'
                      ? desk_word(t->desk, " 暂定", " provisional")
                      : "");
    cell = cell_shown(t, cell, TINT_NONE, strbuf_text(&shown));
    strbuf_free(&shown);
    return cell;
}

struct cell cell_forecast_time(struct table *t, const struct outlook *o, int64_t t_us)
{
    struct cell cell = cell_time(t_us);
    char text[WHEN_TEXT_SIZE];
    char *blank;

    if (o->state == OUTLOOK_EXCEEDED)
        return cell_shown(t, cell, TINT_RED, desk_word(t->desk, "已超过", "exceeded"));
    if (o->state == OUTLOOK_ABSTAINED)
        return cell_shown(t, cell, TINT_GREY, "–");
    if (cell.kind == CELL_NULL)
        return cell_shown(t, cell, TINT_NONE,
                          desk_word(t->desk, "10 年内不会", "not within 10 years"));
    blank = strchr(when_local(t->desk->zone, t_us, text), ' ');
    if (blank)
        *blank = '\0';
    return cell_shown(t, cell, TINT_NONE, text);
}
