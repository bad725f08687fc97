#include "shikumen/model/calibration.h"

#include <math.h>
#include <string.h>

#include "shikumen/base/strmap.h"

const struct calibration *calibration_at(const struct calibration *of, size_t count, int64_t t_us)
{
    while (count > 0 && of[count - 1].from_us > t_us)
        count--;
    return count > 0 ? &of[count - 1] : NULL;
}

/* Digits of a vibrating wire are f^2 / 1000, f in Hz. */
static double digits(enum calibration_raw reading, double raw)
{
    switch (reading) {
    case RAW_HZ_TO_DIGITS:
        return raw * raw / 1000;
    case RAW_US_TO_DIGITS:
        return 1e9 / (raw * raw);
    case RAW_AS_IS:
        break;
    }
    return raw;
}

/* Of a raw value that is not believable the nearest that is. */
static double within(double v, double most)
{
    return isfinite(v) ? fmin(fmax(v, -most), most) : copysign(most, v);
}

double calibration_apply(const struct calibration *c, double raw, double temperature_c)
{
    double r = within(digits(c->reading, within(raw, CALIBRATION_RAW_MAX)), CALIBRATION_RAW_MAX);
    double value = 0;

    for (size_t i = c->term_count; i-- > 0;)
        value = value * r + c->terms[i];
    if (isfinite(temperature_c))
        value += (c->thermal[0] + c->thermal[1] * r) * (temperature_c - c->zero_temperature_c);
    return within(unit_to_canonical(c->unit, value * c->scale) - c->zero, CALIBRATION_FAR);
}

static uint64_t hash_number(uint64_t seed, double v)
{
    uint8_t bytes[sizeof v];

    memcpy(bytes, &v, sizeof v);
    return hash64(seed, bytes, sizeof bytes);
}

static uint64_t hash_whole(uint64_t seed, int64_t v)
{
    uint8_t bytes[sizeof v];

    memcpy(bytes, &v, sizeof v);
    return hash64(seed, bytes, sizeof bytes);
}

uint64_t calibration_hash(uint64_t seed, const struct calibration *c)
{
    uint64_t h = hash_whole(hash_whole(seed, c->from_us), c->temperature_age_us);

    h = hash64(h, unit_name(c->raw), strlen(unit_name(c->raw)) + 1);
    h = hash64(h, unit_name(c->unit), strlen(unit_name(c->unit)) + 1);
    h = hash_whole(h, c->reading);
    for (size_t i = 0; i < c->term_count; i++)
        h = hash_number(h, c->terms[i]);
    h = hash_number(hash_number(h, c->thermal[0]), c->thermal[1]);
    h = hash_number(hash_number(h, c->zero_temperature_c), c->scale);
    return hash_number(h, c->zero);
}
