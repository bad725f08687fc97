/* The columns of a table and the channels of miniSEED that are a sensor's. */
#include <math.h>
#include <string.h>

#include "file_profile_part.h"

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))

void file_profile_column(struct profile_source *s, const struct json_value *object, const char *key,
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
    file_profile_column(s, v, "column", JSON_MUST, &out->column);
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

void file_profile_columns(struct profile_source *s)
{
    read_list(s, "columns", read_table_column);
}

void file_profile_channels(struct profile_source *s)
{
    read_list(s, "channels", read_channel);
}
