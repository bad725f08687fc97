#include "shikumen/core/file_profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))
#define SKIP_MAX        1000
#define RECORD_S        60 /* length of a vibration record when none is given [J] */

static const char *const formats[] = {
    [FILE_CSV] = "csv", [FILE_TOA5] = "toa5", [FILE_MSEED] = "mseed"};

static const char *const profile_keys[] = {
    "name",      "note",    "match",         "format",       "station",  "table",        "encoding",
    "separator", "decimal", "comment",       "skip_lines",   "header",   "after_header", "time",
    "missing",   "columns", "series_column", "value_column", "channels", "record_s"};

const char *file_format_name(enum file_format f)
{
    return formats[f];
}

/* One document on its way. */
struct profile_source {
    struct json_reader read;
    const struct registry *registry;
    const struct json_value *v;
    struct file_profile *out;
};

/* Which of count names a member is; 0 when it is not given, or none of them (a fault). */
static size_t choice(struct profile_source *s, const struct json_value *object, const char *key,
                     const char *what, const char *const *names, size_t count)
{
    size_t i;

    return json_get_choice(&s->read, object, key, JSON_MAY, what, names, count, &i) ? i : 0;
}

/* --- columns --- */

/* A name, or a number from 1. */
static void read_column(struct profile_source *s, const struct json_value *object, const char *key,
                        enum json_need need, struct file_column *out)
{
    struct json_value at = json_member(object, key);
    const char *name;
    double n;

    if (cJSON_IsNumber(at.item)) {
        if (json_number(&s->read, &at, &n) && n >= 1 && n <= FILE_COLUMNS_MAX && n == floor(n))
            out->number = (int)n;
        else
            json_fault(&s->read, &at, "not the number of a column (1 to %d)", FILE_COLUMNS_MAX);
        return;
    }
    name = json_get_text(&s->read, object, key, need);
    if (name)
        out->name = json_keep(&s->read, name);
}

static bool is_given(const struct file_column *c)
{
    return c->name || c->number > 0;
}

static uint32_t read_sensor(struct profile_source *s, const struct json_value *v)
{
    struct json_value at = json_member(v, "sensor");
    const char *id = json_get_text(&s->read, v, "sensor", JSON_MUST);
    uint32_t sensor = id ? registry_sensor(s->registry, id, strlen(id)) : REGISTRY_NONE;

    if (id && sensor == REGISTRY_NONE)
        json_fault(&s->read, &at, "there is no sensor \"%s\" in the registry", id);
    return sensor;
}

static void read_factor(struct profile_source *s, const struct json_value *v, const char *key,
                        double *out)
{
    json_get_within(&s->read, v, key, JSON_MAY, -1e15, 1e15, out);
}

/* A unit of the sensor's quantity, or of one of its calibrations. */
static void check_unit(struct profile_source *s, const struct json_value *v,
                       const struct file_series *series)
{
    const struct sensor *sensor;
    struct json_value at = json_member(v, "unit");
    bool fits;

    if (!series->unit || series->sensor == REGISTRY_NONE)
        return;
    sensor = &s->registry->sensors[series->sensor];
    fits = unit_find(sensor->quantity, series->unit) != NULL;
    for (size_t i = 0; i < sensor->calibration_count; i++)
        fits = fits || strcmp(unit_name(sensor->calibrations[i].raw), series->unit) == 0;
    if (!fits)
        json_fault(&s->read, &at, "\"%s\" is not a unit of %s (%s), nor of a calibration",
                   series->unit, quantity_info(sensor->quantity)->name,
                   quantity_units_text(sensor->quantity));
}

static void read_series(struct profile_source *s, const struct json_value *v,
                        struct file_series *out)
{
    const char *unit = json_get_text(&s->read, v, "unit", JSON_MAY);

    out->sensor = read_sensor(s, v);
    out->unit = unit ? json_keep(&s->read, unit) : NULL;
    out->scale = 1;
    read_factor(s, v, "scale", &out->scale);
    read_factor(s, v, "offset", &out->offset);
    json_get_text(&s->read, v, "note", JSON_MAY);
    check_unit(s, v, out);
}

static void read_table_column(struct profile_source *s, const struct json_value *v,
                              struct file_series *out)
{
    static const char *const keys[] = {"column", "sensor", "unit", "scale", "offset", "note"};

    if (!json_check_object(&s->read, v, keys, COUNT_OF(keys)))
        return;
    read_column(s, v, "column", JSON_MUST, &out->column);
    read_series(s, v, out);
}

static void read_axis(struct profile_source *s, const struct json_value *v, struct file_series *out)
{
    static const char *const axes[] = {"x", "y", "z"};
    const struct sensor *sensor;
    size_t axis;

    if (!json_get_choice(&s->read, v, "axis", JSON_MAY, "an axis", axes, COUNT_OF(axes), &axis))
        return;
    out->axis = axes[axis][0];
    if (out->sensor == REGISTRY_NONE)
        return;
    sensor = &s->registry->sensors[out->sensor];
    if (sensor->quantity != Q_VELOCITY && sensor->quantity != Q_ACCELERATION)
        json_fault(&s->read, v, "vibration records are of velocity or acceleration, not of %s",
                   quantity_info(sensor->quantity)->name);
}

static void read_channel(struct profile_source *s, const struct json_value *v,
                         struct file_series *out)
{
    static const char *const keys[] = {"source", "sensor", "axis", "unit",
                                       "scale",  "offset", "note"};
    const char *source;

    if (!json_check_object(&s->read, v, keys, COUNT_OF(keys)))
        return;
    source = json_get_text(&s->read, v, "source", JSON_MUST);
    out->source = source ? json_keep(&s->read, source) : "";
    read_series(s, v, out);
    read_axis(s, v, out);
}

typedef void read_one_fn(struct profile_source *s, const struct json_value *v,
                         struct file_series *out);

static void read_list(struct profile_source *s, const char *key, read_one_fn *read_one)
{
    struct file_profile *p = s->out;
    struct json_value list;
    size_t i = 0;

    if (!json_get_list(&s->read, s->v, key, JSON_MUST, &list))
        return;
    if (json_count(&list) < 1 || json_count(&list) > FILE_COLUMNS_MAX) {
        json_fault(&s->read, &list, "1 to %d are needed", FILE_COLUMNS_MAX);
        return;
    }
    p->series = json_keep_array(&s->read, json_count(&list), sizeof *p->series);
    for (const cJSON *c = list.item->child; c && p->series; c = c->next, i++) {
        struct json_value v = {.item = c, .up = &list, .index = i};
        read_one(s, &v, &p->series[i]);
        p->series_count = i + 1;
    }
}

/* --- the parts --- */

static const char *const *read_texts(struct profile_source *s, const char *key, size_t *count)
{
    struct json_value at = json_member(s->v, key), list;
    const char **texts;
    size_t i = 0;

    *count = 0;
    if (cJSON_IsString(at.item)) {
        texts = json_keep_array(&s->read, 1, sizeof *texts);
        if (texts)
            texts[(*count)++] = json_keep(&s->read, at.item->valuestring);
        return texts;
    }
    if (!json_get_list(&s->read, s->v, key, JSON_MAY, &list) || !list.item)
        return NULL;
    texts = json_keep_array(&s->read, json_count(&list) + 1, sizeof *texts);
    for (const cJSON *c = list.item->child; c && texts; c = c->next, i++) {
        struct json_value v = {.item = c, .up = &list, .index = i};
        const char *text = json_text(&s->read, &v);
        if (text)
            texts[(*count)++] = json_keep(&s->read, text);
    }
    return texts;
}

static void read_encoding(struct profile_source *s)
{
    static const char *const names[] = {"UTF-8",   "UTF-16", "UTF-16LE", "UTF-16BE",
                                        "GB18030", "GBK",    "latin-1",  "windows-1252"};
    static const char *const of_iconv[] = {"UTF-8",   "UTF-16", "UTF-16LE",   "UTF-16BE",
                                           "GB18030", "GBK",    "ISO-8859-1", "CP1252"};

    s->out->encoding = of_iconv[choice(s, s->v, "encoding", "an encoding", names, COUNT_OF(names))];
}

static void read_signs(struct profile_source *s)
{
    static const char *const names[] = {",", ";", "tab", "|", "blanks"};
    static const char signs[] = {',', ';', '\t', '|', FILE_BLANKS};
    static const char *const decimals[] = {".", ","};
    struct json_value at = json_member(s->v, "decimal");
    struct file_profile *p = s->out;
    const char *comment;

    p->separator = signs[choice(s, s->v, "separator", "a separator", names, COUNT_OF(names))];
    p->decimal =
        *decimals[choice(s, s->v, "decimal", "a decimal sign", decimals, COUNT_OF(decimals))];
    if (p->separator == ',' && p->decimal == ',')
        json_fault(&s->read, &at, "a comma cannot be both separator and decimal sign");
    comment = json_get_text(&s->read, s->v, "comment", JSON_MAY);
    at = json_member(s->v, "comment");
    if (comment && strlen(comment) != 1)
        json_fault(&s->read, &at, "one character is needed");
    else if (comment)
        p->comment = *comment;
}

static void read_bool(struct profile_source *s, const char *key, bool *out)
{
    struct json_value at = json_member(s->v, key);

    if (!at.item)
        return;
    if (!cJSON_IsBool(at.item))
        json_fault(&s->read, &at, "true or false is needed");
    *out = cJSON_IsTrue(at.item);
}

static void read_layout(struct profile_source *s)
{
    struct file_profile *p = s->out;

    read_encoding(s);
    read_signs(s);
    p->header = true;
    json_get_whole(&s->read, s->v, "skip_lines", JSON_MAY, 0, SKIP_MAX, &p->skip_lines);
    read_bool(s, "header", &p->header);
    json_get_whole(&s->read, s->v, "after_header", JSON_MAY, 0, SKIP_MAX, &p->after_header);
}

static void read_time(struct profile_source *s)
{
    static const char *const keys[] = {"column", "time_column", "order", "zone", "as"};
    static const char *const orders[] = {"ymd", "dmy", "mdy"};
    static const char *const kinds[] = {"text", "unix_s", "unix_ms", "excel"};
    struct json_value v = json_member(s->v, "time"), at;
    struct file_profile *p = s->out;
    const char *zone;

    if (!v.item) {
        json_fault(&s->read, s->v, "\"time\" is missing: {\"column\", \"zone\"}");
        return;
    }
    if (!json_check_object(&s->read, &v, keys, COUNT_OF(keys)))
        return;
    if (p->format == FILE_CSV)
        read_column(s, &v, "column", JSON_MUST, &p->time);
    read_column(s, &v, "time_column", JSON_MAY, &p->time_of_day);
    p->order =
        (enum logger_order)choice(s, &v, "order", "an order of the date", orders, COUNT_OF(orders));
    p->time_as = (enum file_time)choice(s, &v, "as", "a kind of time", kinds, COUNT_OF(kinds));
    at = json_member(&v, "zone");
    zone = json_get_text(&s->read, &v, "zone",
                         p->time_as == FILE_TIME_TEXT || p->time_as == FILE_TIME_EXCEL ? JSON_MUST
                                                                                       : JSON_MAY);
    if (zone && !logger_zone(zone, &p->offset_us))
        json_fault(&s->read, &at, "\"%s\" is not a zone (\"+08:00\", \"UTC\")", zone);
}

/* TOA5: names in the second line, units and processing in the next two (Campbell Scientific,
 * LoggerNet manual, appendix B.1.4). */
static void set_toa5(struct profile_source *s)
{
    struct file_profile *p = s->out;
    const char *station = json_get_text(&s->read, s->v, "station", JSON_MAY);
    const char *table = json_get_text(&s->read, s->v, "table", JSON_MAY);

    p->station = station ? json_keep(&s->read, station) : NULL;
    p->table = table ? json_keep(&s->read, table) : NULL;
    p->time.number = 1;
    p->skip_lines = 1;
    p->after_header = 2;
}

static void check_names(struct profile_source *s)
{
    const struct file_profile *p = s->out;
    bool named = p->time.name || p->time_of_day.name || p->series_of.name || p->value.name;

    for (size_t i = 0; i < p->series_count && !is_given(&p->series_of); i++)
        named = named || p->series[i].column.name;
    if (named && !p->header)
        json_fault(&s->read, s->v, "without a header columns have numbers, not names");
    if (is_given(&p->series_of) != is_given(&p->value))
        json_fault(&s->read, s->v, "series_column and value_column belong together");
}

static void read_mseed(struct profile_source *s)
{
    s->out->record_us = RECORD_S * 1000000LL;
    json_get_seconds(&s->read, s->v, "record_s", JSON_MAY, true, &s->out->record_us);
    if (s->out->record_us > 3600 * 1000000LL) {
        struct json_value at = json_member(s->v, "record_s");
        json_fault(&s->read, &at, "more than an hour (3600)");
    }
    read_list(s, "channels", read_channel);
}

static void read_profile(struct profile_source *s)
{
    struct file_profile *p = s->out;
    const char *name;
    size_t format = 0;

    if (!json_check_object(&s->read, s->v, profile_keys, COUNT_OF(profile_keys)))
        return;
    name = json_get_text(&s->read, s->v, "name", JSON_MUST);
    p->name = name ? json_keep(&s->read, name) : "";
    json_get_text(&s->read, s->v, "note", JSON_MAY);
    p->match = read_texts(s, "match", &p->match_count);
    if (p->match_count == 0)
        json_fault(&s->read, s->v, "\"match\" is missing: patterns of file names");
    if (!json_get_choice(&s->read, s->v, "format", JSON_MUST, "a format", formats,
                         COUNT_OF(formats), &format))
        return;
    p->format = (enum file_format)format;
    if (p->format == FILE_MSEED) {
        read_mseed(s);
        return;
    }
    read_layout(s);
    if (p->format == FILE_TOA5)
        set_toa5(s);
    read_time(s);
    p->missing = read_texts(s, "missing", &p->missing_count);
    read_column(s, s->v, "series_column", JSON_MAY, &p->series_of);
    read_column(s, s->v, "value_column", JSON_MAY, &p->value);
    read_list(s, "columns", read_table_column);
    check_names(s);
}

/* --- the whole --- */

static enum err read_document(struct file_profiles *p, const struct source_text *text,
                              const struct registry *registry, struct fault_list *faults)
{
    struct profile_source s = {.read = {.file = text->file, .faults = faults, .arena = &p->arena},
                               .registry = registry,
                               .out = &p->list[p->count]};
    struct json_value v = {0};
    cJSON *root;
    enum err e = json_read_tree(&s.read, text->text, text->len, &root);

    if (e != ERR_OK)
        return e;
    *s.out = (struct file_profile){.file = json_keep(&s.read, text->file), .name = ""};
    v.item = root;
    s.v = &v;
    read_profile(&s);
    cJSON_Delete(root);
    p->count++;
    return s.read.out_of_memory ? ERR_NOMEM : ERR_OK;
}

enum err file_profiles_parse(const struct source_text *texts, size_t count,
                             const struct registry *registry, struct fault_list *faults,
                             struct file_profiles **out)
{
    struct file_profiles *p = calloc(1, sizeof *p);
    size_t before = faults->count;
    enum err e = p ? ERR_OK : ERR_NOMEM;

    *out = NULL;
    if (p)
        p->list = arena_array(&p->arena, count + 1, sizeof *p->list);
    if (p && !p->list)
        e = ERR_NOMEM;
    for (size_t i = 0; i < count && e != ERR_NOMEM; i++)
        e = read_document(p, &texts[i], registry, faults);
    if (e != ERR_NOMEM)
        e = faults->count == before ? ERR_OK : ERR_CONFIG;
    if (e == ERR_OK)
        *out = p;
    else
        file_profiles_free(p);
    return e;
}

void file_profiles_free(struct file_profiles *p)
{
    if (p)
        arena_free(&p->arena);
    free(p);
}

bool file_name_fits(const char *pattern, const char *name)
{
    const char *star = NULL, *tried = NULL;

    while (*name) {
        if (*pattern == '*') {
            star = pattern++;
            tried = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star + 1;
            name = ++tried;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

const struct file_profile *file_profile_for(const struct file_profiles *p, const char *name,
                                            const struct file_profile *after)
{
    for (size_t i = after ? (size_t)(after - p->list) + 1 : 0; i < p->count; i++)
        for (size_t k = 0; k < p->list[i].match_count; k++)
            if (file_name_fits(p->list[i].match[k], name))
                return &p->list[i];
    return NULL;
}
