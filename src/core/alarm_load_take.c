#include "shikumen/core/alarm_load.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "render_put.h"
#include "shikumen/base/strbuf.h"

static const char *text_of(const cJSON *o, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));

    return text ? text : "";
}

static enum limit_of of_name(const char *name)
{
    for (int i = 0; i < LIMIT_OF_COUNT; i++)
        if (strcmp(limit_of_name((enum limit_of)i), name) == 0)
            return (enum limit_of)i;
    return LIMIT_VALUE;
}

/* "0.5 mm (JGJ 125-2016 5.3)"; nothing when there is no limit. */
static void put_limit(const cJSON *limit, struct strbuf *out)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(limit, "value");
    const char *source = text_of(limit, "source"), *unit = text_of(limit, "unit");

    if (!cJSON_IsNumber(value))
        return;
    put_short(out, value->valuedouble);
    if (*unit && strcmp(unit, "/") != 0)
        strbuf_printf(out, " %s", unit);
    if (*source)
        strbuf_printf(out, " (%s)", source);
}

/* Of what is silent its node (or sensor), else the sensor that governs. */
static const char *origin_of(const struct episode *e, const cJSON *root)
{
    const char *bar = strchr(e->key, '|');
    const cJSON *sensors = cJSON_GetObjectItemCaseSensitive(root, "sensors");
    const char *first = cJSON_GetStringValue(cJSON_GetArrayItem(sensors, 0));

    if (e->kind == KIND_SILENCE && bar && strncmp(e->key, "silence|", 8) == 0)
        return bar + 1;
    return first ? first : "";
}

static int level_of(const struct episode *e, const cJSON *root)
{
    const cJSON *level = cJSON_GetObjectItemCaseSensitive(root, "level");

    return cJSON_IsNumber(level) ? level->valueint : e->level;
}

enum err alarm_load_take(struct alarm_load *l, const struct episode *e, enum alert_event event,
                         int64_t at_us, bool told, const char *body, int *raised)
{
    cJSON *root = cJSON_Parse(body);
    const cJSON *limit = cJSON_GetObjectItemCaseSensitive(root, "limit");
    struct strbuf text = {0};
    enum err err;

    *raised = 0;
    if (!cJSON_IsObject(root)) {
        cJSON_Delete(root);
        return ERR_CORRUPT;
    }
    put_limit(limit, &text);
    const struct alarm_step step = {
        .episode = e->row,
        .category = e->category,
        .kind = e->kind,
        .event = event,
        .level = level_of(e, root),
        .at_us = at_us,
        .told = told,
        .by_person = cJSON_IsString(cJSON_GetObjectItemCaseSensitive(root, "by")),
        .own = strncmp(e->key, ALARM_LOAD_KEY, strlen(ALARM_LOAD_KEY)) == 0,
        .house = e->house,
        .sensor = origin_of(e, root),
        .of = of_name(text_of(limit, "of")),
        .limit = strbuf_text(&text)};
    err = text.failed ? ERR_NOMEM : alarm_load_step(l, &step, raised);
    strbuf_free(&text);
    cJSON_Delete(root);
    return err;
}
