#include "unknown.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "guess.h"
#include "print.h"
#include "shikumen/view/words.h"

enum { COL_ID, COL_COUNT_OF, COL_FIRST, COL_LAST, COL_TOPIC, COL_PAYLOAD, COL_ENTRY, COL_COUNT };

static const struct column column_table[COL_COUNT] = {
    [COL_ID] = {"id", "测点", "SENSOR", false, 60},
    [COL_COUNT_OF] = {"count", "次数", "COUNT", true, 0},
    [COL_FIRST] = {"first_rx", NULL, NULL, false, 0},
    [COL_LAST] = {"last_rx", NULL, NULL, false, 0},
    [COL_TOPIC] = {"topic", "主题", "TOPIC", false, 48},
    [COL_PAYLOAD] = {"payload", "最近一条", "LATEST RECORD", false, 72},
    [COL_ENTRY] = {"registry_entry", NULL, NULL, false, 0},
};

/* --- guessing --- */

/* Unit of a SenML record (RFC 8428 section 4.3), of the first that has one in a pack; NULL. */
static const char *unit_in(const cJSON *json)
{
    const cJSON *record = cJSON_IsArray(json) ? json->child : json;

    for (; record; record = record->next) {
        const cJSON *unit = cJSON_GetObjectItemCaseSensitive(record, "u");
        if (!unit)
            unit = cJSON_GetObjectItemCaseSensitive(record, "bu");
        if (cJSON_IsString(unit))
            return unit->valuestring;
        if (!cJSON_IsArray(json))
            break;
    }
    return NULL;
}

static void put_member(struct strbuf *out, const char *key, const char *text, size_t n)
{
    strbuf_printf(out, "\"%s\": ", key);
    strbuf_json_string(out, text, n);
    strbuf_puts(out, ", ");
}

/* "H001/n1" and "H001" of "H001/n1/crack-1". */
static void put_place(struct strbuf *out, const struct registry *r, const char *name)
{
    const char *first = strchr(name, '/'), *last = strrchr(name, '/');
    char house[128];

    if (!first || first == last || first == name)
        return;
    put_member(out, "node", name, (size_t)(last - name));
    snprintf(house, sizeof house, "%.*s", (int)(first - name < 127 ? first - name : 127), name);
    if (registry_house(r, house) != REGISTRY_NONE)
        put_member(out, "house", house, strlen(house));
    else
        put_member(out, "house", "?", 1);
}

void unknown_entry(const struct registry *r, const struct unknown_sensor *u, struct strbuf *out)
{
    cJSON *json = cJSON_Parse(u->payload);
    const char *unit = unit_in(json);
    enum quantity q = unit ? guess_quantity(u->name, unit) : Q_COUNT;

    strbuf_puts(out, "{ ");
    put_member(out, "id", u->name, strlen(u->name));
    put_place(out, r, u->name);
    put_member(out, "quantity", q == Q_COUNT ? "?" : quantity_info(q)->name,
               q == Q_COUNT ? 1 : strlen(quantity_info(q)->name));
    put_member(out, "unit", unit ? unit : "?", unit ? strlen(unit) : 1);
    strbuf_puts(out, "\"period_s\": 600 }");
    cJSON_Delete(json);
}

/* --- printing --- */

static enum err take(void *context, const struct unknown_sensor *u)
{
    struct table *t = context;
    struct strbuf entry = {0};
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    unknown_entry(t->desk->registry, u, &entry);
    row[COL_ID] = cell_text(t, u->name);
    row[COL_COUNT_OF] = cell_int(u->count);
    row[COL_FIRST] = cell_time(u->first_rx_us);
    row[COL_LAST] = cell_time(u->last_rx_us);
    row[COL_TOPIC] = cell_text(t, u->topic);
    row[COL_PAYLOAD] = cell_text(t, u->payload);
    row[COL_ENTRY] = cell_json(t, strbuf_text(&entry));
    strbuf_free(&entry);
    return ERR_OK;
}

/* The entries as they go into "sensors" of the registry file. */
static int print_entries(struct ctl *c, const struct table *t)
{
    struct strbuf out = {0};
    int code;

    strbuf_printf(&out, "\n%s\n",
                  ctl_word(c, "可加入登记文件 \"sensors\" 的条目（请补全 \"?\" 并核对）：",
                           "Entries for \"sensors\" of the registry (fill in \"?\" and check):"));
    for (size_t i = 0; i < t->rows; i++)
        strbuf_printf(&out, "    %s,\n",
                      ctl_clean(c, t->cells[i * t->column_count + COL_ENTRY].text));
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

int unknown_print(struct ctl *c)
{
    struct column columns[COL_COUNT];
    struct table t;
    int code;

    memcpy(columns, column_table, sizeof columns);
    columns[COL_LAST].zh = columns[COL_LAST].en = word_time_heading(&c->desk, "最近", "LATEST");
    table_begin(&t, &c->desk, columns, COL_COUNT);
    code = ctl_readings_result(c, reader_unknown_sensors(c->desk.readings, take, &t));
    if (code == EXIT_DONE)
        code = table_print(c, &t, "没有未登记的测点", "nothing speaks that is not registered");
    if (code == EXIT_DONE && t.rows > 0 && !option_given(&c->options, OPTION_JSON) &&
        !option_given(&c->options, OPTION_CSV))
        code = print_entries(c, &t);
    table_end(&t);
    return code;
}
