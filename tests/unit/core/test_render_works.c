/* What people read of works nearby: by day, at night, on Sundays, blasting; of a house and of a
 * row. */
#include "render_golden.h"
#include "render_slow_cases.h"

#include <cjson/cJSON.h>

#include "shikumen/core/derived.h"

struct works {
    const char *name;
    enum alert_event event;
    int level;
    double share;
    uint32_t bits;
    bool together;
    size_t row; /* of the ladder */
};

static const struct works cases[] = {
    {"works_day", EVENT_RAISED, 1, 0.31, 0, false, 2},
    {"works_row", EVENT_RAISED, 1, 0.31, 0, true, 2},
    {"works_night", EVENT_WORSENED, 2, 0.31, WORKS_NIGHT, false, 1},
    {"works_sunday", EVENT_RAISED, 2, 0.9, WORKS_SUNDAY, true, 0},
    {"works_night_sunday", EVENT_RAISED, 2, 0.31, WORKS_NIGHT | WORKS_SUNDAY, false, 1},
    {"works_blasting", EVENT_RAISED, 1, 0.52, WORKS_BLASTING, false, 2},
    {"works_over", EVENT_RESOLVED, 0, 0.31, WORKS_NIGHT, false, 1},
};

static struct world *works_of(const struct works *c)
{
    const struct golden g = {.name = c->name,
                             .kind = KIND_CONSTRUCTION,
                             .event = c->event,
                             .level = c->level,
                             .previous = c->event == EVENT_RAISED ? 0
                                         : c->level == 0          ? 2
                                                                  : 1,
                             .sensor = CRACK,
                             .value = c->share,
                             .reading = c->share,
                             .cause = c->bits,
                             .together = c->together};
    struct world *w = world_of(&g);
    struct derived d;

    assert_true(derived_find(DERIVED_WORKS, &d));
    w->shares[0].finding.derived = d.name;
    w->shares[0].finding.limit = &d.rows[c->row];
    return w;
}

static void test_golden(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world *w = works_of(&cases[i]);

        check_golden(cases[i].name, &w->step);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
