#include "file_profile_part.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))
#define SKIP_MAX        1000
#define RECORD_S        60 /* length of a vibration record when none is given [J] */

static const char *const formats[] = {
    [FILE_CSV] = "csv", [FILE_TOA5] = "toa5", [FILE_MSEED] = "mseed"};

#define OF_TEXT (1u << FILE_CSV | 1u << FILE_TOA5)

static const char *const profile_keys[] = {
    "$schema",  "name",      "note",    "match",         "format",       "station",  "table",
    "encoding", "separator", "decimal", "comment",       "skip_lines",   "header",   "after_header",
    "time",     "missing",   "columns", "series_column", "value_column", "channels", "record_s"};

/* Keys that some formats do not have. */
static const struct {
    const char *key;
    unsigned formats;
} keys_of[] = {
    {"station", 1u << FILE_TOA5},
    {"table", 1u << FILE_TOA5},
    {"encoding", OF_TEXT},
    {"separator", OF_TEXT},
    {"decimal", OF_TEXT},
    {"comment", OF_TEXT},
    {"skip_lines", 1u << FILE_CSV},
    {"header", 1u << FILE_CSV},
    {"after_header", 1u << FILE_CSV},
    {"time", OF_TEXT},
    {"missing", OF_TEXT},
    {"columns", OF_TEXT},
    {"series_column", OF_TEXT},
    {"value_column", OF_TEXT},
    {"channels", 1u << FILE_MSEED},
    {"record_s", 1u << FILE_MSEED},
};

const char *file_format_name(enum file_format f)
{
    return formats[f];
}

/* Which of count names a member is; 0 when it is not given, or none of them (a fault). */
static size_t choice(struct profile_source *s, const struct json_value *object, const char *key,
                     const char *what, const char *const *names, size_t count)
{
    size_t i;

    return json_get_choice(&s->read, object, key, JSON_MAY, what, names, count, &i) ? i : 0;
}

static bool is_given(const struct file_column *c)
{
    return c->name || c->number > 0;
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

static void read_zone(struct profile_source *s, const struct json_value *time)
{
    struct file_profile *p = s->out;
    bool local = p->time_as == FILE_TIME_TEXT || p->time_as == FILE_TIME_EXCEL;
    struct json_value at = json_member(time, "zone");
    const char *name =
        json_keep(&s->read, json_get_text(&s->read, time, "zone", local ? JSON_MUST : JSON_MAY));
    struct time_zone fixed, *kept;

    p->zone_name = name;
    if (*name && zone_fixed(name, &fixed)) {
        kept = json_keep_array(&s->read, 1, sizeof *kept);
        if (kept)
            *kept = fixed;
        p->zone = kept ? kept : &zone_utc;
    } else if (*name && !zone_is_name(name)) {
        json_fault(&s->read, &at, "\"%s\" is not a zone (\"+08:00\", \"Asia/Shanghai\", \"UTC\")",
                   name);
    }
}

static void read_time(struct profile_source *s)
{
    static const char *const keys[] = {"column", "time_column", "order", "zone", "as"};
    static const char *const orders[] = {"ymd", "dmy", "mdy"};
    static const char *const kinds[] = {"text", "unix_s", "unix_ms", "excel"};
    struct json_value v = json_member(s->v, "time");
    struct file_profile *p = s->out;

    if (!v.item) {
        json_fault(&s->read, s->v, "\"time\" is missing: {\"column\", \"zone\"}");
        return;
    }
    if (!json_check_object(&s->read, &v, keys, COUNT_OF(keys)))
        return;
    if (p->format == FILE_CSV)
        file_profile_column(s, &v, "column", JSON_MUST, &p->time);
    file_profile_column(s, &v, "time_column", JSON_MAY, &p->time_of_day);
    p->order =
        (enum logger_order)choice(s, &v, "order", "an order of the date", orders, COUNT_OF(orders));
    p->time_as = (enum file_time)choice(s, &v, "as", "a kind of time", kinds, COUNT_OF(kinds));
    read_zone(s, &v);
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
    file_profile_channels(s);
}

/* What another format has would be passed over without a word. */
static void check_format(struct profile_source *s)
{
    for (size_t i = 0; i < COUNT_OF(keys_of); i++) {
        struct json_value at = json_member(s->v, keys_of[i].key);
        if (at.item && !(keys_of[i].formats & 1u << s->out->format))
            json_fault(&s->read, &at, "a file of format %s has no %s", formats[s->out->format],
                       keys_of[i].key);
    }
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
    check_format(s);
    if (p->format == FILE_MSEED) {
        read_mseed(s);
        return;
    }
    read_layout(s);
    if (p->format == FILE_TOA5)
        set_toa5(s);
    read_time(s);
    p->missing = read_texts(s, "missing", &p->missing_count);
    file_profile_column(s, s->v, "series_column", JSON_MAY, &p->series_of);
    file_profile_column(s, s->v, "value_column", JSON_MAY, &p->value);
    file_profile_columns(s);
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
    *s.out = (struct file_profile){
        .file = json_keep(&s.read, text->file), .name = "", .zone_name = "", .zone = &zone_utc};
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

/* The name as it is, or without ".gz". */
static bool either_fits(const char *pattern, const char *name)
{
    char plain[256];
    size_t n = strlen(name);

    if (file_name_fits(pattern, name))
        return true;
    if (n < 4 || n >= sizeof plain + 3 || strcmp(name + n - 3, ".gz") != 0)
        return false;
    memcpy(plain, name, n - 3);
    plain[n - 3] = '\0';
    return file_name_fits(pattern, plain);
}

const struct file_profile *file_profile_for(const struct file_profiles *p, const char *name,
                                            const struct file_profile *after)
{
    for (size_t i = after ? (size_t)(after - p->list) + 1 : 0; i < p->count; i++)
        for (size_t k = 0; k < p->list[i].match_count; k++)
            if (either_fits(p->list[i].match[k], name))
                return &p->list[i];
    return NULL;
}
