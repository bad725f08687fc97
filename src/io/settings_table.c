#include "settings_table.h"

#include <string.h>

#include "settings_syntax.h"
#include "shikumen/base/strbuf.h"

const struct setting_row *setting_row_find(const char *group, const char *name)
{
    const struct setting_row *rows = *group ? settings_rows : endpoint_rows;
    size_t count = *group ? settings_row_count : endpoint_row_count;

    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].group, group) == 0 && strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static const void *field(const struct setting_row *row, const void *base)
{
    return (const char *)base + row->offset;
}

static void *field_of(const struct setting_row *row, void *base)
{
    return (char *)base + row->offset;
}

const char *setting_text(const struct setting_row *row, const void *base)
{
    return *(const char *const *)field(row, base);
}

int64_t setting_number(const struct setting_row *row, const void *base)
{
    switch (row->type) {
    case SETTING_INT64:
        return *(const int64_t *)field(row, base);
    case SETTING_BOOL:
        return *(const bool *)field(row, base);
    case SETTING_CATEGORIES:
        return *(const unsigned *)field(row, base);
    default:
        return *(const int *)field(row, base);
    }
}

double setting_real(const struct setting_row *row, const void *base)
{
    return *(const double *)field(row, base);
}

const char *const *setting_texts(const struct setting_row *row, const void *base, size_t *count)
{
    *count = *(const size_t *)(const void *)((const char *)base + row->count_offset);
    return *(const char *const *const *)field(row, base);
}

void setting_set_text(const struct setting_row *row, void *base, const char *text)
{
    *(const char **)field_of(row, base) = text;
}

void setting_set_number(const struct setting_row *row, void *base, int64_t number)
{
    switch (row->type) {
    case SETTING_INT64:
        *(int64_t *)field_of(row, base) = number;
        break;
    case SETTING_BOOL:
        *(bool *)field_of(row, base) = number != 0;
        break;
    case SETTING_CATEGORIES:
        *(unsigned *)field_of(row, base) = (unsigned)number;
        break;
    default:
        *(int *)field_of(row, base) = (int)number;
        break;
    }
}

void setting_set_real(const struct setting_row *row, void *base, double real)
{
    *(double *)field_of(row, base) = real;
}

void setting_set_hours(const struct setting_row *row, void *base, int from, int until)
{
    *(int *)field_of(row, base) = from;
    *(int *)(void *)((char *)base + row->until_offset) = until;
}

int setting_until(const struct setting_row *row, const void *base)
{
    return *(const int *)(const void *)((const char *)base + row->until_offset);
}

void setting_set_texts(const struct setting_row *row, void *base, const char *const *texts,
                       size_t count)
{
    *(const char *const **)field_of(row, base) = texts;
    *(size_t *)(void *)((char *)base + row->count_offset) = count;
}

static const char *allowed_words(const struct setting_row *row, struct arena *arena)
{
    struct strbuf list = {0};
    const char *text;

    strbuf_puts(&list, row->words[1] ? "one of " : "only ");
    for (size_t i = 0; row->words[i]; i++)
        strbuf_printf(&list, "%s\"%s\"", i ? ", " : "", row->words[i]);
    text = arena_strdup(arena, strbuf_text(&list));
    strbuf_free(&list);
    return text ? text : "";
}

const char *setting_allowed(const struct setting_row *row, struct arena *arena)
{
    const char *text = "";

    switch (row->type) {
    case SETTING_WORD:
        return allowed_words(row, arena);
    case SETTING_INT:
    case SETTING_INT64:
    case SETTING_REAL:
        text = arena_printf(arena, "%lld..%lld%s%s", (long long)row->min, (long long)row->max,
                            *row->unit ? " " : "", row->unit);
        break;
    case SETTING_BOOL:
        return "true or false";
    case SETTING_CATEGORIES:
        return "a list of \"structure\", \"instrument\", \"system\"";
    case SETTING_MQTT_VERSION:
        return "5, or 4, 311 or \"3.1.1\" for MQTT 3.1.1";
    case SETTING_CLOCK:
        return SYNTAX_CLOCK;
    case SETTING_HOURS:
        return SYNTAX_HOURS;
    case SETTING_TEXTS:
        return "a list of texts";
    case SETTING_TEXT:
    case SETTING_PATH:
        break;
    }
    return text ? text : "";
}
