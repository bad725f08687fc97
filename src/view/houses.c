#include "shikumen/view/houses.h"

#include <math.h>

#include "shikumen/view/link_loss.h"
#include "shikumen/view/override_list.h"
#include "shikumen/view/risk_words.h"
#include "shikumen/view/words.h"

enum {
    COL_ID,
    COL_NAME,
    COL_LANE,
    COL_SENSORS,
    COL_SILENT,
    COL_ALERTS,
    COL_UNKNOWN,
    COL_WORST,
    COL_COLOUR,
    COL_CLASS,
    COL_OVERRIDE,
    COL_NAME_ZH,
    COL_NAME_EN,
    COL_SCORE,
    COL_CONFIDENCE,
    COL_COVERAGE,
    COL_ASSESSED,
    COL_COUNT
};

static const struct column column_table[COL_COUNT] = {
    [COL_ID] = {"id", "编号", "ID", false, 0},
    [COL_NAME] = {"name", "名称", "NAME", false, 36},
    [COL_LANE] = {"lane", "里弄", "LANE", false, 12},
    [COL_SENSORS] = {"sensors", "测点", "SENSORS", true, 0},
    [COL_SILENT] = {"sensors_silent", "静默", "SILENT", true, 0},
    [COL_ALERTS] = {"alerts_open", "未结告警", "ALERTS", true, 0},
    [COL_UNKNOWN] = {"alerts_unknown", "情况不明", "UNKNOWN", true, 0},
    [COL_WORST] = {"worst_level", "最高级别", "WORST", false, 0},
    [COL_COLOUR] = {"colour", "风险", "RISK", false, 0},
    [COL_CLASS] = {"class", "类别", "CLASS", false, 0},
    [COL_OVERRIDE] = {"override", NULL, NULL, false, 0},
    [COL_NAME_ZH] = {"name_zh", NULL, NULL, false, 0},
    [COL_NAME_EN] = {"name_en", NULL, NULL, false, 0},
    [COL_SCORE] = {"score", NULL, NULL, false, 0},
    [COL_CONFIDENCE] = {"confidence", NULL, NULL, false, 0},
    [COL_COVERAGE] = {"coverage", NULL, NULL, false, 0},
    [COL_ASSESSED] = {"assessed", NULL, NULL, false, 0},
};

/* Open alerts of a house, and how it stood when it was last assessed. */
struct burden {
    int64_t open, unknown; /* unknown: of these, nothing is heard of their sensors */
    int worst;
    struct risk_view risk;              /* texts are the arena's; "": never assessed */
    double score, confidence, coverage; /* NaN: not known */
    int64_t assessed_us;                /* INT64_MIN: never */
};

struct burdens {
    struct desk *desk;
    struct burden *of; /* by house */
    struct link_loss loss;
};

static enum err take_episode(void *context, const struct episode *e)
{
    const struct burdens *burdens = context;
    uint32_t house = registry_house(burdens->desk->registry, e->house);
    struct burden *b;
    bool unknown;
    int64_t since_us;

    if (house == REGISTRY_NONE)
        return ERR_OK;
    b = &burdens->of[house];
    b->open++;
    b->worst = e->level > b->worst ? e->level : b->worst;
    enum err err = link_loss_of(&burdens->loss, e, &unknown, &since_us);
    b->unknown += unknown;
    return err;
}

static enum err take_risk(void *context, const struct state_risk *r)
{
    const struct burdens *burdens = context;
    uint32_t house = registry_house(burdens->desk->registry, r->house);
    cJSON *line = cJSON_Parse(r->line);
    struct risk_view v = risk_view(line);

    v.class_name = desk_keep(burdens->desk, v.class_name);
    v.colour = desk_keep(burdens->desk, v.colour);
    cJSON_Delete(line);
    if (house == REGISTRY_NONE)
        return ERR_OK;
    burdens->of[house].risk = v;
    burdens->of[house].score = r->score;
    burdens->of[house].confidence = r->confidence;
    burdens->of[house].coverage = r->coverage;
    burdens->of[house].assessed_us = r->at_us;
    return ERR_OK;
}

/* Too little data, and a house that is silent now, are never called well. */
static void put_risk(struct table *t, struct cell *row, bool unknown, const struct burden *b)
{
    struct risk_view v = b->risk;

    row[COL_SCORE] = cell_real(b->score);
    row[COL_CONFIDENCE] = cell_real(b->confidence);
    row[COL_COVERAGE] = cell_real(b->coverage);
    row[COL_ASSESSED] = cell_time(b->assessed_us);
    if (!unknown) {
        row[COL_COLOUR] = cell_colour(t, &v);
        row[COL_CLASS] = cell_class(t, &v);
        return;
    }
    v.grey = true;
    row[COL_COLOUR] = cell_colour(t, &v);
    row[COL_CLASS] =
        cell_shown(t, cell_text(t, "unknown"), TINT_GREY, desk_word(t->desk, "未知", "unknown"));
}

static enum err fill(struct table *t, const struct census *census, const struct burden *burdens,
                     const struct override_list *overrides)
{
    for (uint32_t i = 0; i < census->registry->house_count; i++) {
        const struct house *h = &census->registry->houses[i];
        struct census_count count = census_count(census, i);
        bool unknown = census_house_unknown(census, i);
        struct cell *row = table_row(t);
        if (!row)
            return ERR_NOMEM;
        row[COL_ID] = cell_text(t, h->id);
        row[COL_NAME] = cell_text(t, desk_name(t->desk, h->name));
        row[COL_NAME_ZH] = cell_text(t, h->name.zh);
        row[COL_NAME_EN] = cell_text(t, h->name.en);
        row[COL_LANE] = cell_text(t, h->lane);
        row[COL_SENSORS] = cell_int(count.total);
        row[COL_SILENT] = cell_int(count.silent);
        row[COL_ALERTS] = cell_int(burdens[i].open);
        row[COL_UNKNOWN] = cell_int(burdens[i].unknown);
        row[COL_WORST] = cell_level(t, burdens[i].worst);
        put_risk(t, row, unknown, &burdens[i]);
        row[COL_OVERRIDE] = override_cell(t, override_of(overrides, h->id));
    }
    return ERR_OK;
}

static enum err take_burdens(struct desk *d, const struct census *census, struct burdens *burdens)
{
    const struct alert_filter open = {.open_only = true, .since_us = INT64_MIN};
    size_t n = d->registry->house_count;
    enum err e;

    *burdens =
        (struct burdens){d, arena_array(d->arena, n, sizeof *burdens->of), {d, *census, true}};
    if (!burdens->of)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        burdens->of[i] = (struct burden){.risk = risk_view(NULL),
                                         .score = (double)NAN,
                                         .confidence = (double)NAN,
                                         .coverage = (double)NAN,
                                         .assessed_us = INT64_MIN};
    e = state_episode_each(d->state, &open, take_episode, burdens);
    return e == ERR_OK ? state_risk_each(d->state, NULL, take_risk, burdens) : e;
}

enum err view_houses(struct desk *d, struct table *t)
{
    struct column *columns = table_begin_own(t, d, column_table, COL_COUNT);
    struct census census = {0};
    struct burdens burdens;
    struct override_list overrides;
    enum err e = columns ? desk_readings(d, census_take(d, &census)) : ERR_NOMEM;

    if (e == ERR_OK)
        e = desk_state(d, take_burdens(d, &census, &burdens));
    if (e == ERR_OK)
        e = desk_state(d, overrides_take(d, &overrides));
    if (e != ERR_OK)
        return e;
    if (overrides.count > 0) {
        columns[COL_OVERRIDE].zh = "风险类别人工改判";
        columns[COL_OVERRIDE].en = "RISK CLASS OVERRIDE";
    }
    return fill(t, &census, burdens.of, &overrides);
}

static const struct page_key keys[] = {{COL_ID, false}};
const struct page_order houses_pages = {keys, sizeof keys / sizeof keys[0]};
