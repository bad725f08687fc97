#include "settings_value.h"

#include <string.h>

#include "settings_syntax.h"
#include "settings_text.h"
#include "shikumen/model/alert.h"

/* What is being taken, for messages. */
struct taking {
    const struct settings_source *source;
    const struct setting_row *row;
    const config_setting_t *value;
    const char *label;
};

static void refuse(const struct taking *t, const config_setting_t *where, const char *what,
                   const char *allowed)
{
    fault_add(t->source->faults, t->source->file, setting_line(where), "%s: %s%s%s", t->label, what,
              *allowed ? "; allowed: " : "", allowed);
}

static void refuse_type(const struct taking *t, const config_setting_t *where, const char *expected)
{
    const char *allowed = setting_allowed(t->row, t->source->arena);

    fault_add(t->source->faults, t->source->file, setting_line(where),
              "%s: must be %s, not %s%s%s%s", t->label, expected, setting_type_name(where),
              *allowed ? " (" : "", allowed, *allowed ? ")" : "");
}

const char *setting_type_name(const config_setting_t *value)
{
    switch (config_setting_type(value)) {
    case CONFIG_TYPE_GROUP:
        return "a group";
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return "a whole number";
    case CONFIG_TYPE_FLOAT:
        return "a number with a fraction";
    case CONFIG_TYPE_STRING:
        return "text";
    case CONFIG_TYPE_BOOL:
        return "true or false";
    default:
        return "a list";
    }
}

int setting_line(const config_setting_t *value)
{
    return (int)config_setting_source_line(value);
}

static bool is_whole_number(const config_setting_t *value)
{
    int type = config_setting_type(value);

    return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
}

static bool is_sequence(const config_setting_t *value)
{
    int type = config_setting_type(value);

    return type == CONFIG_TYPE_ARRAY || type == CONFIG_TYPE_LIST;
}

/* A clean copy of a string value that the row accepts, NULL after a fault. */
static const char *take_string(const struct taking *t, const config_setting_t *value,
                               size_t min_bytes, size_t max_bytes)
{
    const char *text, *allowed, *copy;
    size_t n;

    if (config_setting_type(value) != CONFIG_TYPE_STRING) {
        refuse_type(t, value, "text");
        return NULL;
    }
    text = config_setting_get_string(value);
    n = strlen(text);
    if (n < min_bytes) {
        refuse(t, value, "must not be empty", "");
        return NULL;
    }
    if (n > max_bytes) {
        fault_add(t->source->faults, t->source->file, setting_line(value),
                  "%s: has %zu bytes; at most %zu are allowed", t->label, n, max_bytes);
        return NULL;
    }
    if (utf8_valid_prefix(text, n) != n) {
        refuse(t, value, "is not UTF-8", "");
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            refuse(t, value, "must not contain control characters", "");
            return NULL;
        }
    }
    allowed = t->row->check && n > 0 ? t->row->check(text) : NULL;
    if (allowed) {
        refuse(t, value, "is not right", allowed);
        return NULL;
    }
    copy = arena_strndup(t->source->arena, text, n);
    if (!copy)
        refuse(t, value, "out of memory", "");
    return copy;
}

static const char *resolve(const char *path, const char *directory, struct arena *arena)
{
    const char *joined;

    if (!*path || *path == '/')
        return path;
    joined = arena_printf(arena, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory, path);
    return joined ? joined : path;
}

static void take_text(const struct taking *t, void *base)
{
    const char *text = take_string(t, t->value, (size_t)t->row->min, (size_t)t->row->max);

    if (!text)
        return;
    if (t->row->type == SETTING_PATH)
        text = resolve(text, t->source->directory, t->source->arena);
    setting_set_text(t->row, base, text);
}

static void take_word(const struct taking *t, void *base)
{
    const char *text = take_string(t, t->value, 0, SIZE_MAX);

    if (!text)
        return;
    for (size_t i = 0; t->row->words[i]; i++) {
        if (strcmp(t->row->words[i], text) == 0) {
            setting_set_text(t->row, base, t->row->words[i]);
            return;
        }
    }
    fault_add(t->source->faults, t->source->file, setting_line(t->value),
              "%s: \"%s\" is not known; allowed: %s", t->label, text,
              setting_allowed(t->row, t->source->arena));
}

static void take_number(const struct taking *t, void *base)
{
    long long number;

    if (!is_whole_number(t->value)) {
        refuse_type(t, t->value, "a whole number");
        return;
    }
    number = config_setting_get_int64(t->value);
    if (number < t->row->min || number > t->row->max) {
        fault_add(t->source->faults, t->source->file, setting_line(t->value),
                  "%s: %lld is out of range; allowed: %s", t->label, number,
                  setting_allowed(t->row, t->source->arena));
        return;
    }
    setting_set_number(t->row, base, number);
}

static void take_real(const struct taking *t, void *base)
{
    double real;

    if (!is_whole_number(t->value) && config_setting_type(t->value) != CONFIG_TYPE_FLOAT) {
        refuse_type(t, t->value, "a number");
        return;
    }
    real = is_whole_number(t->value) ? (double)config_setting_get_int64(t->value)
                                     : config_setting_get_float(t->value);
    if (!(real >= (double)t->row->min && real <= (double)t->row->max)) {
        fault_add(t->source->faults, t->source->file, setting_line(t->value),
                  "%s: %g is out of range; allowed: %s", t->label, real,
                  setting_allowed(t->row, t->source->arena));
        return;
    }
    setting_set_real(t->row, base, real);
}

static void take_bool(const struct taking *t, void *base)
{
    if (config_setting_type(t->value) == CONFIG_TYPE_BOOL)
        setting_set_number(t->row, base, config_setting_get_bool(t->value));
    else
        fault_add(t->source->faults, t->source->file, setting_line(t->value),
                  "%s: must be true or false, not %s", t->label, setting_type_name(t->value));
}

static void take_texts(const struct taking *t, void *base)
{
    const char **texts;
    size_t count, taken = 0;

    if (!is_sequence(t->value)) {
        refuse_type(t, t->value, "a list");
        return;
    }
    count = (size_t)config_setting_length(t->value);
    if ((int64_t)count < t->row->min || (int64_t)count > t->row->max) {
        fault_add(t->source->faults, t->source->file, setting_line(t->value),
                  "%s: has %zu elements; allowed: %lld..%lld", t->label, count,
                  (long long)t->row->min, (long long)t->row->max);
        return;
    }
    texts = arena_array(t->source->arena, count, sizeof *texts);
    for (size_t i = 0; texts && i < count; i++) {
        const char *text = take_string(t, config_setting_get_elem(t->value, (unsigned)i), 1, 65535);
        if (text)
            texts[taken++] = text;
    }
    if (taken == count)
        setting_set_texts(t->row, base, texts, count);
}

static void take_categories(const struct taking *t, void *base)
{
    unsigned categories = 0;
    size_t faults = t->source->faults->count;

    if (!is_sequence(t->value) || config_setting_length(t->value) == 0) {
        refuse(t, t->value, is_sequence(t->value) ? "is empty" : "must be a list",
               setting_allowed(t->row, t->source->arena));
        return;
    }
    for (int i = 0; i < config_setting_length(t->value); i++) {
        const config_setting_t *element = config_setting_get_elem(t->value, (unsigned)i);
        const char *name = take_string(t, element, 1, 64);
        enum alert_category category = name ? category_by_name(name) : CATEGORY_COUNT;
        if (category != CATEGORY_COUNT)
            categories |= 1u << category;
        else if (name)
            fault_add(t->source->faults, t->source->file, setting_line(element),
                      "%s: \"%s\" is no category; allowed: %s", t->label, name,
                      setting_allowed(t->row, t->source->arena));
    }
    if (t->source->faults->count == faults)
        setting_set_number(t->row, base, categories);
}

static void take_mqtt_version(const struct taking *t, void *base)
{
    const char *text = config_setting_type(t->value) == CONFIG_TYPE_STRING
                           ? config_setting_get_string(t->value)
                           : "";
    long long number = is_whole_number(t->value) ? config_setting_get_int64(t->value) : 0;

    if (number == 5 || strcmp(text, "5") == 0 || strcmp(text, "5.0") == 0)
        setting_set_number(t->row, base, 5);
    else if (number == 4 || number == 311 || strcmp(text, "3.1.1") == 0)
        setting_set_number(t->row, base, 4);
    else
        refuse(t, t->value, "is no MQTT version that is spoken here",
               setting_allowed(t->row, t->source->arena));
}

static void take_clock(const struct taking *t, void *base)
{
    const char *text = take_string(t, t->value, 1, 5);
    int minute = text ? syntax_minute(text, strlen(text)) : -1;

    if (minute >= 0)
        setting_set_number(t->row, base, minute);
    else if (text)
        refuse(t, t->value, "is not right", SYNTAX_CLOCK);
}

static void take_hours(const struct taking *t, void *base)
{
    const char *text = take_string(t, t->value, 0, 11);
    int from, until;

    if (text && syntax_hours(text, &from, &until))
        setting_set_hours(t->row, base, from, until);
    else if (text)
        refuse(t, t->value, "is not right", SYNTAX_HOURS);
}

void setting_take(const struct settings_source *source, const struct setting_row *row, void *base,
                  const config_setting_t *value, const char *label)
{
    const struct taking t = {source, row, value, label};

    switch (row->type) {
    case SETTING_TEXT:
    case SETTING_PATH:
        take_text(&t, base);
        break;
    case SETTING_WORD:
        take_word(&t, base);
        break;
    case SETTING_INT:
    case SETTING_INT64:
        take_number(&t, base);
        break;
    case SETTING_REAL:
        take_real(&t, base);
        break;
    case SETTING_BOOL:
        take_bool(&t, base);
        break;
    case SETTING_TEXTS:
        take_texts(&t, base);
        break;
    case SETTING_CATEGORIES:
        take_categories(&t, base);
        break;
    case SETTING_MQTT_VERSION:
        take_mqtt_version(&t, base);
        break;
    case SETTING_CLOCK:
        take_clock(&t, base);
        break;
    case SETTING_HOURS:
        take_hours(&t, base);
        break;
    }
}

static void default_texts(const struct setting_row *row, void *base, struct arena *arena)
{
    const char **texts = arena_array(arena, 1, sizeof *texts);

    if (texts)
        texts[0] = row->text;
    setting_set_texts(row, base, texts, texts && *row->text ? 1 : 0);
}

void setting_default(const struct setting_row *row, void *base, const char *directory,
                     struct arena *arena)
{
    switch (row->type) {
    case SETTING_TEXT:
    case SETTING_WORD:
        setting_set_text(row, base, row->text);
        break;
    case SETTING_PATH:
        setting_set_text(row, base, resolve(row->text, directory, arena));
        break;
    case SETTING_TEXTS:
        default_texts(row, base, arena);
        break;
    case SETTING_REAL:
        setting_set_real(row, base, row->real);
        break;
    case SETTING_HOURS:
        setting_set_hours(row, base, 0, 0);
        break;
    default:
        setting_set_number(row, base, row->number);
        break;
    }
}
