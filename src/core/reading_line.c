#include "shikumen/core/reading_line.h"

#include <math.h>
#include <string.h>

#include "json_check.h"
#include "json_input.h"
#include "reading_scan.h"

#define VALUES_MAX 65536 /* of one line */
#define BOM        "\xef\xbb\xbf"

static enum err refuse(const char **fault, const char *words)
{
    *fault = words;
    return words ? ERR_PARSE : ERR_NOMEM;
}

/* --- JSON, the slow way --- */

/* A line on its way. */
struct line_reading {
    const cJSON *root;
    struct arena *arena;
    struct reading_line *out;
    const char **fault;
};

static const cJSON *member(const struct line_reading *l, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(l->root, key);
}

static enum err keep_text(struct line_reading *l, const cJSON *item, const char **text, size_t *n)
{
    *n = strlen(item->valuestring);
    *text = arena_strndup(l->arena, item->valuestring, *n);
    return *text ? ERR_OK : ERR_NOMEM;
}

static enum err read_time(struct line_reading *l, const char *key, int64_t *t_us)
{
    const cJSON *item = member(l, key);

    if (item && cJSON_IsString(item) &&
        scan_time(item->valuestring, strlen(item->valuestring), t_us))
        return ERR_OK;
    return refuse(l->fault, arena_printf(l->arena, "%s is not a time: 2024-01-01T00:00:00Z", key));
}

static enum err read_arrival(struct line_reading *l)
{
    l->out->rx_us = INT64_MIN;
    return member(l, "rx") ? read_time(l, "rx", &l->out->rx_us) : ERR_OK;
}

static enum err read_message(struct line_reading *l)
{
    const cJSON *topic = member(l, "topic"), *payload = member(l, "payload");
    enum err e;
    char *text;
    size_t n;

    if (!cJSON_IsString(topic) || !*topic->valuestring)
        return refuse(l->fault, "topic is not a text");
    if (!payload)
        return refuse(l->fault, "payload is missing");
    e = keep_text(l, topic, &l->out->topic, &n);
    if (e == ERR_OK && cJSON_IsString(payload)) {
        e = keep_text(l, payload, &l->out->payload, &l->out->payload_len);
    } else if (e == ERR_OK) {
        text = cJSON_PrintUnformatted(payload);
        l->out->payload = text ? arena_strdup(l->arena, text) : NULL;
        l->out->payload_len = text ? strlen(text) : 0;
        cJSON_free(text);
        e = l->out->payload ? ERR_OK : ERR_NOMEM;
    }
    return e == ERR_OK ? read_arrival(l) : e;
}

static enum err read_value(struct line_reading *l)
{
    const cJSON *v = member(l, "v");

    if (!v || !cJSON_IsNumber(v))
        return refuse(l->fault, "v is not a number");
    if (!isfinite(v->valuedouble))
        return refuse(l->fault, "v is out of range");
    l->out->value = v->valuedouble;
    return ERR_OK;
}

static enum err read_reading(struct line_reading *l)
{
    const cJSON *sensor = member(l, "sensor"), *unit = member(l, "u");
    enum err e;

    if (!sensor || !cJSON_IsString(sensor) || !*sensor->valuestring)
        return refuse(l->fault, "sensor is missing or no text");
    if (unit && !cJSON_IsString(unit))
        return refuse(l->fault, "u is not a text");
    e = read_time(l, "t", &l->out->t_us);
    if (e == ERR_OK)
        e = read_value(l);
    if (e == ERR_OK)
        e = read_arrival(l);
    if (e == ERR_OK)
        e = keep_text(l, sensor, &l->out->sensor, &l->out->sensor_len);
    return e == ERR_OK && unit ? keep_text(l, unit, &l->out->unit, &l->out->unit_len) : e;
}

static enum err read_object(const char *line, size_t n, struct line_reading *l)
{
    struct json_flaw flaw = json_check(line, n); /* stricter than cJSON about numbers */
    struct json_input in;
    enum err e;

    if (flaw.words)
        return refuse(l->fault,
                      arena_printf(l->arena, "not JSON: byte %zu: %s", flaw.at + 1, flaw.words));
    e = json_input_read(line, n, VALUES_MAX, l->arena, &in);
    if (e != ERR_OK)
        return e;
    if (in.fault)
        return refuse(l->fault, arena_printf(l->arena, "not JSON: %s", in.fault));
    l->root = in.root;
    *l->out = (struct reading_line){.rx_us = INT64_MIN};
    if (!cJSON_IsObject(in.root))
        e = refuse(l->fault, "not an object");
    else
        e = member(l, "topic") ? read_message(l) : read_reading(l);
    cJSON_Delete(in.root);
    return e;
}

enum err reading_line_json(const char *line, size_t n, struct arena *arena,
                           struct reading_line *out, const char **fault)
{
    struct line_reading l = {.arena = arena, .out = out, .fault = fault};

    *fault = NULL;
    return scan_object(line, n, out) ? ERR_OK : read_object(line, n, &l);
}

/* --- CSV --- */

enum { FIELD_T, FIELD_SENSOR, FIELD_V, FIELD_U, FIELD_RX, FIELDS };

struct field {
    const char *text;
    size_t n;
};

bool reading_line_is_header(const char *line, size_t n)
{
    static const char *const headers[] = {"t,sensor,v,u", "t,sensor,v,u,rx"};

    if (n >= strlen(BOM) && memcmp(line, BOM, strlen(BOM)) == 0) {
        line += strlen(BOM);
        n -= strlen(BOM);
    }
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (n == strlen(headers[i]) && memcmp(line, headers[i], n) == 0)
            return true;
    return false;
}

/* The quoted field that begins behind p; doubled quotes become one. NULL *next: never closed. */
static enum err take_quoted(const char *p, const char *end, struct arena *arena, struct field *f,
                            const char **next)
{
    char *copy = arena_alloc(arena, (size_t)(end - p) + 1);
    size_t n = 0;

    *next = NULL;
    if (!copy)
        return ERR_NOMEM;
    for (; p < end; p++) {
        if (*p == '"' && (p + 1 == end || p[1] != '"')) {
            *f = (struct field){copy, n};
            *next = p + 1;
            return ERR_OK;
        }
        p += *p == '"';
        copy[n++] = *p;
    }
    return ERR_OK;
}

static const char *take_bare(const char *p, const char *end, struct field *f)
{
    const char *comma = memchr(p, ',', (size_t)(end - p));

    *f = (struct field){p, (size_t)((comma ? comma : end) - p)};
    return comma ? comma : end;
}

/* The fields of the line; *count is FIELDS + 1 when it has too many or a quote is never closed. */
static enum err split(const char *line, size_t n, struct arena *arena, struct field fields[FIELDS],
                      size_t *count)
{
    const char *p = line, *end = line + n;

    for (*count = 0; *count < FIELDS; p++) {
        struct field *f = &fields[(*count)++];
        if (p < end && *p == '"') {
            enum err e = take_quoted(p + 1, end, arena, f, &p);
            if (e != ERR_OK)
                return e;
        } else {
            p = take_bare(p, end, f);
        }
        if (p == end)
            return ERR_OK;
        if (!p || *p != ',')
            break;
    }
    *count = FIELDS + 1;
    return ERR_OK;
}

static enum err read_fields(const struct field f[FIELDS], struct reading_line *out,
                            const char **fault)
{
    const char *p = f[FIELD_V].text;

    if (!scan_time(f[FIELD_T].text, f[FIELD_T].n, &out->t_us))
        return refuse(fault, "t is not a time: 2024-01-01T00:00:00Z");
    if (f[FIELD_SENSOR].n == 0)
        return refuse(fault, "sensor is missing");
    if (!scan_number(&p, p + f[FIELD_V].n, &out->value) || p != f[FIELD_V].text + f[FIELD_V].n)
        return refuse(fault, "v is not a number");
    if (f[FIELD_RX].n > 0 && !scan_time(f[FIELD_RX].text, f[FIELD_RX].n, &out->rx_us))
        return refuse(fault, "rx is not a time: 2024-01-01T00:00:00Z");
    out->sensor = f[FIELD_SENSOR].text;
    out->sensor_len = f[FIELD_SENSOR].n;
    out->unit = f[FIELD_U].n > 0 ? f[FIELD_U].text : NULL;
    out->unit_len = f[FIELD_U].n;
    return ERR_OK;
}

enum err reading_line_csv(const char *line, size_t n, struct arena *arena, struct reading_line *out,
                          const char **fault)
{
    struct field fields[FIELDS] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}};
    size_t count;
    enum err e = split(line, n, arena, fields, &count);

    *out = (struct reading_line){.rx_us = INT64_MIN};
    *fault = NULL;
    if (e != ERR_OK)
        return e;
    if (count < FIELD_U || count > FIELDS)
        return refuse(fault, "expected t,sensor,v,u[,rx]");
    return read_fields(fields, out, fault);
}
