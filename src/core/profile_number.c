/* Which number stands at a place of a document. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "json_input.h"
#include "profile_part.h"

static bool is_missing(const struct profile_value *v, const char *text)
{
    for (size_t i = 0; i < v->missing_count; i++) {
        char *end, *text_end;
        double a = strtod(v->missing[i], &end), b = strtod(text, &text_end);
        if (profile_glob(v->missing[i], text) ||
            (*v->missing[i] && *end == '\0' && *text && *text_end == '\0' && a == b))
            return true;
    }
    return false;
}

static bool mapped(const struct profile_value *v, const char *text, double *out)
{
    for (size_t i = 0; i < v->map_count; i++)
        if (strcasecmp(v->map[i].text, text) == 0) {
            *out = v->map[i].value;
            return true;
        }
    return false;
}

/* A decimal number, blanks around it allowed; neither hexadecimal nor a word for an infinity. *rest
 * is what follows: "" or a unit. */
static bool decimal(const char *text, double *out, const char **rest)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    *out = strtod(text, &end);
    if (end == text || end > text + strspn(text, "0123456789+-.eE") || !isfinite(*out))
        return false;
    while (isspace((unsigned char)*end))
        end++;
    *rest = end;
    return true;
}

const char *profile_plain_unit(const char *unit)
{
    static const char *const spellings[][2] = {
        {"°C", "Cel"},  {"℃", "Cel"},   {"degC", "Cel"},  {"°F", "degF"},   {"℉", "degF"},
        {"°", "deg"},   {"µm", "um"},   {"μm", "um"},     {"µm/m", "um/m"}, {"μm/m", "um/m"},
        {"µε", "um/m"}, {"με", "um/m"}, {"m/s²", "m/s2"}, {"% RH", "%RH"},  {"%rH", "%RH"},
    };

    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (strcmp(unit, spellings[i][0]) == 0)
            return spellings[i][1];
    return unit;
}

/* True when unit, in its plain spelling, may stand behind a number of v; *own: it is not v's. */
static bool unit_fits(const struct profile_value *v, const char *unit, bool *own)
{
    *own = false;
    if (v->unit && strcmp(v->unit, unit) == 0)
        return true;
    *own = true;
    if (v->unit && (v->quantity == Q_COUNT || v->scale != 1 || v->offset != 0))
        return false;
    if (v->quantity != Q_COUNT)
        return unit_find(v->quantity, unit) != NULL;
    for (enum quantity q = 0; q < Q_COUNT; q++)
        if (unit_find(q, unit))
            return true;
    return unit_raw_find(unit) != NULL;
}

/* True when both are the same but for the spelling: %RH and %. */
static bool same_unit(enum quantity q, const char *a, const char *b)
{
    const struct unit_conversion *x = q < Q_COUNT && a ? unit_find(q, a) : NULL;
    const struct unit_conversion *y = x ? unit_find(q, b) : NULL;

    return y && strcmp(unit_canonical(x), unit_canonical(y)) == 0 &&
           unit_to_canonical(x, 1) == unit_to_canonical(y, 1) &&
           unit_to_canonical(x, 0) == unit_to_canonical(y, 0);
}

/* The unit of {"value": …, "unit": …} when it is another than v's and one that v may have; NULL:
 * none, or one that nobody knows here, which says no more than the registered sensor does. */
static const char *unit_beside(const struct profile_value *v, const cJSON *item)
{
    const char *unit = json_is(item, cJSON_Object)
                           ? cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "unit"))
                           : NULL;
    bool own = false;

    unit = unit ? profile_plain_unit(unit) : NULL;
    if (!unit || !*unit || same_unit(v->quantity, v->unit, unit))
        return NULL;
    return unit_fits(v, unit, &own) && own ? unit : NULL;
}

static enum profile_number_kind number_in(struct profile_work *w, const struct profile_value *v,
                                          const char *text, double *out, const char **unit)
{
    const char *rest;
    bool own = false;

    if (!decimal(text, out, &rest))
        return PROFILE_NUMBER_NONE;
    rest = profile_plain_unit(rest);
    if (*rest && !unit_fits(v, rest, &own))
        return PROFILE_NUMBER_NONE;
    if (*rest && own)
        *unit = profile_name(w, rest, strlen(rest));
    return PROFILE_NUMBER;
}

/* What the text or number at item stands for. */
static enum profile_number_kind number_at(struct profile_work *w, const struct profile_value *v,
                                          const cJSON *item, const char *text, double *out,
                                          const char **unit)
{
    if (json_is(item, cJSON_NULL))
        return PROFILE_NUMBER_MISSING;
    if (!text)
        return PROFILE_NUMBER_NONE;
    if (is_missing(v, text))
        return PROFILE_NUMBER_MISSING;
    if (mapped(v, text, out))
        return PROFILE_NUMBER;
    if (json_is(item, cJSON_Number)) {
        *out = item->valuedouble;
        return isfinite(*out) ? PROFILE_NUMBER : PROFILE_NUMBER_NONE;
    }
    if (json_is(item, cJSON_True) || json_is(item, cJSON_False)) {
        *out = json_is(item, cJSON_True) ? 1 : 0;
        return v->quantity == Q_COUNT || quantity_info(v->quantity)->boolean ? PROFILE_NUMBER
                                                                             : PROFILE_NUMBER_NONE;
    }
    return number_in(w, v, text, out, unit);
}

enum profile_number_kind profile_number_of(struct profile_work *w, const struct profile_value *v,
                                           const cJSON *item, double *out, const char **text,
                                           const char **unit)
{
    const char *beside = unit_beside(v, item);
    enum profile_number_kind kind;

    item = profile_unwrap(item);
    *text = profile_text_of(w, item);
    *unit = NULL;
    kind = number_at(w, v, item, *text, out, unit);
    if (kind == PROFILE_NUMBER && !*unit && beside)
        *unit = profile_name(w, beside, strlen(beside));
    return kind;
}
