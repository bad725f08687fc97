#include "check_tables.h"

#include <stdio.h>
#include <string.h>

#include "shikumen/view/words.h"

enum { QUANTITY_NAME, QUANTITY_SENSORS, QUANTITY_UNLIMITED, QUANTITY_COLUMNS };

static const struct column quantity_columns[QUANTITY_COLUMNS] = {
    [QUANTITY_NAME] = {"quantity", "量", "QUANTITY", false, 0},
    [QUANTITY_SENSORS] = {"sensors", "测点", "SENSORS", true, 0},
    [QUANTITY_UNLIMITED] = {"without_limits", "无限值", "WITHOUT LIMITS", true, 0},
};

static enum err fill_quantities(struct table *t, const struct registry *r)
{
    for (enum quantity q = 0; q < Q_COUNT; q++) {
        int64_t sensors = 0, unlimited = 0;
        struct cell *row;
        for (size_t i = 0; i < r->sensor_count; i++) {
            sensors += r->sensors[i].quantity == q;
            unlimited += r->sensors[i].quantity == q && !r->sensors[i].limits;
        }
        if (sensors == 0)
            continue;
        row = table_row(t);
        if (!row)
            return ERR_NOMEM;
        row[QUANTITY_NAME] = cell_shown(t, cell_text(t, quantity_info(q)->name), TINT_NONE,
                                        word_quantity(t->desk, q));
        row[QUANTITY_SENSORS] = cell_int(sensors);
        row[QUANTITY_UNLIMITED] = cell_int(unlimited);
    }
    return ERR_OK;
}

enum { SET_NAME, SET_TITLE, SET_LIMITS, SET_PROVISIONAL, SET_MARKS, SET_SENSORS, SET_COLUMNS };

static const struct column set_columns[SET_COLUMNS] = {
    [SET_NAME] = {"name", "限值组", "LIMIT SET", false, 40},
    [SET_TITLE] = {NULL, "名称", "TITLE", false, 48},
    [SET_LIMITS] = {"limits", "限值", "LIMITS", true, 0},
    [SET_PROVISIONAL] = {"provisional", "暂定", "PROVISIONAL", true, 0},
    [SET_MARKS] = {"marks", "标记", "MARKS", false, 0},
    [SET_SENSORS] = {"sensors", "测点", "SENSORS", true, 0},
};

/* "V1 J2" for people, {"V":1,"J":2} for programs. */
static struct cell marks_cell(struct table *t, const struct limit_set *set)
{
    static const char marks[] = "VSCJM";
    char shown[64] = "", json[96] = "{";

    for (const char *m = marks; *m; m++) {
        int count = 0;
        size_t at = strlen(shown), json_at = strlen(json);
        for (size_t i = 0; i < set->count; i++)
            count += set->limits[i].mark == *m;
        if (count == 0)
            continue;
        snprintf(shown + at, sizeof shown - at, "%s%c%d", at ? " " : "", *m, count);
        snprintf(json + json_at, sizeof json - json_at, "%s\"%c\":%d", json_at > 1 ? "," : "", *m,
                 count);
    }
    strcat(json, "}");
    return cell_shown(t, cell_json(t, json), TINT_NONE, shown);
}

static enum err fill_sets(struct table *t, const struct registry *r)
{
    for (size_t k = 0; k < r->limit_set_count; k++) {
        const struct limit_set *set = &r->limit_sets[k];
        int64_t provisional = 0, sensors = 0;
        struct cell *row = table_row(t);
        if (!row)
            return ERR_NOMEM;
        for (size_t i = 0; i < set->count; i++)
            provisional += set->limits[i].mark == 'J' || set->limits[i].mark == 'M';
        for (size_t i = 0; i < r->sensor_count; i++)
            sensors += r->sensors[i].limits == set;
        row[SET_NAME] = cell_text(t, set->name);
        row[SET_TITLE] = cell_text(t, desk_word(t->desk, set->title_zh, set->title_en));
        row[SET_LIMITS] = cell_int((int64_t)set->count);
        row[SET_PROVISIONAL] = cell_int(provisional);
        row[SET_MARKS] = marks_cell(t, set);
        row[SET_SENSORS] = cell_int(sensors);
    }
    return ERR_OK;
}

enum { END_NAME, END_URL, END_SIGNED, END_LEVEL, END_FALLBACK, END_COLUMNS };

static const struct column endpoint_columns[END_COLUMNS] = {
    [END_NAME] = {"name", "接收方", "ENDPOINT", false, 0},
    [END_URL] = {"url", "地址", "URL", false, 72},
    [END_SIGNED] = {"signed", "签名", "SIGNED", false, 0},
    [END_LEVEL] = {"min_level", "起始级别", "FROM LEVEL", false, 0},
    [END_FALLBACK] = {"fallback", "后备", "FALLBACK", false, 0},
};

static enum err fill_endpoints(struct table *t, const struct settings *s)
{
    for (size_t i = 0; i < s->endpoint_count; i++) {
        const struct endpoint *e = &s->endpoints[i];
        struct cell *row = table_row(t);
        if (!row)
            return ERR_NOMEM;
        row[END_NAME] = cell_text(t, e->name);
        row[END_URL] = cell_text(t, e->url);
        row[END_SIGNED] = cell_bool(*e->secret_file);
        row[END_LEVEL] = cell_level(t, e->min_level);
        row[END_FALLBACK] = cell_text(t, e->fallback);
    }
    return ERR_OK;
}

void check_tables_begin(struct check_tables *t, struct desk *d)
{
    table_begin(&t->quantities, d, quantity_columns, QUANTITY_COLUMNS);
    table_begin(&t->sets, d, set_columns, SET_COLUMNS);
    table_begin(&t->endpoints, d, endpoint_columns, END_COLUMNS);
}

enum err check_tables_fill(struct check_tables *t, const struct plan *plan)
{
    enum err e = fill_quantities(&t->quantities, plan->registry);

    if (e == ERR_OK)
        e = fill_sets(&t->sets, plan->registry);
    return e == ERR_OK ? fill_endpoints(&t->endpoints, plan->settings) : e;
}

void check_tables_end(struct check_tables *t)
{
    table_end(&t->quantities);
    table_end(&t->sets);
    table_end(&t->endpoints);
}
