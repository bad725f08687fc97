/* What people read of damp that several measures tell of: one alert, whose worst changes; and of
 * one that an earlier version had beside it. */
#include "render_cases.h"
#include "render_golden.h"

#include <math.h>

#include "shikumen/base/utc.h"
#include "shikumen/core/derived.h"

struct share {
    const char *derived; /* NULL: the moisture itself */
    int level;           /* 0: just left */
    size_t row;          /* of the ladder */
    double value;
};

struct damp {
    const char *name;
    enum alert_event event;
    int level, previous;
    struct share shares[3];
    size_t n;
};

static const struct damp cases[] = {
    {"damp_rot_beside_moisture",
     EVENT_WORSENED,
     4,
     3,
     {{"decay_activation", 4, 0, 1}, {NULL, 3, 0, 27.3}, {"mould_index", 2, 2, 1.2}},
     3},
    {"damp_mould_holds", EVENT_EASED, 2, 4, {{"mould_index", 2, 2, 1.4}, {NULL, 0, 0, 15.2}}, 2},
    {"damp_rot_holds", EVENT_EASED, 3, 4, {{"decay_activation", 3, 1, 0.7}}, 1},
    {"damp_over", EVENT_RESOLVED, 0, 2, {{"mould_index", 0, 2, 0.8}}, 1},
    {"damp_merged", EVENT_RESOLVED, 0, 3, {{NULL, 0, 0, 0}}, 0},
};

static void fill(struct step_sensor *to, const struct share *from)
{
    struct derived d = {0};

    to->sensor = MOIST;
    to->finding = (struct finding){.kind = KIND_MOISTURE,
                                   .level = from->level,
                                   .limit = &moist_high,
                                   .value = from->value,
                                   .reading = from->value,
                                   .baseline = (double)NAN};
    assert_int_equal(utc_parse("2026-11-22T00:00:00Z", &to->finding.t_us), ERR_OK);
    assert_int_equal(utc_parse("2026-09-13T00:00:00Z", &to->finding.since_us), ERR_OK);
    if (!from->derived)
        return;
    assert_true(derived_find(from->derived, &d));
    assert_true(from->row < d.n);
    to->finding.derived = d.name;
    to->finding.limit = &d.rows[from->row];
}

static void test_golden(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct damp *c = &cases[i];
        struct world *w = world_new();
        for (size_t k = 0; k < c->n; k++)
            fill(&w->shares[k], &c->shares[k]);
        w->episode = (struct episode){.id = "6f1d0a52-8c1e-4b7a-9d3f-2a5c7e9b1d04",
                                      .key = "moisture|H012/beam",
                                      .category = CATEGORY_STRUCTURE,
                                      .kind = KIND_MOISTURE,
                                      .level = c->level,
                                      .step = 2,
                                      .house = "H012",
                                      .element = "H012/beam"};
        w->step = (struct alert_step){.registry = &w->registry,
                                      .episode = &w->episode,
                                      .event = c->event,
                                      .previous_level = c->previous,
                                      .sensors = w->shares,
                                      .sensor_count = c->n,
                                      .handed_over = c->n == 0,
                                      .node = "",
                                      .cause = "",
                                      .coverage = c->n ? 0.97 : 0};
        assert_int_equal(utc_parse("2026-11-22T06:00:01Z", &w->step.at_us), ERR_OK);
        check_golden(c->name, &w->step);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
