#include "profile_read.h"

#include <stdio.h>
#include <string.h>

static const char *const format_names[PROFILE_FORMAT_COUNT] = {"json",      "senml",  "senml+cbor",
                                                               "sparkplug", "scalar", "csv"};

const char *profile_format_name(enum profile_format format)
{
    return (unsigned)format < PROFILE_FORMAT_COUNT ? format_names[format] : "unknown";
}

/* --- small things --- */

/* A text; numbers and truth values as they are written. NULL with a fault for others. */
static const char *word_of(struct json_reader *r, const struct json_value *v)
{
    char number[32];

    if (cJSON_IsBool(v->item))
        return cJSON_IsTrue(v->item) ? "true" : "false";
    if (!cJSON_IsNumber(v->item))
        return json_keep(r, json_text(r, v));
    snprintf(number, sizeof number, "%.15g", v->item->valuedouble);
    return json_keep(r, number);
}

const char *const *profile_read_texts(struct json_reader *r, const struct json_value *object,
                                      const char *key, size_t *count)
{
    struct json_value at = json_member(object, key);
    const char **texts;
    size_t i = 0;

    *count = 0;
    if (!at.item)
        return NULL;
    if (!cJSON_IsArray(at.item)) {
        const char *text = word_of(r, &at);
        texts = json_keep_array(r, 1, sizeof *texts);
        if (!text || !texts)
            return NULL;
        texts[0] = text;
        *count = 1;
        return texts;
    }
    texts = json_keep_array(r, json_count(&at), sizeof *texts);
    for (const cJSON *c = at.item->child; c && texts; c = c->next, i++) {
        struct json_value v = {.item = c, .up = &at, .index = i};
        texts[i] = word_of(r, &v);
    }
    *count = texts ? i : 0;
    return texts;
}

/* NULL, or what is wrong with JSON Pointers (RFC 6901 section 3) with "||" between. */
static const char *pointer_fault(const char *pointer)
{
    for (const char *p = pointer; *p; p++) {
        bool first = p == pointer || (p - pointer > 1 && p[-1] == '|' && p[-2] == '|');
        if (first && *p != '/' && *p != '^')
            return "a JSON Pointer begins with \"/\" (or \"^/\": from the whole document)";
        if (*p == '^' && first && p[1] != '/' && p[1] != '\0' && p[1] != '|')
            return "\"^\" is followed by \"/\"";
        if (*p == '~' && p[1] != '0' && p[1] != '1')
            return "\"~\" is written \"~0\" and \"/\" in a name \"~1\"";
    }
    return NULL;
}

static bool ends_in_any(const char *pointer)
{
    size_t n = strlen(pointer);

    return (n >= 2 && strcmp(pointer + n - 2, "/*") == 0) ||
           (n >= 3 && strcmp(pointer + n - 3, "/**") == 0);
}

struct profile_pointers profile_read_pointers(struct json_reader *r,
                                              const struct json_value *object, const char *key,
                                              bool *any)
{
    struct profile_pointers p = {0};
    struct json_value at = json_member(object, key);

    p.at = profile_read_texts(r, object, key, &p.count);
    for (size_t i = 0; i < p.count; i++) {
        const char *fault = pointer_fault(p.at[i]);
        if (fault)
            json_fault(r, &at, "\"%.80s\": %s", p.at[i], fault);
        if (any && i == 0)
            *any = ends_in_any(p.at[i]);
        if (any && *any != ends_in_any(p.at[i]))
            json_fault(r, &at, "either all pointers end in \"/*\" (or \"/**\") or none");
        if (!any && ends_in_any(p.at[i]))
            json_fault(r, &at, "\"%.80s\": \"/*\" is only for values", p.at[i]);
    }
    return p;
}

struct profile_conditions profile_read_conditions(struct json_reader *r,
                                                  const struct json_value *object)
{
    struct profile_conditions conditions = {0};
    struct json_value at = json_member(object, "match");
    struct profile_condition *list;
    size_t n = 0;

    if (!at.item)
        return conditions;
    if (!cJSON_IsObject(at.item)) {
        json_fault(r, &at, "an object is needed: {\"/pointer\": \"text with * and ?\"}");
        return conditions;
    }
    list = json_keep_array(r, json_count(&at), sizeof *list);
    for (const cJSON *c = at.item->child; c && list; c = c->next, n++) {
        struct json_value v = {.item = c, .up = &at, .key = c->string};
        const char *fault = pointer_fault(c->string);
        if (fault)
            json_fault(r, &v, "%s", fault);
        list[n].pointer = json_keep(r, c->string);
        list[n].globs = profile_read_texts(r, &at, c->string, &list[n].glob_count);
    }
    conditions.at = list;
    conditions.count = list ? n : 0;
    return conditions;
}

/* --- time --- */

static void read_time_format(struct json_reader *r, const struct json_value *v,
                             struct profile_time *t)
{
    static const char *const names[] = {"auto", "rfc3339", "unix", "unix_ms", "unix_us", "local"};
    const char *text = json_get_text(r, v, "format", JSON_MAY);
    size_t format = TIME_AUTO;

    if (text && strstr(text, "YY") && strstr(text, "MM") && strstr(text, "DD")) {
        t->format = TIME_LOCAL;
        t->pattern = json_keep(r, text);
        return;
    }
    json_get_choice(r, v, "format", JSON_MAY,
                    "a format of times, or a pattern as DD.MM.YYYY hh:mm:ss", names,
                    COUNT_OF(names), &format);
    t->format = (enum profile_time_format)format;
}

struct profile_time profile_read_time(struct json_reader *r, const struct json_value *object)
{
    static const char *const keys[] = {"ptr",   "format", "zone",    "fallback",
                                       "clock", "check",  "within_s"};
    static const char *const fallbacks[] = {"receive", "none"};
    struct profile_time t = {
        .zone = "", .clock = "device", .may_be_arrival = true, .within_us = INT64_C(3600000000)};
    struct json_value v = json_member(object, "time");
    const char *clock;
    size_t fallback = 0;

    if (!v.item || !json_check_object(r, &v, keys, COUNT_OF(keys)))
        return t;
    t.given = true;
    t.pointers = profile_read_pointers(r, &v, "ptr", NULL);
    t.check = profile_read_pointers(r, &v, "check", NULL);
    read_time_format(r, &v, &t);
    t.zone = json_keep(r, json_get_text(r, &v, "zone", JSON_MAY));
    json_get_choice(r, &v, "fallback", JSON_MAY, "a fallback", fallbacks, COUNT_OF(fallbacks),
                    &fallback);
    t.may_be_arrival = fallback == 0;
    clock = json_get_text(r, &v, "clock", JSON_MAY);
    if (clock)
        t.clock = json_keep(r, clock);
    json_get_seconds(r, &v, "within_s", JSON_MAY, true, &t.within_us);
    return t;
}

/* --- one profile --- */

static void read_state(struct json_reader *r, const struct json_value *document, struct profile *p)
{
    static const char *const keys[] = {"ptr", "online", "offline"};
    struct json_value v = json_member(document, "state");

    if (!v.item || !json_check_object(r, &v, keys, COUNT_OF(keys)))
        return;
    p->state_at = profile_read_pointers(r, &v, "ptr", NULL);
    p->online = profile_read_texts(r, &v, "online", &p->online_count);
    p->offline = profile_read_texts(r, &v, "offline", &p->offline_count);
    if (p->state_at.count == 0 || p->online_count + p->offline_count == 0)
        json_fault(r, &v, "needs ptr, and online or offline: the words for it");
}

static void read_csv(struct json_reader *r, const struct json_value *document, struct profile *p)
{
    static const char *const keys[] = {"separator", "header", "decimal_comma"};
    struct json_value v = json_member(document, "csv"), at;
    const char *separator;

    p->csv = (struct profile_csv){.separator = ','};
    if (!v.item || !json_check_object(r, &v, keys, COUNT_OF(keys)))
        return;
    at = json_member(&v, "separator");
    separator = json_get_text(r, &v, "separator", JSON_MAY);
    if (separator && strlen(separator) != 1)
        json_fault(r, &at, "one character is needed, as \",\" or \";\"");
    else if (separator)
        p->csv.separator = *separator;
    p->csv.header = cJSON_IsTrue(json_member(&v, "header").item);
    p->csv.decimal_comma = cJSON_IsTrue(json_member(&v, "decimal_comma").item);
}

static void read_parts(struct json_reader *r, const struct json_value *document, struct profile *p)
{
    struct json_value list;
    struct profile_part *parts;
    size_t i = 1;

    if (!json_get_list(r, document, "parts", JSON_MAY, &list))
        return;
    parts = json_keep_array(r, json_count(&list) + 1, sizeof *parts);
    if (!parts)
        return;
    profile_read_part(r, document, &parts[0]);
    for (const cJSON *c = list.item ? list.item->child : NULL; c; c = c->next, i++) {
        static const char *const keys[] = {"each_member", "each",   "device",  "channel",
                                           "time",        "values", "fallback"};
        struct json_value v = {.item = c, .up = &list, .index = i - 1};
        if (json_check_object(r, &v, keys, COUNT_OF(keys)))
            profile_read_part(r, &v, &parts[i]);
    }
    p->parts = parts;
    p->part_count = i;
}

/* LoRaWAN ports, as texts. */
static void read_ports(struct json_reader *r, const struct json_value *document, struct profile *p)
{
    struct json_value list;
    const char **ports;

    if (!json_get_list(r, document, "ports", JSON_MAY, &list) || !list.item)
        return;
    ports = json_keep_array(r, json_count(&list), sizeof *ports);
    for (const cJSON *c = list.item->child; c && ports; c = c->next) {
        struct json_value v = {.item = c, .up = &list, .index = p->port_count};
        double port = 0;
        if (json_number(r, &v, &port) && (port < 0 || port > 255 || port != (double)(int)port))
            json_fault(r, &v, "a port is a whole number from 0 to 255");
        ports[p->port_count] = arena_printf(r->arena, "%.0f", port);
        r->out_of_memory = r->out_of_memory || !ports[p->port_count];
        p->port_count++;
    }
    p->ports = ports;
}

static void read_envelope(struct json_reader *r, const struct json_value *document,
                          struct profile *p)
{
    struct json_value at = json_member(document, "format");
    size_t format = PROFILE_JSON;

    p->topics = profile_read_texts(r, document, "topic", &p->topic_count);
    p->match = profile_read_conditions(r, document);
    json_get_choice(r, document, "format", JSON_MAY, "a format", format_names, PROFILE_FORMAT_COUNT,
                    &format);
    p->format = (enum profile_format)(format < PROFILE_FORMAT_COUNT ? format : PROFILE_JSON);
    p->ignore = cJSON_IsTrue(json_member(document, "ignore").item);
    p->carries = json_keep(r, json_get_text(r, document, "carries", JSON_MAY));
    p->model_at = profile_read_pointers(r, document, "model", NULL);
    p->port_at = profile_read_pointers(r, document, "port", NULL);
    p->object_at = profile_read_pointers(r, document, "object", NULL);
    p->dedup_at = profile_read_pointers(r, document, "dedup", NULL);
    json_get_seconds(r, document, "dedup_within_s", JSON_MAY, true, &p->dedup_within_us);
    p->seq_at = profile_read_pointers(r, document, "seq", NULL);
    json_get_within(r, document, "seq_modulo", JSON_MAY, 2, 9007199254740992.0, &p->seq_modulo);
    if (json_member(document, "csv").item && p->format != PROFILE_CSV)
        json_fault(r, &at, "\"csv\" says how lines are read, so the format must be csv");
    read_csv(r, document, p);
    read_state(r, document, p);
}

static void read_inside(struct json_reader *r, const struct json_value *document, struct profile *p)
{
    struct json_value at = json_member(document, "inside"), topic = json_member(document, "topic");

    p->inside = profile_read_texts(r, document, "inside", &p->inside_count);
    p->models = profile_read_texts(r, document, "models", &p->model_count);
    p->fields = profile_read_pointers(r, document, "fields", NULL);
    read_ports(r, document, p);
    if (p->inside_count > 0 && p->topic_count > 0)
        json_fault(r, &topic, "a device inside another profile has no topic of its own");
    if (p->inside_count == 0 && p->topic_count == 0)
        json_fault(r, &at,
                   "neither topic (of an envelope) nor inside (of a device behind one) is given");
    if (p->inside_count == 0 && p->model_count + p->fields.count > 0)
        json_fault(r, &at, "models and fields tell devices inside an envelope apart");
}

/* True when a topic of p has {name} or {name...}. */
static bool has_capture(const struct profile *p, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < p->topic_count; i++)
        for (const char *c = strchr(p->topics[i], '{'); c; c = strchr(c + 1, '{'))
            if (strncmp(c + 1, name, n) == 0 &&
                (c[n + 1] == '}' || strncmp(c + n + 1, "...}", 4) == 0))
                return true;
    return false;
}

static void check_place(struct json_reader *r, const struct json_value *part, const char *key,
                        const struct profile *p, const struct profile_place *place)
{
    struct json_value at = json_member(part, key);

    if (place->topic && !has_capture(p, place->topic))
        json_fault(r, &at, "no topic has a {%s}", place->topic);
}

static void check_places(struct json_reader *r, const struct json_value *document,
                         const struct profile *p)
{
    struct json_value list = json_member(document, "parts"), part = *document;
    const cJSON *c = list.item ? list.item->child : NULL;

    for (size_t i = 0; i < p->part_count; i++) {
        check_place(r, &part, "device", p, &p->parts[i].device);
        check_place(r, &part, "channel", p, &p->parts[i].channel);
        part = (struct json_value){.item = c, .up = &list, .index = i};
        c = c ? c->next : NULL;
    }
}

void profile_read_document(struct json_reader *r, const struct json_value *document,
                           struct profile *p)
{
    static const char *const keys[] = {
        "$schema",        "id",     "version",    "title",  "source",  "note",    "topic",
        "match",          "format", "csv",        "ignore", "carries", "inside",  "models",
        "fields",         "ports",  "model",      "port",   "object",  "bytes",   "dedup",
        "dedup_within_s", "seq",    "seq_modulo", "state",  "device",  "channel", "time",
        "each_member",    "each",   "values",     "parts"};
    struct json_value at;

    p->file = r->file;
    p->id = p->title = p->source = p->carries = "";
    if (!json_check_object(r, document, keys, COUNT_OF(keys)))
        return;
    at = json_member(document, "id");
    p->id = json_keep(r, json_get_text(r, document, "id", JSON_MUST));
    for (const char *c = p->id; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-._", *c)) {
            json_fault(r, &at, "an id is made of a-z, 0-9 and - . _");
            break;
        }
    json_get_whole(r, document, "version", JSON_MUST, 1, 1000000, &p->version);
    p->title = json_keep(r, json_get_text(r, document, "title", JSON_MUST));
    p->source = json_keep(r, json_get_text(r, document, "source", JSON_MAY));
    json_get_text(r, document, "note", JSON_MAY);
    read_envelope(r, document, p);
    read_inside(r, document, p);
    read_parts(r, document, p);
    check_places(r, document, p);
    profile_read_bytes(r, document, p);
}
