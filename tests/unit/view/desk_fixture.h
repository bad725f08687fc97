/* A desk over a store in a folder of its own and a registry of one house: a crack gauge, a
 * velocity sensor that sends records, a door, and one gauge that has gone silent for ever. */
#ifndef SHIKUMEN_TESTS_DESK_FIXTURE_H
#define SHIKUMEN_TESTS_DESK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/io/readings_db.h"
#include "shikumen/view/desk.h"
#include "tmpdir.h"

#define T0_US (INT64_C(1735689600) * US_PER_S) /* 2025-01-01T00:00:00Z */

#define UNUSED_HERE __attribute__((unused)) /* by some of the programs */

struct fixture {
    char *dir;
    struct readings_db *db;
    struct registry *registry;
    struct arena arena;
    struct strbuf out;
    struct desk desk;
};

static const char registry_text[] =
    "{\"district\":{\"id\":\"d\",\"name\":\"D\",\"timezone\":\"Asia/Shanghai\"},"
    "\"houses\":[{\"id\":\"H1\",\"name\":\"H1\",\"elements\":[{\"id\":\"H1/wall\",\"kind\":"
    "\"wall\"}]}],\"sensors\":["
    "{\"id\":\"H1/n1/c\",\"element\":\"H1/wall\",\"quantity\":\"crack_width\",\"unit\":\"mm\","
    "\"period_s\":600,\"installed\":\"2025-01-01T00:00:00Z\"},"
    "{\"id\":\"H1/n1/burst\",\"element\":\"H1/wall\",\"quantity\":\"velocity\",\"unit\":\"mm/s\","
    "\"period_s\":600},"
    "{\"id\":\"H1/n1/silent\",\"quantity\":\"tilt\",\"unit\":\"mm/m\",\"period_s\":600}]}";

static inline struct registry *parse_registry(const char *text)
{
    const struct source_text source = {"registry.json", text, strlen(text)};
    struct fault_list faults = {0};
    struct registry *r = NULL;

    assert_int_equal(registry_parse(&source, NULL, 0, &faults, &r), ERR_OK);
    return r;
}

UNUSED_HERE static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->dir = tmpdir_make("view");
    assert_int_equal(readings_open(f->dir, NULL, 0, &f->db), ERR_OK);
    f->registry = parse_registry(registry_text);
    f->desk = (struct desk){.registry = f->registry,
                            .arena = &f->arena,
                            .now_us = T0_US + 2 * US_PER_DAY,
                            .language = DESK_EN,
                            .zone = &zone_utc};
    assert_int_equal(reader_open(f->dir, NULL, 0, &f->desk.readings), ERR_OK);
    *state = f;
    return 0;
}

UNUSED_HERE static int teardown(void **state)
{
    struct fixture *f = *state;

    reader_close(f->desk.readings);
    readings_close(f->db);
    registry_free(f->registry);
    arena_free(&f->arena);
    strbuf_free(&f->out);
    tmpdir_remove(f->dir);
    free(f);
    return 0;
}

UNUSED_HERE static uint32_t store_sensor(struct fixture *f, const char *id, const char *quantity,
                                         const char *unit)
{
    uint32_t stored = 0;

    assert_int_equal(readings_sensor(f->db, id, quantity, unit, &stored), ERR_OK);
    return stored;
}

UNUSED_HERE static void store(struct fixture *f, uint32_t sensor, int64_t t_us, double value,
                              uint8_t flag)
{
    const struct reading r = {
        .t_us = t_us, .rx_us = t_us, .value = value, .sensor = sensor, .flag = flag};

    assert_int_equal(readings_append(f->db, &r), ERR_OK);
}

UNUSED_HERE static void commit(struct fixture *f)
{
    int64_t seq;

    assert_int_equal(readings_commit(f->db, &seq), ERR_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
