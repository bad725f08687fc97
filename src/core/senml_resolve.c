#include "senml_resolve.h"

#include <math.h>
#include <string.h>

#include "senml_name.h"
#include "shikumen/core/base64.h"

#define RELATIVE_BELOW_S 268435456.0 /* 2^28, RFC 8428 section 4.5.3 */
#define TIME_LIMIT_S     1e12

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

const char *senml_keep(struct senml_resolver *s, const char *text, size_t n)
{
    const char *copy = arena_strndup(s->arena, text, n);

    if (!copy)
        s->out_of_memory = true;
    return copy;
}

void senml_set_base_name(struct senml_resolver *s, const char *name)
{
    struct senml_base *b = &s->base;

    b->name_len = strlen(name);
    b->name_sound = b->name_len <= SENML_NAME_MAX && senml_name_chars(name, b->name_len);
    b->name = b->name_sound ? senml_keep(s, name, b->name_len) : "";
}

static void set_base_unit(struct senml_resolver *s, const char *unit, struct senml_record *r)
{
    size_t n = strlen(unit);

    if (n <= SENML_UNIT_MAX) {
        s->base.unit = senml_keep(s, unit, n);
        return;
    }
    s->base.broken |= BIT(BU);
    blame(r, "senml_unit");
}

static void set_base_number(struct senml_resolver *s, const struct fields *f, enum field field,
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
static const char *base_text(struct senml_resolver *s, const struct fields *f, enum field field,
                             struct senml_record *r)
{
    const char *text = string(f, field, r);

    s->base.broken &= ~BIT(field);
    s->base.broken |= text ? 0 : BIT(field);
    return text ? text : "";
}

/* Takes over the base fields of a record. */
void senml_set_base(struct senml_resolver *s, const struct fields *f, struct senml_record *r)
{
    if (has(f, BN))
        senml_set_base_name(s, base_text(s, f, BN, r));
    if (has(f, BU))
        set_base_unit(s, base_text(s, f, BU, r), r);
    set_base_number(s, f, BT, r, &s->base.time_s);
    set_base_number(s, f, BV, r, &s->base.value);
    set_base_number(s, f, BS, r, &s->base.sum);
}

/* True when the base field, needed by this record, is in force; blames the record when not. */
static bool base_known(const struct senml_resolver *s, enum field field, struct senml_record *r)
{
    if ((s->base.broken & BIT(field)) == 0)
        return true;
    blame(r, "senml_base");
    return false;
}

/* The name is told also of a record that is at fault, so it is set before all else that may be. */
static void resolve_name(struct senml_resolver *s, const struct fields *f, struct senml_record *r)
{
    const struct senml_base *b = &s->base;
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

static void resolve_unit(struct senml_resolver *s, const struct fields *f, struct senml_record *r)
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
        r->unit = s->unit = senml_keep(s, own, strlen(own));
}

static void resolve_time(struct senml_resolver *s, const struct fields *f, struct senml_record *r)
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
static double resolve_sum(struct senml_resolver *s, const struct fields *f, enum field base_field,
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

static void resolve_text(struct senml_resolver *s, const struct fields *f, enum field field,
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
        r->text = senml_keep(s, text, n);
}

static void resolve_value(struct senml_resolver *s, const struct fields *f, struct senml_record *r)
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

void senml_resolve(struct senml_resolver *s, const struct fields *f, struct senml_record *r)
{
    resolve_name(s, f, r);
    resolve_unit(s, f, r);
    resolve_time(s, f, r);
    resolve_value(s, f, r);
    resolve_update(f, r);
}
