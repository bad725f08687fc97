/* Which sensors are paired, on registries made by hand. */
#include "doses_fixture.h"

#define MOST 16

struct site {
    struct registry r;
    struct house houses[2];
    struct element elements[MOST];
    struct node nodes[4];
    struct sensor sensors[MOST];
    uint32_t members[4][MOST];
    uint32_t environment[MOST][2];
    struct arena arena;
    struct dose_plan plan;
};

static void site_start(struct site *s)
{
    memset(s, 0, sizeof *s);
    s->r.houses = s->houses;
    s->r.house_count = 2;
    s->r.elements = s->elements;
    s->r.nodes = s->nodes;
    s->r.node_count = 4;
    s->r.sensors = s->sensors;
    for (size_t n = 0; n < 4; n++)
        s->nodes[n].sensors = s->members[n];
}

static uint32_t element(struct site *s, enum element_kind kind, const char *material)
{
    s->elements[s->r.element_count] = (struct element){.kind = kind, .material = material};
    return (uint32_t)s->r.element_count++;
}

/* node: 0, 1 of house 0; 2 of house 1; 3: none */
static uint32_t sensor(struct site *s, enum quantity q, const char *medium, uint32_t node,
                       uint32_t element_index)
{
    uint32_t i = (uint32_t)s->r.sensor_count++;

    s->sensors[i] = (struct sensor){.quantity = q,
                                    .medium = medium,
                                    .node = node < 3 ? node : REGISTRY_NONE,
                                    .house = node == 2,
                                    .element = element_index,
                                    .environment = s->environment[i],
                                    .period_us = HOUR};
    if (node < 3)
        s->members[node][s->nodes[node].sensor_count++] = i;
    return i;
}

static void drives(struct site *s, uint32_t i, uint32_t by)
{
    s->environment[i][s->sensors[i].environment_count++] = by;
}

static const struct dose_pair *plan(struct site *s)
{
    assert_int_equal(dose_plan_make(&s->r, &s->arena, &s->plan), ERR_OK);
    return s->plan.pairs;
}

static void room(void **state)
{
    static struct site s;
    uint32_t out, other, rh, wall, in, leak;
    const struct dose_pair *p;

    (void)state;
    site_start(&s);
    out = sensor(&s, Q_TEMPERATURE, "outdoor", 0, REGISTRY_NONE);
    other = sensor(&s, Q_TEMPERATURE, "indoor", 1, REGISTRY_NONE);
    rh = sensor(&s, Q_HUMIDITY, "indoor", 0, REGISTRY_NONE);
    wall = sensor(&s, Q_TEMPERATURE, "wall", 0, REGISTRY_NONE);
    in = sensor(&s, Q_TEMPERATURE, "indoor", 0, REGISTRY_NONE);
    leak = sensor(&s, Q_LEAK, "", 1, REGISTRY_NONE);
    sensor(&s, Q_HUMIDITY, "outdoor", 0, REGISTRY_NONE);
    sensor(&s, Q_HUMIDITY, "ground", 0, REGISTRY_NONE);
    p = plan(&s);
    assert_int_equal(s.plan.count, 1);
    assert_int_equal(p->basis, DOSE_OF_AIR);
    assert_int_equal(p->sensor[DOSE_CELSIUS], in);
    assert_int_equal(p->sensor[DOSE_RH], rh);
    assert_int_equal(p->sensor[DOSE_WALL_CELSIUS], wall);
    assert_int_equal(p->sensor[DOSE_LEAK], leak);
    assert_int_equal(p->sensor[DOSE_MC], REGISTRY_NONE);
    assert_int_equal(p->element, REGISTRY_NONE);
    assert_int_equal(p->mould, MOULD_SENSITIVE);
    assert_false(p->quarters || p->in_wall || p->judged);
    s.sensors[in].medium = "ground"; /* then the house's indoor one */
    s.sensors[rh].period_us = 600 * 1000000LL;
    p = plan(&s);
    assert_int_equal(p->sensor[DOSE_CELSIUS], other);
    assert_true(p->quarters);
    s.sensors[other].medium = "outdoor"; /* a wall is no room, and outdoors still less */
    assert_int_equal((plan(&s), s.plan.count), 0);
    s.environment[rh][0] = out; /* but who says so is believed */
    s.sensors[rh].environment_count = 1;
    assert_int_equal(plan(&s)->sensor[DOSE_CELSIUS], out);
    arena_free(&s.arena);
}

static void another_house_does_not_count(void **state)
{
    static struct site s;

    (void)state;
    site_start(&s);
    sensor(&s, Q_HUMIDITY, "indoor", 0, REGISTRY_NONE);
    sensor(&s, Q_TEMPERATURE, "indoor", 2, REGISTRY_NONE);
    plan(&s);
    assert_int_equal(s.plan.count, 0);
    arena_free(&s.arena);
}

static void beam_end(void **state)
{
    static struct site s;
    static const struct limit_set set;
    uint32_t beam, mc, rh, in, timber, leak;
    const struct dose_pair *p;

    (void)state;
    site_start(&s);
    beam = element(&s, ELEMENT_BEAM, "fir");
    in = sensor(&s, Q_TEMPERATURE, "indoor", 1, REGISTRY_NONE);
    rh = sensor(&s, Q_HUMIDITY, "indoor", 1, REGISTRY_NONE);
    timber = sensor(&s, Q_TEMPERATURE, "timber", 0, REGISTRY_NONE);
    mc = sensor(&s, Q_MOISTURE_CONTENT, "", 0, beam);
    leak = sensor(&s, Q_LEAK, "", 0, beam);
    s.sensors[mc].limits = &set;
    p = plan(&s);
    assert_int_equal(s.plan.count, 2); /* the room, the beam; the leak belongs to the beam */
    assert_int_equal(p[1].basis, DOSE_OF_TIMBER);
    assert_int_equal(p[1].sensor[DOSE_CELSIUS], timber);
    assert_int_equal(p[1].sensor[DOSE_MC], mc);
    assert_int_equal(p[1].sensor[DOSE_LEAK], leak);
    assert_int_equal(p[1].sensor[DOSE_RH], REGISTRY_NONE);
    assert_int_equal(p[1].element, beam);
    assert_true(p[1].judged);
    drives(&s, mc, rh); /* the temperature that goes with that humidity */
    assert_int_equal(plan(&s)[1].sensor[DOSE_CELSIUS], in);
    drives(&s, mc, timber);
    assert_int_equal(plan(&s)[1].sensor[DOSE_CELSIUS], timber);
    arena_free(&s.arena);
}

static void leak_on_bare_timber(void **state)
{
    static struct site s;
    uint32_t roof, wall, rh, in, leak;
    const struct dose_pair *p;

    (void)state;
    site_start(&s);
    roof = element(&s, ELEMENT_ROOF, "");
    wall = element(&s, ELEMENT_WALL, "brick");
    leak = sensor(&s, Q_LEAK, "", 1, roof);
    sensor(&s, Q_LEAK, "", 1, wall);
    sensor(&s, Q_LEAK, "", 1, REGISTRY_NONE);
    rh = sensor(&s, Q_HUMIDITY, "indoor", 0, REGISTRY_NONE);
    in = sensor(&s, Q_TEMPERATURE, "indoor", 0, REGISTRY_NONE);
    p = plan(&s);
    assert_int_equal(s.plan.count, 2);
    assert_int_equal(p[0].basis, DOSE_OF_LEAK);
    assert_int_equal(p[0].element, roof);
    assert_int_equal(p[0].sensor[DOSE_LEAK], leak);
    assert_int_equal(p[0].sensor[DOSE_RH], rh);
    assert_int_equal(p[0].sensor[DOSE_CELSIUS], in);
    arena_free(&s.arena);
}

static void materials(void **state)
{
    static const struct {
        enum element_kind kind;
        const char *material;
        enum mould_class mould;
        double decline;
    } row[] = {
        {ELEMENT_BEAM, "fir", MOULD_SENSITIVE, 0.5},
        {ELEMENT_BEAM, "", MOULD_SENSITIVE, 0.5},
        {ELEMENT_BEAM, "Pine, planed", MOULD_VERY_SENSITIVE, 1},
        {ELEMENT_COLUMN, "马尾松", MOULD_VERY_SENSITIVE, 1},
        {ELEMENT_WALL, "", MOULD_MEDIUM_RESISTANT, 0.25},
        {ELEMENT_WALL, "Blue BRICK", MOULD_MEDIUM_RESISTANT, 0.25},
        {ELEMENT_COLUMN, "青砖", MOULD_MEDIUM_RESISTANT, 0.25},
        {ELEMENT_GATE_FRAME, "stone", MOULD_MEDIUM_RESISTANT, 0.25},
        {ELEMENT_LINTEL, "steel", MOULD_RESISTANT, 0.1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        static struct site s;
        const struct dose_pair *p;

        site_start(&s);
        sensor(&s, Q_HUMIDITY, "indoor", 0, element(&s, row[i].kind, row[i].material));
        sensor(&s, Q_TEMPERATURE, "indoor", 0, REGISTRY_NONE);
        p = plan(&s);
        assert_int_equal(p->mould, row[i].mould);
        near_to(p->decline, row[i].decline, 0);
        arena_free(&s.arena);
    }
}

/* Every sensor of every pair is linked, once for each part it has, in order. */
static void links(void **state)
{
    static struct site s;
    size_t seen = 0;

    (void)state;
    site_start(&s);
    sensor(&s, Q_TEMPERATURE, "wall", 0, REGISTRY_NONE);
    sensor(&s, Q_HUMIDITY, "wall", 0, REGISTRY_NONE);
    sensor(&s, Q_RAIN, "", 0, REGISTRY_NONE);
    sensor(&s, Q_MOISTURE_CONTENT, "", 0, REGISTRY_NONE);
    sensor(&s, Q_MOISTURE_CONTENT, "", 0, REGISTRY_NONE);
    plan(&s);
    assert_int_equal(s.plan.count, 3);
    assert_true(s.plan.pairs[0].in_wall);
    for (uint32_t i = 0; i < s.r.sensor_count; i++) {
        for (uint32_t k = s.plan.first[i]; k < s.plan.first[i + 1]; k++, seen++) {
            const struct dose_link *l = &s.plan.links[k];

            assert_int_equal(l->sensor, i);
            assert_int_equal(s.plan.pairs[l->pair].sensor[l->channel], i);
        }
    }
    assert_int_equal(seen, s.plan.link_count);
    assert_int_equal(seen, 7); /* t: celsius and wall of the air, celsius of two timbers */
    for (size_t k = 0; k < s.plan.count; k++) {
        struct dose *d = dose_new(&s.plan.pairs[k]);

        assert_non_null(d);
        dose_free(d);
    }
    arena_free(&s.arena);
}

static void nothing(void **state)
{
    static struct site s;

    (void)state;
    site_start(&s);
    plan(&s);
    assert_int_equal(s.plan.count, 0);
    assert_int_equal(s.plan.link_count, 0);
    arena_free(&s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room),      cmocka_unit_test(another_house_does_not_count),
        cmocka_unit_test(beam_end),  cmocka_unit_test(leak_on_bare_timber),
        cmocka_unit_test(materials), cmocka_unit_test(links),
        cmocka_unit_test(nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
