#include "render_derived.h"

#include <math.h>
#include <string.h>

#include "render_put.h"

/* By name; the first row is for what is not named. */
static const struct derived_words {
    const char *name;
    enum word over, back, advise;
} words[] = {
    {"", WORD_over_moisture, WORD_back_moisture, WORD_advise_moisture_low},
    {"mould_index", WORD_derived_mould, WORD_derived_back, WORD_advise_mould},
    {"decay_activation", WORD_derived_decay, WORD_derived_back, WORD_advise_decay},
    {"mass_loss", WORD_derived_mass_loss, WORD_derived_back, WORD_advise_decay},
    {"equilibrium_moisture", WORD_derived_damp_air, WORD_derived_back, WORD_advise_damp_air},
    {"humidity_band", WORD_derived_band, WORD_derived_back, WORD_advise_damp_air},
};

static const struct derived_words *words_of(const struct speech *s)
{
    for (size_t i = 1; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].name, s->derived.name) == 0)
            return &words[i];
    return &words[0];
}

const char *finding_unit(const struct sensor *sensor, const struct finding *f,
                         const struct limit *limit)
{
    struct derived d;

    return derived_find(f->derived, &d) ? d.unit : compared_unit(sensor, limit);
}

bool derived_is(const struct speech *s)
{
    return s->derived.name != NULL;
}

static bool is_works(const struct speech *s)
{
    return strcmp(s->derived.name, DERIVED_WORKS) == 0;
}

static enum word when_word(uint32_t bits)
{
    if (bits & WORKS_NIGHT)
        return bits & WORKS_SUNDAY ? WORD_works_night_sunday : WORD_works_night;
    return bits & WORKS_SUNDAY ? WORD_works_sunday : WORD_works_day;
}

void derived_prepare(struct speech *s)
{
    double share = floor(100 * s->finding->value);

    if (!is_works(s))
        return;
    strbuf_clear(&s->values[PARAM_place]);
    strbuf_clear(&s->values[PARAM_subject]);
    if (s->finding->together)
        speech_set_word(s, PARAM_place, WORD_works_row_place);
    else
        speech_set(s, PARAM_place, strbuf_text(&s->values[PARAM_where]));
    speech_set_word(s, PARAM_subject, when_word(s->finding->cause));
    strbuf_clear(&s->values[PARAM_share]);
    if (!(share >= 0 && share <= 9999))
        speech_set_word(s, PARAM_share, WORD_number_unknown);
    else
        put_fixed(&s->values[PARAM_share], share, 0);
}

enum word derived_over(const struct speech *s)
{
    if (is_works(s))
        return s->finding->cause & WORKS_BLASTING ? WORD_derived_blasting : WORD_derived_works;
    return words_of(s)->over;
}

enum word derived_back(const struct speech *s)
{
    if (is_works(s))
        return WORD_derived_works_over;
    return s->over ? WORD_COUNT : words_of(s)->back;
}

bool derived_endangers(const struct speech *s)
{
    return is_works(s) || words_of(s)->advise == WORD_advise_decay || words_of(s) == &words[0];
}

enum word derived_advice(const struct speech *s)
{
    bool high = s->step->episode->level >= LEVEL_ORANGE;

    if (is_works(s))
        return s->finding->cause & (WORKS_NIGHT | WORKS_SUNDAY) ? WORD_advise_works_permit
                                                                : WORD_advise_works;
    if (words_of(s) == &words[0])
        return high ? WORD_advise_moisture_high : WORD_advise_moisture_low;
    return words_of(s)->advise;
}
