/* SenML: random packs say what they were meant to. */
#include "senml_fixture.h"

#include <cjson/cJSON.h>
#include <math.h>

#include "shikumen/base/file.h"

/* What a random record is meant to say. */
struct meant {
    char name[64];
    const char *unit; /* NULL: none */
    int64_t t_us;
    enum senml_value kind;
    double value, sum;
    bool has_sum, relative;
};

#define MEMBERS_MAX 12

/* Members of one record in the making, shuffled before they are written. */
struct members {
    char text[MEMBERS_MAX][96];
    size_t count;
};

static void add(struct members *m, const char *format, ...) PRINTF_LIKE(2, 3);
static void add(struct members *m, const char *format, ...)
{
    va_list args;

    assert_true(m->count < MEMBERS_MAX);
    va_start(args, format);
    vsnprintf(m->text[m->count++], sizeof m->text[0], format, args);
    va_end(args);
}

static void write_members(struct strbuf *b, struct members *m, uint64_t *seed)
{
    strbuf_puts(b, b->len > 1 ? ",{" : "{");
    for (size_t left = m->count; left > 0; left--) {
        size_t pick = below(seed, left);
        strbuf_puts(b, m->text[pick]);
        memmove(m->text[pick], m->text[left - 1], sizeof m->text[0]);
        if (left > 1)
            strbuf_putc(b, ',');
    }
    strbuf_putc(b, '}');
}

/* The base fields a generator has set. */
struct written_base {
    char name[32];
    const char *unit;
    int64_t t_s;
    int value, sum;
};

static const char *const units[] = {"mm", "Cel", "%RH", "V"};

static void change_base(struct members *m, struct written_base *base, uint64_t *seed)
{
    if (below(seed, 4) == 0) {
        snprintf(base->name, sizeof base->name, "h%zu/n%zu/", below(seed, 100), below(seed, 9));
        add(m, "\"bn\":\"%s\"", base->name);
    }
    if (below(seed, 4) == 0) {
        base->unit = units[below(seed, 4)];
        add(m, "\"bu\":\"%s\"", base->unit);
    }
    if (below(seed, 4) == 0) {
        base->t_s = below(seed, 2) ? 1700000000 + (int64_t)below(seed, 100000000)
                                   : -(int64_t)below(seed, 1000);
        add(m, "\"bt\":%lld", (long long)base->t_s);
    }
    if (below(seed, 4) == 0)
        add(m, "\"bv\":%d", base->value = (int)below(seed, 1000) - 500);
    if (below(seed, 8) == 0)
        add(m, "\"bs\":%d", base->sum = (int)below(seed, 1000));
}

static void mean_value(struct members *m, const struct written_base *base, struct meant *want,
                       uint64_t *seed)
{
    want->kind = (enum senml_value)below(seed, 5);
    if (want->kind == SENML_NUMBER) {
        double own = (double)below(seed, 100000) / 1000.0;
        add(m, "\"v\":%.3f", own);
        want->value = own + base->value;
    } else if (want->kind == SENML_BOOLEAN) {
        want->value = (double)below(seed, 2);
        add(m, "\"vb\":%s", want->value > 0 ? "true" : "false");
    } else if (want->kind == SENML_STRING) {
        add(m, "\"vs\":\"\\u77f3,{]\\\"\"");
    } else if (want->kind == SENML_DATA) {
        add(m, "\"vd\":\"aGkgCg\"");
    }
    want->has_sum = want->kind == SENML_SUM_ONLY || below(seed, 3) == 0;
    if (want->has_sum) {
        int own = (int)below(seed, 1000);
        add(m, "\"s\":%d", own);
        want->sum = own + base->sum;
    }
}

static void mean_record(struct members *m, struct written_base *base, struct meant *want,
                        uint64_t *seed)
{
    int64_t own_s = 0;

    snprintf(want->name, sizeof want->name, "%s", base->name);
    if (base->name[0] == '\0' || below(seed, 3) > 0) {
        snprintf(want->name, sizeof want->name, "%ss-%zu", base->name, below(seed, 50));
        add(m, "\"n\":\"%s\"", want->name + strlen(base->name));
    }
    want->unit = base->unit;
    if (below(seed, 2) == 0) {
        want->unit = units[below(seed, 4)];
        add(m, "\"u\":\"%s\"", want->unit);
    }
    if (below(seed, 2) == 0) {
        own_s = (int64_t)below(seed, 5000) - 2500;
        add(m, "\"t\":%lld", (long long)own_s);
    }
    want->relative = base->t_s + own_s < 268435456;
    want->t_us = (base->t_s + own_s) * SECOND_US + (want->relative ? RX_US : 0);
    mean_value(m, base, want, seed);
    if (below(seed, 4) == 0)
        add(m, "\"unknown\":[{\"n\":\"]\"},\"}\"]");
}

static void expect_meant(const struct senml_record *r, const struct meant *want)
{
    assert_null(r->fault);
    assert_string_equal(r->name, want->name);
    assert_int_equal(r->unit != NULL, want->unit != NULL);
    if (want->unit)
        assert_string_equal(r->unit, want->unit);
    assert_true(r->t_us == want->t_us);
    assert_int_equal(r->relative_time, want->relative);
    assert_int_equal(r->kind, want->kind);
    if (r->kind == SENML_NUMBER || r->kind == SENML_BOOLEAN)
        assert_true(r->value == want->value);
    if (r->kind == SENML_STRING)
        assert_string_equal(r->text, "石,{]\"");
    assert_int_equal(r->has_sum, want->has_sum);
    if (want->has_sum)
        assert_true(r->sum == want->sum);
}

/* Whatever is meant, however it is spread over base fields and in whatever order the members stand,
 * that is what is read. */
static void random_packs_round_trip(void **state)
{
    struct strbuf b = {0};
    struct arena a = {0};
    uint64_t seed = 20261122;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct meant want[20];
        struct written_base base = {0};
        size_t count = 1 + below(&seed, 20), meant = 0;
        struct senml_pack p;
        strbuf_clear(&b);
        strbuf_putc(&b, '[');
        for (size_t k = 0; k < count; k++) {
            struct members m = {.count = 0};
            change_base(&m, &base, &seed);
            if (m.count == 0 || below(&seed, 3) > 0)
                mean_record(&m, &base, &want[meant++], &seed);
            write_members(&b, &m, &seed);
        }
        strbuf_putc(&b, ']');
        assert_int_equal(senml_parse(b.data, b.len, NULL, RX_US, &a, &p), ERR_OK);
        assert_null(p.fault);
        assert_int_equal(p.count, meant);
        for (size_t k = 0; k < meant; k++)
            expect_meant(&p.records[k], &want[k]);
        arena_reset(&a);
    }
    strbuf_free(&b);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_packs_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
