#include "shikumen/core/step_view.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "json_input.h"
#include "shikumen/base/utc.h"

#define VALUES_MAX 100000

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

    return text ? text : "";
}

static struct bilingual both_of(const cJSON *object, const char *key)
{
    const cJSON *both = cJSON_GetObjectItemCaseSensitive(object, key);
    struct bilingual b = {text_of(both, "zh"), text_of(both, "en")};

    if (!*b.zh)
        b.zh = b.en;
    if (!*b.en)
        b.en = b.zh;
    return b;
}

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

/* A whole number within 0..max; false when it is none. */
static bool whole_of(const cJSON *object, const char *key, int max, int *out)
{
    double v = number_of(object, key);

    if (!(v >= 0 && v <= max))
        return false;
    *out = (int)v;
    return true;
}

/* The limit that the forecast speaks of is the one compared with, or none was: it lies ahead. */
static void take_forecast(struct step_view *v)
{
    const cJSON *forecast = cJSON_GetObjectItemCaseSensitive(v->root, "forecast");
    const cJSON *limit = cJSON_GetObjectItemCaseSensitive(v->root, "limit");
    double ahead = number_of(forecast, "limit"), compared = number_of(limit, "value");

    v->p365 = number_of(forecast, "p365");
    v->foreseen = cJSON_IsObject(forecast) && !(compared < ahead || compared > ahead);
}

static void take_texts(struct step_view *v)
{
    v->district = text_of(v->root, "district");
    v->house = text_of(v->root, "house");
    v->element = text_of(v->root, "element");
    v->category = text_of(v->root, "category");
    v->kind = text_of(v->root, "kind");
    v->url = text_of(v->root, "url");
    v->house_name = both_of(v->root, "house_name");
    v->element_name = both_of(v->root, "element_name");
    v->summary = both_of(v->root, "summary");
    v->advice = both_of(v->root, "advice");
}

static bool take(struct step_view *v)
{
    const cJSON *evidence = cJSON_GetObjectItemCaseSensitive(v->root, "evidence");

    v->id = text_of(v->root, "id");
    v->event_name = text_of(v->root, "event");
    v->event = alert_event_by_name(v->event_name);
    if (!*v->id || !*v->event_name || !whole_of(v->root, "step", INT32_MAX, &v->step) ||
        utc_parse(text_of(v->root, "at"), &v->at_us) != ERR_OK)
        return false;
    if (!whole_of(v->root, "level", LEVEL_RED, &v->level))
        v->level = LEVEL_NORMAL;
    take_texts(v);
    take_forecast(v);
    v->unconfirmed = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(evidence, "unconfirmed")) ||
                     cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(evidence, "unsettled"));
    return true;
}

enum err step_view_parse(const char *json, size_t len, struct step_view *out)
{
    struct arena words = {0};
    struct json_input input;
    enum err e = json_input_read(json, len, VALUES_MAX, &words, &input);

    arena_free(&words);
    *out = (struct step_view){.json = json, .json_len = len};
    if (e != ERR_OK)
        return e;
    out->root = input.root;
    if (cJSON_IsObject(out->root) && take(out))
        return ERR_OK;
    step_view_free(out);
    return ERR_PARSE;
}

void step_view_free(struct step_view *v)
{
    cJSON_Delete(v->root);
    *v = (struct step_view){0};
}

void step_view_sensors(const struct step_view *v, struct strbuf *out)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(v->root, "sensors"), *item;
    bool first = true;

    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item))
            continue;
        strbuf_puts(out, first ? "" : ", ");
        strbuf_puts(out, item->valuestring);
        first = false;
    }
}

bool step_view_names(const struct step_view *v, const char *sensor)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(v->root, "sensors"), *item;

    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, sensor) == 0)
            return true;
    }
    return false;
}

void step_view_value(const struct step_view *v, struct strbuf *out)
{
    double value = number_of(v->root, "value");

    if (!isfinite(value))
        return;
    strbuf_number(out, value);
    strbuf_printf(out, " %s", text_of(v->root, "unit"));
}
