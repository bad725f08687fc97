#include "shikumen/core/senml.h"

#include <math.h>
#include <string.h>

#include "cbor.h"
#include "json_input.h"
#include "senml_fields.h"
#include "senml_name.h"
#include "shikumen/core/base64.h"

#define MAX_RECORDS      ((size_t)65536)
#define MAX_VALUES       (MAX_RECORDS * 16)
#define RELATIVE_BELOW_S 268435456.0 /* 2^28, RFC 8428 section 4.5.3 */
#define TIME_LIMIT_S     1e12
#define VERSION          10 /* RFC 8428 section 4.4 */

/* The base fields in force. After one that is broken, records that need it cannot be told until it
 * is given anew: its bit is set in broken. */
struct base {
    const char *name, *unit;
    size_t name_len;
    bool name_sound; /* all its characters are allowed */
    double time_s, value, sum;
    double version; /* 0 until known */
    unsigned broken;
};

struct resolver {
    struct arena *arena;
    int64_t rx_us;
    struct base base;
    const char *unit;          /* the u copied last */
    struct json_elements text; /* of a JSON pack */
    bool binary;               /* the pack is CBOR */
    struct senml_pack *out;
    bool out_of_memory;
};

/* The first fault found is the one told. */
static void blame(struct senml_record *r, const char *fault)
{
    if (!r->fault)
        r->fault = fault;
}

/* The number of a field, 0 when it is not given; false (and blamed) when it is none. */
static bool number(const struct fields *f, enum field field, struct senml_record *r, double *out)
{
    *out = 0.0;
    if (!has(f, field))
        return true;
    if (!json_is(f->at[field], cJSON_Number)) {
        blame(r, "senml_type");
        return false;
    }
    *out = f->at[field]->valuedouble;
    return true;
}

/* The text of a field that is given; NULL (and blamed) when it is none. */
static const char *string(const struct fields *f, enum field field, struct senml_record *r)
{
    if (json_is(f->at[field], cJSON_String))
        return f->at[field]->valuestring;
    blame(r, "senml_type");
    return NULL;
}

static const char *keep(struct resolver *s, const char *text, size_t n)
{
    const char *copy = arena_strndup(s->arena, text, n);

    if (!copy)
        s->out_of_memory = true;
    return copy;
}

static void set_base_name(struct resolver *s, const char *name)
{
    struct base *b = &s->base;

    b->name_len = strlen(name);
    b->name_sound = b->name_len <= SENML_NAME_MAX && senml_name_chars(name, b->name_len);
    b->name = b->name_sound ? keep(s, name, b->name_len) : "";
}

static void set_base_unit(struct resolver *s, const char *unit, struct senml_record *r)
{
    size_t n = strlen(unit);

    if (n <= SENML_UNIT_MAX) {
        s->base.unit = keep(s, unit, n);
        return;
    }
    s->base.broken |= BIT(BU);
    blame(r, "senml_unit");
}

static void set_base_number(struct resolver *s, const struct fields *f, enum field field,
                            struct senml_record *r, double *out)
{
    double v;

    if (!has(f, field))
        return;
    s->base.broken &= ~BIT(field);
    if (number(f, field, r, &v) && isfinite(v)) {
        *out = v;
        return;
    }
    s->base.broken |= BIT(field);
    blame(r, field == BT ? "senml_time" : "value");
}

/* The text of a base field that is given, "" (and blamed) when it is none. */
static const char *base_text(struct resolver *s, const struct fields *f, enum field field,
                             struct senml_record *r)
{
    const char *text = string(f, field, r);

    s->base.broken &= ~BIT(field);
    s->base.broken |= text ? 0 : BIT(field);
    return text ? text : "";
}

/* Takes over the base fields of a record. */
static void set_base(struct resolver *s, const struct fields *f, struct senml_record *r)
{
    if (has(f, BN))
        set_base_name(s, base_text(s, f, BN, r));
    if (has(f, BU))
        set_base_unit(s, base_text(s, f, BU, r), r);
    set_base_number(s, f, BT, r, &s->base.time_s);
    set_base_number(s, f, BV, r, &s->base.value);
    set_base_number(s, f, BS, r, &s->base.sum);
}

/* True when the base field, needed by this record, is in force; blames the record when not. */
static bool base_known(const struct resolver *s, enum field field, struct senml_record *r)
{
    if ((s->base.broken & BIT(field)) == 0)
        return true;
    blame(r, "senml_base");
    return false;
}

/* The name is told also of a record that is at fault, so it is set before all else that may be. */
static void resolve_name(struct resolver *s, const struct fields *f, struct senml_record *r)
{
    const struct base *b = &s->base;
    const char *own = has(f, N) ? string(f, N, r) : "";
    size_t n = own ? strlen(own) : 0;
    char *full;

    if (!own || !base_known(s, BN, r))
        return;
    if (b->name_len + n == 0 || b->name_len + n > SENML_NAME_MAX || !b->name_sound ||
        !senml_name_chars(own, n) || !senml_name_starts(b->name_len > 0 ? b->name[0] : own[0])) {
        blame(r, "senml_name");
        return;
    }
    if (n == 0) {
        r->name = b->name;
        return;
    }
    full = arena_alloc(s->arena, b->name_len + n + 1);
    if (!full) {
        s->out_of_memory = true;
        return;
    }
    memcpy(full, b->name, b->name_len);
    memcpy(full + b->name_len, own, n);
    r->name = full;
}

static void resolve_unit(struct resolver *s, const struct fields *f, struct senml_record *r)
{
    const char *own;

    if (!has(f, U)) {
        if (base_known(s, BU, r))
            r->unit = s->base.unit;
        return;
    }
    own = string(f, U, r);
    if (!own)
        return;
    if (strlen(own) > SENML_UNIT_MAX)
        blame(r, "senml_unit");
    else if (s->unit && strcmp(own, s->unit) == 0)
        r->unit = s->unit;
    else
        r->unit = s->unit = keep(s, own, strlen(own));
}

static void resolve_time(struct resolver *s, const struct fields *f, struct senml_record *r)
{
    double own, time_s;

    if (!number(f, T, r, &own) || !base_known(s, BT, r))
        return;
    time_s = s->base.time_s + own;
    if (!(fabs(time_s) < TIME_LIMIT_S)) {
        blame(r, "senml_time");
        return;
    }
    r->relative_time = time_s < RELATIVE_BELOW_S;
    r->t_us = llround(time_s * 1e6) + (r->relative_time ? s->rx_us : 0);
}

/* base + own when both are to be had and the sum is finite, else blamed. */
static double resolve_sum(struct resolver *s, const struct fields *f, enum field base_field,
                          enum field field, struct senml_record *r)
{
    double own, sum;

    if (!number(f, field, r, &own) || !base_known(s, base_field, r))
        return 0.0;
    sum = own + (base_field == BV ? s->base.value : s->base.sum);
    if (!isfinite(sum))
        blame(r, "value");
    return sum;
}

static void resolve_text(struct resolver *s, const struct fields *f, enum field field,
                         struct senml_record *r)
{
    const char *text = string(f, field, r);
    size_t n = text ? strlen(text) : 0;

    r->kind = field == VS ? SENML_STRING : SENML_DATA;
    if (!text)
        return;
    if (field == VD && base64_size(text, n) == BASE64_INVALID)
        blame(r, "senml_data");
    else
        r->text = keep(s, text, n);
}

static void resolve_value(struct resolver *s, const struct fields *f, struct senml_record *r)
{
    switch (f->seen & VALUE_FIELDS) {
    case BIT(V):
        r->kind = SENML_NUMBER;
        r->value = resolve_sum(s, f, BV, V, r);
        break;
    case BIT(VB):
        r->kind = SENML_BOOLEAN;
        r->value = json_is(f->at[VB], cJSON_True) ? 1.0 : 0.0;
        if (!json_is(f->at[VB], cJSON_True) && !json_is(f->at[VB], cJSON_False))
            blame(r, "senml_type");
        break;
    case BIT(VS):
        resolve_text(s, f, VS, r);
        break;
    case BIT(VD):
        resolve_text(s, f, VD, r);
        break;
    case 0:
        r->kind = SENML_SUM_ONLY;
        if (!has(f, S))
            blame(r, "senml_value");
        break;
    default:
        blame(r, "senml_value");
    }
    r->has_sum = has(f, S);
    if (r->has_sum)
        r->sum = resolve_sum(s, f, BS, S, r);
}

static void resolve_update(const struct fields *f, struct senml_record *r)
{
    double seconds;

    r->update_s = NAN;
    if (!has(f, UT) || !number(f, UT, r, &seconds))
        return;
    if (isfinite(seconds))
        r->update_s = seconds;
    else
        blame(r, "value");
}

/* Refuses the whole pack. */
static void refuse(struct resolver *s, const char *fault, const char *detail)
{
    *s->out = (struct senml_pack){.fault = fault, .detail = detail};
    if (!detail)
        s->out_of_memory = true;
}

/* One version for the whole pack, 10 when it is not given, and none above it. False: refused. */
static bool version_fits(struct resolver *s, const struct fields *f, size_t index)
{
    bool number_given = has(f, BVER) && json_is(f->at[BVER], cJSON_Number);
    double given = number_given ? f->at[BVER]->valuedouble : 0.0;
    const char *words = NULL;

    if (has(f, BVER)) {
        if (!(given >= 1.0) || given != floor(given))
            words = "bver is not a positive integer";
        else if (given > VERSION)
            words = "bver is above 10";
        else if (s->base.version > 0.0 && s->base.version != given)
            words = "bver is not that of the records before";
        s->base.version = given;
    } else if (!(s->base.version > 0.0)) {
        s->base.version = VERSION;
    }
    if (words)
        refuse(s, "senml_version", arena_printf(s->arena, "record %zu: %s", index + 1, words));
    return words == NULL;
}

/* Puts the text of the record that is at fault beside the fault. */
static void keep_raw(struct resolver *s, struct senml_record *r, const cJSON *item, size_t index)
{
    size_t n;
    const char *text;
    char *printed;

    if (!s->binary) {
        text = json_element_text(&s->text, index, &n);
        r->raw = keep(s, text, n);
        return;
    }
    printed = cJSON_PrintUnformatted(item);
    r->raw = printed ? keep(s, printed, strlen(printed)) : NULL;
    s->out_of_memory = s->out_of_memory || !printed;
    cJSON_free(printed);
}

/* Resolves one record into the next place of the pack. False: the pack is refused. */
static bool resolve(struct resolver *s, const cJSON *item, size_t index)
{
    struct senml_record *r = &s->out->records[s->out->count];
    struct fields f;
    const char *critical;

    r->update_s = NAN;
    if (!json_is(item, cJSON_Object)) {
        r->fault = "senml_record";
        keep_raw(s, r, item, index);
        s->out->count++;
        return true;
    }
    critical = senml_fields_collect(item, &f);
    if (critical) {
        refuse(s, "senml_key",
               arena_printf(s->arena,
                            "record %zu: a key that must be understood "
                            "is not (it ends in _)",
                            index + 1));
        return false;
    }
    if (!version_fits(s, &f, index))
        return false;
    set_base(s, &f, r);
    if (s->out_of_memory)
        return false;
    if (!r->fault && (f.seen & BASE_FIELDS) && !(f.seen & ~BASE_FIELDS))
        return true;
    resolve_name(s, &f, r);
    resolve_unit(s, &f, r);
    resolve_time(s, &f, r);
    resolve_value(s, &f, r);
    resolve_update(&f, r);
    if (r->fault)
        keep_raw(s, r, item, index);
    s->out->count++;
    return true;
}

static void resolve_all(struct resolver *s, const cJSON *root)
{
    size_t index = 0;

    for (const cJSON *item = root->child; item && !s->out_of_memory; item = item->next, index++)
        if (!resolve(s, item, index))
            return;
}

/* Refuses what is not an array of records that can be held; else makes room for them. */
static bool make_room(struct resolver *s, const cJSON *root)
{
    size_t count = 0;

    for (const cJSON *item = root->child; item; item = item->next)
        count++;
    if (!json_is(root, cJSON_Array))
        refuse(s, "pack", "not an array of records");
    else if (count == 0)
        refuse(s, "pack", "no records");
    else if (count > MAX_RECORDS)
        refuse(s, "pack", "more than 65536 records");
    else
        s->out->records = arena_array(s->arena, count, sizeof *s->out->records);
    if (!s->out->fault && !s->out->records)
        s->out_of_memory = true;
    return s->out->records != NULL && !s->out_of_memory;
}

/* Resolves the tree of a pack and gives it back. */
static enum err resolve_tree(struct resolver *s, cJSON *root, const char *default_base_name)
{
    set_base_name(s, default_base_name ? default_base_name : "");
    if (make_room(s, root))
        resolve_all(s, root);
    cJSON_Delete(root);
    return s->out_of_memory ? ERR_NOMEM : ERR_OK;
}

enum err senml_parse(const char *payload, size_t len, const char *default_base_name, int64_t rx_us,
                     struct arena *arena, struct senml_pack *out)
{
    struct resolver s = {.arena = arena, .rx_us = rx_us, .out = out};
    struct json_input json;
    enum err e;

    *out = (struct senml_pack){0};
    e = json_input_read(payload, len, MAX_VALUES, arena, &json);
    if (e != ERR_OK)
        return e;
    if (json.fault) {
        refuse(&s, "json", json.fault);
        return ERR_OK;
    }
    s.text = json_elements_of(payload, len);
    return resolve_tree(&s, json.root, default_base_name);
}

/* The JSON name of an integer label (RFC 8428 section 6, table 4). */
static const char *label_name(int64_t label)
{
    static const char *const names[] = {"bs", "bv", "bu", "bt", "bn", "bver", "n", "u",
                                        "v",  "vs", "vb", "s",  "t",  "ut",   "vd"};

    return label >= -6 && label <= 8 ? names[label + 6] : NULL;
}

enum err senml_parse_cbor(const void *payload, size_t len, const char *default_base_name,
                          int64_t rx_us, struct arena *arena, struct senml_pack *out)
{
    struct resolver s = {.arena = arena, .rx_us = rx_us, .out = out, .binary = true};
    struct cbor_input cbor;
    enum err e;

    *out = (struct senml_pack){0};
    e = cbor_read(payload, len, MAX_VALUES, label_name, arena, &cbor);
    if (e != ERR_OK)
        return e;
    if (cbor.fault) {
        refuse(&s, "cbor", cbor.fault);
        return ERR_OK;
    }
    return resolve_tree(&s, cbor.root, default_base_name);
}

const char *senml_fault_words(const char *fault)
{
    static const struct {
        const char *fault, *words;
    } table[] = {
        {"senml_record", "not an object"},
        {"senml_base", "a base field of an earlier record, needed here, is broken"},
        {"senml_name", "name missing, longer than 255, or with a character other than "
                       "A-Z a-z 0-9 - : . / _ (RFC 8428 section 4.5.1)"},
        {"senml_type", "a field has the wrong JSON type"},
        {"senml_unit", "unit longer than 63 bytes"},
        {"senml_value", "not exactly one of v, vs, vb, vd, and no s"},
        {"senml_time", "time out of range"},
        {"senml_data", "vd is not base64url"},
        {"value", "number out of range"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(fault, table[i].fault) == 0)
            return table[i].words;
    return fault;
}
