/* The calibrations of a sensor: an object, or a list of them by time. */
#include <math.h>
#include <string.h>

#include "registry_build.h"
#include "shikumen/base/strmap.h"

#define COUNT_OF(table)  (sizeof(table) / sizeof *(table))
#define FACTOR_MAX       1e15 /* of what is multiplied by a raw value [J] */
#define AGE_DEFAULT_US   3600000000LL
#define AGE_MAX_S        86400
#define GAUGE_LENGTH_MAX 100000.0 /* mm */

enum kind { POLYNOMIAL, VIBRATING_WIRE };

static const char *const kinds[] = {"polynomial", "vibrating_wire"};

static const char *const keys[] = {"kind",
                                   "from",
                                   "of",
                                   "unit",
                                   "coefficients",
                                   "gauge_factor",
                                   "zero_reading",
                                   "linear",
                                   "polynomial",
                                   "thermal",
                                   "temperature",
                                   "zero_temperature",
                                   "temperature_age_s",
                                   "gauge_length_mm",
                                   "zero",
                                   "reversed",
                                   "note"};

struct calibration_source {
    struct registry_builder *b;
    const struct json_value *v;
    const struct sensor *s;
    enum kind kind;
    double gauge_factor; /* NaN: not given */
    struct calibration *out;
};

/* 1..max finite numbers; their count, 0 with a fault when they are none. */
static size_t read_numbers(struct json_reader *r, const struct json_value *v, const char *key,
                           size_t min, size_t max, double *out)
{
    struct json_value list;
    size_t i = 0;

    if (!json_get_list(r, v, key, JSON_MUST, &list))
        return 0;
    if (json_count(&list) < min || json_count(&list) > max) {
        json_fault(r, &list, "%zu to %zu numbers are needed", min, max);
        return 0;
    }
    for (const cJSON *c = list.item->child; c; c = c->next, i++) {
        struct json_value at = {.item = c, .up = &list, .index = i};
        if (!json_number(r, &at, &out[i]))
            return 0;
        if (fabs(out[i]) > FACTOR_MAX) {
            json_fault(r, &at, "%.10g is no factor (-1e15 to 1e15)", out[i]);
            return 0;
        }
    }
    return i;
}

static void read_raw_unit(struct calibration_source *c)
{
    struct json_reader *r = &c->b->read;
    struct json_value at = json_member(c->v, "of");
    const char *of = json_get_text(r, c->v, "of", c->kind == POLYNOMIAL ? JSON_MUST : JSON_MAY);

    if (!of && c->kind == VIBRATING_WIRE)
        of = "digits";
    c->out->raw = of ? unit_raw_find(of) : NULL;
    if (of && !c->out->raw)
        json_fault(r, &at, "\"%s\" is not a unit of raw values (%s)", of, unit_raw_text());
    if (!c->out->raw || c->kind == POLYNOMIAL)
        return;
    if (strcmp(of, "Hz") == 0)
        c->out->reading = RAW_HZ_TO_DIGITS;
    else if (strcmp(of, "us") == 0)
        c->out->reading = RAW_US_TO_DIGITS;
    else if (strcmp(of, "digits") != 0)
        json_fault(r, &at, "a vibrating wire speaks in digits, Hz or us, not in \"%s\"", of);
}

/* The unit of the formula: the sensor's, or by the gauge length an elongation of a strain and the
 * other way round. */
static void read_unit_and_length(struct calibration_source *c)
{
    struct json_reader *r = &c->b->read;
    const struct sensor *s = c->s;
    struct json_value at = json_member(c->v, "unit");
    const char *text = json_get_text(r, c->v, "unit", JSON_MAY);
    double length_mm = NAN;
    bool has_length =
        json_get_within(r, c->v, "gauge_length_mm", JSON_MAY, 0.001, GAUGE_LENGTH_MAX, &length_mm);
    const struct unit_conversion *own = text ? unit_find(s->quantity, text) : s->unit, *other;

    c->out->unit = own;
    if (own && (!text || strcmp(unit_canonical(own), s->canonical_unit) == 0))
        return;
    other = unit_find(s->quantity == Q_STRAIN ? Q_DISPLACEMENT : Q_STRAIN, text);
    if (!other || !has_length ||
        (s->quantity != Q_STRAIN && strcmp(s->canonical_unit, "mm") != 0)) {
        json_fault(r, &at, "\"%s\" is not a unit of %s (%s)%s", text,
                   quantity_info(s->quantity)->name, quantity_units_text(s->quantity),
                   other ? "; with gauge_length_mm a length may stand for a strain, a strain for a "
                           "length"
                         : "");
        return;
    }
    c->out->unit = unit_find(s->quantity, s->canonical_unit);
    c->out->scale = unit_difference_to_canonical(other, 1.0) *
                    (s->quantity == Q_STRAIN ? 1e6 / length_mm : length_mm / 1e6);
}

/* Digits to the formula's unit: G (R - R0), or A R^2 + B R + C with C so that R0 is nothing. */
static void read_wire(struct calibration_source *c)
{
    struct json_reader *r = &c->b->read;
    struct calibration *out = c->out;
    double abc[3] = {0, 0, 0}, zero = 0, linear = NAN;
    bool has_zero = json_get_within(r, c->v, "zero_reading", JSON_MAY, 0, 1e6, &zero);

    c->gauge_factor = NAN;
    json_get_within(r, c->v, "linear", JSON_MAY, -FACTOR_MAX, FACTOR_MAX, &linear);
    if (!json_get_within(r, c->v, "gauge_factor", JSON_MAY, -FACTOR_MAX, FACTOR_MAX,
                         &c->gauge_factor))
        c->gauge_factor = linear;
    if (!isfinite(linear))
        linear = c->gauge_factor;
    if (json_member(c->v, "polynomial").item) {
        size_t n = read_numbers(r, c->v, "polynomial", 2, 3, abc);
        out->terms[2] = abc[0];
        out->terms[1] = abc[1];
        out->terms[0] = n == 3 ? abc[2] : -((abc[0] * zero + abc[1]) * zero);
        out->term_count = 3;
        if (n == 3 && has_zero)
            json_fault(r, c->v, "a polynomial with its C needs no zero_reading");
        return;
    }
    if (!isfinite(linear)) {
        json_fault(r, c->v, "gauge_factor or polynomial is needed");
        return;
    }
    out->terms[1] = linear;
    out->terms[0] = -linear * zero;
    out->term_count = 2;
}

static void read_polynomial(struct calibration_source *c)
{
    static const char *const of_wires[] = {"gauge_factor", "zero_reading", "linear", "polynomial"};

    for (size_t i = 0; i < COUNT_OF(of_wires); i++) {
        struct json_value at = json_member(c->v, of_wires[i]);
        if (at.item)
            json_fault(&c->b->read, &at, "only of a vibrating_wire");
    }
    c->out->term_count =
        read_numbers(&c->b->read, c->v, "coefficients", 1, CALIBRATION_TERMS, c->out->terms);
}

/* K, or {"multiplier": M, "constant": B}: K = (R M + B) G. */
static bool read_thermal_factor(struct calibration_source *c, const struct json_value *thermal)
{
    static const char *const parts[] = {"multiplier", "constant"};
    struct json_reader *r = &c->b->read;
    double m = 0, b = 0;

    if (cJSON_IsNumber(thermal->item))
        return json_number(r, thermal, &c->out->thermal[0]);
    if (!json_check_object(r, thermal, parts, COUNT_OF(parts)))
        return false;
    json_get_within(r, thermal, "multiplier", JSON_MUST, -FACTOR_MAX, FACTOR_MAX, &m);
    json_get_within(r, thermal, "constant", JSON_MUST, -FACTOR_MAX, FACTOR_MAX, &b);
    if (c->kind != VIBRATING_WIRE || !isfinite(c->gauge_factor)) {
        json_fault(r, thermal, "multiplier and constant need the gauge_factor of a vibrating_wire");
        return false;
    }
    c->out->thermal[0] = b * c->gauge_factor;
    c->out->thermal[1] = m * c->gauge_factor;
    return true;
}

static void read_thermistor(struct calibration_source *c)
{
    struct json_reader *r = &c->b->read;
    const struct registry *reg = c->b->r;
    struct json_value at = json_member(c->v, "temperature");
    const char *id = json_get_text(r, c->v, "temperature", JSON_MUST);
    uint32_t found = id ? registry_sensor(reg, id, strlen(id)) : REGISTRY_NONE;

    if (!id)
        return;
    if (found == REGISTRY_NONE)
        json_fault(r, &at, "there is no sensor \"%s\"", id);
    else if (reg->sensors[found].quantity != Q_TEMPERATURE || &reg->sensors[found] == c->s)
        json_fault(r, &at, "\"%s\" is not another sensor of temperature", id);
    else
        c->out->temperature = found;
}

static void read_thermal(struct calibration_source *c)
{
    struct json_reader *r = &c->b->read;
    struct json_value thermal = json_member(c->v, "thermal");

    if (!thermal.item) {
        static const char *const of_thermal[] = {"temperature", "zero_temperature",
                                                 "temperature_age_s"};
        for (size_t i = 0; i < COUNT_OF(of_thermal); i++) {
            struct json_value at = json_member(c->v, of_thermal[i]);
            if (at.item)
                json_fault(r, &at, "only together with thermal");
        }
        return;
    }
    read_thermal_factor(c, &thermal);
    json_get_within(r, c->v, "zero_temperature", JSON_MUST, -100, 200, &c->out->zero_temperature_c);
    c->out->temperature_age_us = AGE_DEFAULT_US;
    if (json_get_seconds(r, c->v, "temperature_age_s", JSON_MAY, true,
                         &c->out->temperature_age_us) &&
        c->out->temperature_age_us > AGE_MAX_S * 1000000LL) {
        struct json_value at = json_member(c->v, "temperature_age_s");
        json_fault(r, &at, "more than a day (86400)");
    }
    read_thermistor(c);
}

/* Zero reference in the sensor's unit, and which way round it is mounted. */
static void read_mounting(struct calibration_source *c)
{
    struct json_reader *r = &c->b->read;
    struct json_value at = json_member(c->v, "reversed");
    double zero;

    if (at.item && !cJSON_IsBool(at.item))
        json_fault(r, &at, "true or false is needed");
    if (cJSON_IsTrue(at.item))
        c->out->scale = -c->out->scale;
    if (json_get_within(r, c->v, "zero", JSON_MAY, -CALIBRATION_RAW_MAX, CALIBRATION_RAW_MAX,
                        &zero))
        c->out->zero = unit_to_canonical(c->s->unit, zero);
    at = json_member(c->v, "zero");
    if (!isfinite(c->out->zero))
        json_fault(r, &at, "%.10g cannot be converted", zero);
}

static void read_calibration(struct registry_builder *b, const struct json_value *v,
                             const struct sensor *s, struct calibration *out)
{
    struct calibration_source c = {.b = b, .v = v, .s = s, .gauge_factor = NAN, .out = out};
    size_t kind;

    *out = (struct calibration){.from_us = INT64_MIN, .temperature = REGISTRY_NONE, .scale = 1};
    if (!json_check_object(&b->read, v, keys, COUNT_OF(keys)) ||
        !json_get_choice(&b->read, v, "kind", JSON_MUST, "a kind of calibration", kinds,
                         COUNT_OF(kinds), &kind))
        return;
    c.kind = (enum kind)kind;
    json_get_text(&b->read, v, "note", JSON_MAY);
    json_get_time(&b->read, v, "from", JSON_MAY, &out->from_us);
    read_raw_unit(&c);
    read_unit_and_length(&c);
    if (c.kind == VIBRATING_WIRE)
        read_wire(&c);
    else
        read_polynomial(&c);
    read_thermal(&c);
    read_mounting(&c);
}

static uint64_t digest_of(const struct registry *r, const struct sensor *s)
{
    uint64_t h = hash64(0, s->unit_text, strlen(s->unit_text) + 1);

    for (size_t i = 0; i < s->calibration_count; i++) {
        const struct calibration *c = &s->calibrations[i];
        const char *id = c->temperature == REGISTRY_NONE ? "" : r->sensors[c->temperature].id;
        h = hash64(calibration_hash(h, c), id, strlen(id) + 1);
    }
    return h | 1;
}

void registry_read_calibrations(struct registry_builder *b, const struct json_value *sensor,
                                struct sensor *s)
{
    struct json_value at = json_member(sensor, "calibration"), list;
    bool one = cJSON_IsObject(at.item);
    size_t n = one ? 1 : json_count(&at), i = 0, faults = b->read.faults->count;
    struct calibration *of;

    if (!at.item || !s->unit)
        return;
    if (!one && !json_get_list(&b->read, sensor, "calibration", JSON_MAY, &list))
        return;
    if (quantity_info(s->quantity)->boolean) {
        json_fault(&b->read, &at, "a %s is not calibrated", quantity_info(s->quantity)->name);
        return;
    }
    of = json_keep_array(&b->read, n, sizeof *of);
    if (!of)
        return;
    if (one)
        read_calibration(b, &at, s, of);
    for (const cJSON *c = one ? NULL : list.item->child; c; c = c->next, i++) {
        struct json_value v = {.item = c, .up = &list, .index = i};
        read_calibration(b, &v, s, &of[i]);
        if (i > 0 && of[i].from_us <= of[i - 1].from_us)
            json_fault(&b->read, &v, "\"from\" is not after that of the calibration before");
    }
    if (b->read.faults->count != faults)
        return;
    s->calibrations = of;
    s->calibration_count = n;
    s->calibration_digest = n > 0 ? digest_of(b->r, s) : 0;
}

static bool needs_temperature(const struct sensor *s)
{
    for (size_t i = 0; i < s->calibration_count; i++)
        if (s->calibrations[i].temperature != REGISTRY_NONE)
            return true;
    return false;
}

void registry_check_calibrations(struct registry_builder *b, const struct json_value *sensor,
                                 const struct sensor *s)
{
    struct json_value at = json_member(sensor, "calibration");

    for (size_t i = 0; i < s->calibration_count; i++) {
        uint32_t t = s->calibrations[i].temperature;
        if (t != REGISTRY_NONE && needs_temperature(&b->r->sensors[t]))
            json_fault(&b->read, &at, "the temperature \"%s\" needs a temperature itself",
                       b->r->sensors[t].id);
    }
}
