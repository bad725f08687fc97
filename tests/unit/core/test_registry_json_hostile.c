#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/core/registry_json.h"
#include "shipped_files.h"

/* Cut anywhere, the example is refused with a fault and nothing leaks. */
static void truncated_at_every_byte(void **state)
{
    const struct shipped *s = *state;
    size_t end = s->registry.len;

    while (end > 0 && s->registry.data[end - 1] != '}')
        end--;
    for (size_t n = 0; n < end; n++) {
        char *cut = malloc(n ? n : 1); /* exactly as long: reading behind it is seen */
        struct source_text text = {"r", cut, n};
        struct fault_list faults = {0};
        struct registry *r;
        assert_non_null(cut);
        memcpy(cut, s->registry.data, n);
        assert_int_equal(registry_parse(&text, NULL, 0, &faults, &r), ERR_CONFIG);
        assert_null(r);
        assert_int_equal(faults.count, 1);
        assert_true(faults.first->line >= 1);
        fault_list_free(&faults);
        free(cut);
    }
}

/* One byte replaced: never a crash, and a registry or faults but not both. */
static void mutated(void **state)
{
    const struct shipped *s = *state;
    char *copy = malloc(s->registry.len);
    uint64_t seed = 20261122;

    assert_non_null(copy);
    for (int round = 0; round < 3000; round++) {
        struct source_text text = {"r", copy, s->registry.len};
        struct fault_list faults = {0};
        struct registry *r;
        memcpy(copy, s->registry.data, s->registry.len);
        for (int i = 0; i < 1 + round % 3; i++) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            copy[(seed >> 33) % s->registry.len] = (char)(seed >> 25);
        }
        if (registry_parse(&text, s->sources, s->count, &faults, &r) == ERR_OK) {
            assert_int_equal(faults.count, 0);
            registry_free(r);
        } else {
            assert_null(r);
            assert_true(faults.count > 0);
        }
        fault_list_free(&faults);
    }
    free(copy);
}

static void append_sensors(struct strbuf *b, int count)
{
    strbuf_puts(b, "{\"district\":{\"id\":\"d\"},\"houses\":[{\"id\":\"H\",\"elements\":"
                   "[{\"id\":\"H/w\",\"kind\":\"wall\"}]}],\"sensors\":[\n");
    for (int i = 0; i < count; i++)
        strbuf_printf(b,
                      "%s{\"id\":\"H/n%d/crack-%d\",\"element\":\"H/w\",\"quantity\":"
                      "\"crack_width\",\"unit\":\"mm\",\"period_s\":600,\"resolution\":0.01,"
                      "\"range\":[-5,25],\"position_m\":[1,2,3],\"limits\":\"crack-default\","
                      "\"environment\":[\"H/n0/crack-0\"%s]}",
                      i > 0 ? ",\n" : "", i / 10, i, i == 0 ? ",\"nowhere\"" : "");
    strbuf_puts(b, "\n]}\n");
}

/* 10 000 sensors take less than 8 MB; the one fault among them has its line. */
static void ten_thousand_sensors(void **state)
{
    const struct shipped *s = *state;
    struct strbuf text = {0};
    struct fault_list faults = {0};
    struct source_text source = {.file = "big.json"};
    struct registry *r;
    char *bad;

    append_sensors(&text, 10000);
    source.text = text.data;
    source.len = text.len;
    assert_int_equal(registry_parse(&source, s->sources, s->count, &faults, &r), ERR_CONFIG);
    assert_int_equal(faults.count, 2);
    assert_string_equal(faults.first->text,
                        "sensors[0].environment[0]: \"H/n0/crack-0\" is this sensor itself");
    assert_string_equal(faults.last->text,
                        "sensors[0].environment[1]: there is no sensor \"nowhere\"");
    assert_int_equal(faults.last->line, 2);
    fault_list_free(&faults);
    bad = strstr(text.data, "[\"H/n0/crack-0\",\"nowhere\"]");
    assert_non_null(bad);
    memset(bad + 1, ' ', strlen("\"H/n0/crack-0\",\"nowhere\""));
    assert_int_equal(registry_parse(&source, s->sources, s->count, &faults, &r), ERR_OK);
    assert_int_equal(r->sensor_count, 10000);
    assert_int_equal(r->node_count, 1000);
    assert_int_equal(r->sensors[registry_sensor(r, "H/n777/crack-7777", 17)].environment_count, 1);
    assert_true(r->arena.used_bytes + r->sensor_by_id.capacity * 24 < (size_t)8 << 20);
    registry_free(r);
    strbuf_free(&text);
}

/* Every one of 10 000 faulty sensors is named, each with its own line. */
static void ten_thousand_faults(void **state)
{
    struct strbuf text = {0};
    struct fault_list faults = {0};
    struct source_text source = {.file = "big.json"};
    struct registry *r;
    char wanted[40];

    (void)state;
    append_sensors(&text, 10000);
    source.text = text.data;
    source.len = text.len;
    assert_int_equal(registry_parse(&source, NULL, 0, &faults, &r), ERR_CONFIG);
    assert_int_equal(faults.count, 10002); /* no set of limits, and the environment of the first */
    int i = 0;
    for (const struct fault *f = faults.first; f && i < 10000; f = f->next, i++) {
        int n = snprintf(wanted, sizeof wanted, "sensors[%d].limits: there is no", i);
        assert_memory_equal(f->text, wanted, (size_t)n);
        assert_int_equal(f->line, i + 2);
    }
    fault_list_free(&faults);
    strbuf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truncated_at_every_byte),
        cmocka_unit_test(mutated),
        cmocka_unit_test(ten_thousand_sensors),
        cmocka_unit_test(ten_thousand_faults),
    };

    return cmocka_run_group_tests(tests, load_shipped, free_shipped);
}
