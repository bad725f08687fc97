/* The same state by another way: packed and unpacked at every hour; hostile bytes. */
#include "doses_fixture.h"
#include "shikumen/base/strmap.h"

struct packed {
    struct arena arena;
    const void *bytes;
    size_t n;
};

static struct packed pack(const struct dose *d)
{
    struct packed p = {0};

    assert_int_equal(dose_pack(d, &p.arena, &p.bytes, &p.n), ERR_OK);
    return p;
}

static void assert_same(const struct dose *a, const struct dose *b)
{
    struct packed p = pack(a), q = pack(b);

    assert_int_equal(p.n, q.n);
    assert_memory_equal(p.bytes, q.bytes, p.n);
    arena_free(&p.arena);
    arena_free(&q.arena);
}

static struct dose *restarted(struct dose *d, struct dose_pair pair)
{
    struct dose *again = new_dose(pair);
    struct packed p = pack(d);

    assert_int_equal(dose_unpack(again, p.bytes, p.n), ERR_OK);
    arena_free(&p.arena);
    dose_free(d);
    return again;
}

static struct dose_pair full_pair(enum dose_basis basis)
{
    struct dose_pair p = pair_of_basis(basis);

    p.quarters = basis == DOSE_OF_AIR;
    p.sensor[DOSE_LEAK] = 3;
    if (basis == DOSE_OF_AIR)
        p.sensor[DOSE_WALL_CELSIUS] = 4;
    return p;
}

/* One hour of everything: humidity a few hours late, gaps, leaks, frost. */
static void hour(struct dose *d, enum dose_basis basis, const struct room *room, int64_t h)
{
    const struct room *r = &room[h], *late = &room[h > 5 ? h - 5 : 0];
    int64_t t = T0 + h * HOUR;

    if (h % 900 > 860 || (h > 2000 && h < 2900))
        return;
    dose_add(d, DOSE_CELSIUS, t, r->celsius);
    dose_add(d, DOSE_WALL_CELSIUS, t, r->celsius - 14);
    dose_add(d, DOSE_LEAK, t, h % 700 < 20);
    if (basis == DOSE_OF_TIMBER) {
        dose_add(d, DOSE_MC, t - 5 * HOUR, late->rh / 4 + (h % 700 < 200 ? 9 : 0));
        return;
    }
    for (int64_t q = 0; q < 4; q++)
        dose_add(d, DOSE_RH, t - 5 * HOUR + q * HOUR / 4, late->rh + (double)q);
}

#define HOURS_FED 5000

static void restart_at_every_hour(void **state)
{
    static struct room room[HOURS_FED];
    struct sky sky = sky_of(4, 82);

    (void)state;
    for (int64_t h = 0; h < HOURS_FED; h++)
        room[h] = sky_hour(&sky, h);
    for (int basis = DOSE_OF_AIR; basis <= DOSE_OF_LEAK; basis++) {
        struct dose_pair p = full_pair((enum dose_basis)basis);
        struct dose *whole = new_dose(p), *parts = new_dose(p);

        for (int64_t h = 0; h < HOURS_FED; h++) {
            hour(whole, p.basis, room, h);
            hour(parts, p.basis, room, h);
            if (h == 3000) {
                dose_renew(whole, T0 + h * HOUR);
                dose_renew(parts, T0 + h * HOUR);
            }
            parts = restarted(parts, p);
            if (h % 97 == 0)
                assert_same(whole, parts);
        }
        assert_same(whole, parts);
        dose_free(whole);
        dose_free(parts);
    }
}

/* With the historic band, over two years, and the view with it. */
static void restart_with_a_band(void **state)
{
    struct dose_pair p = full_pair(DOSE_OF_AIR);
    struct dose *whole = new_dose(p), *parts = new_dose(p);
    struct sky sky = sky_of(9, 72);

    (void)state;
    for (int64_t h = 0; h < 2 * YEAR_H; h++) {
        struct room r = sky_hour(&sky, h);

        feed(whole, DOSE_RH, h, r.celsius, r.rh);
        feed(parts, DOSE_RH, h, r.celsius, r.rh);
        if (h % 500 == 7) {
            struct dose_view a = look(whole, h), b = look(parts, h);

            assert_true(a.band_known == b.band_known);
            assert_true(!a.band_known || a.band_upper == b.band_upper);
            parts = restarted(parts, p);
            assert_same(whole, parts);
        }
    }
    assert_true(look(whole, 2 * YEAR_H).band_known);
    dose_free(whole);
    dose_free(parts);
}

static struct dose *fed(struct dose_pair p)
{
    struct dose *d = new_dose(p);

    feed_hours(d, p.basis == DOSE_OF_TIMBER ? DOSE_MC : DOSE_RH, 0, 60, 20,
               p.basis == DOSE_OF_TIMBER ? 22 : 96);
    return d;
}

static void damaged_bytes(void **state)
{
    struct dose_pair p = full_pair(DOSE_OF_AIR);
    struct dose *d = fed(p), *again = new_dose(p), *fresh = new_dose(p);
    struct packed k = pack(d);
    unsigned char *bytes = malloc(k.n);

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < k.n; i++) {
        memcpy(bytes, k.bytes, k.n);
        bytes[i] ^= (unsigned char)(1U << i % 8);
        assert_int_equal(dose_unpack(again, bytes, k.n), ERR_CORRUPT);
        assert_int_equal(dose_unpack(again, k.bytes, i), ERR_CORRUPT);
    }
    assert_same(again, fresh);
    free(bytes);
    arena_free(&k.arena);
    dose_free(d);
    dose_free(again);
    dose_free(fresh);
}

/* Nonsense under a right checksum: refused, or a state that goes on within bounds. */
static void believable_nonsense(void **state)
{
    struct random chance = random_seeded(12);
    struct dose_pair p = full_pair(DOSE_OF_TIMBER);
    struct dose *d = fed(p), *again = new_dose(p);
    struct packed k = pack(d);
    unsigned char *bytes = malloc(k.n);
    int taken = 0;

    (void)state;
    assert_non_null(bytes);
    for (int round = 0; round < 20000; round++) {
        size_t at = 9 + random_below(&chance, k.n - 17);
        uint64_t sum;

        memcpy(bytes, k.bytes, k.n);
        bytes[at] = (unsigned char)random_bits(&chance);
        sum = hash64(0, bytes, k.n - 8);
        for (size_t i = 0; i < 8; i++)
            bytes[k.n - 8 + i] = (unsigned char)(sum >> (8 * i));
        if (dose_unpack(again, bytes, k.n) != ERR_OK)
            continue;
        taken++;
        feed_hours(again, DOSE_MC, 61, 5, 20, 22);
        assert_true(look(again, 70).watched_share <= 1);
    }
    assert_true(taken > 1000 && taken < 19000);
    free(bytes);
    arena_free(&k.arena);
    dose_free(d);
    dose_free(again);
}

static void of_another_pair(void **state)
{
    struct dose_pair p = full_pair(DOSE_OF_AIR), other = p;
    struct dose *d = fed(p), *again;
    struct packed k = pack(d);

    (void)state;
    other.sensor[DOSE_RH] = 77; /* the key says which sensors */
    again = new_dose(other);
    assert_int_equal(dose_unpack(again, k.bytes, k.n), ERR_OK);
    dose_free(again);
    other.mould = MOULD_RESISTANT;
    again = new_dose(other);
    assert_int_equal(dose_unpack(again, k.bytes, k.n), ERR_RANGE);
    dose_free(again);
    again = new_dose(full_pair(DOSE_OF_TIMBER));
    assert_int_equal(dose_unpack(again, k.bytes, k.n), ERR_RANGE);
    dose_free(again);
    arena_free(&k.arena);
    dose_free(d);
}

static void size_is_as_promised(void **state)
{
    struct dose_pair p = full_pair(DOSE_OF_AIR);
    struct dose *d = new_dose(p), *timber = new_of(DOSE_OF_TIMBER);
    struct packed k;

    (void)state;
    feed_hours(d, DOSE_RH, 0, 20000, 20, 60);
    feed_hours(timber, DOSE_MC, 0, 20000, 20, 12);
    k = pack(d);
    assert_true(k.n < 28000);
    arena_free(&k.arena);
    k = pack(timber);
    assert_true(k.n < 8500);
    arena_free(&k.arena);
    dose_free(d);
    dose_free(timber);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restart_at_every_hour), cmocka_unit_test(restart_with_a_band),
        cmocka_unit_test(damaged_bytes),         cmocka_unit_test(believable_nonsense),
        cmocka_unit_test(of_another_pair),       cmocka_unit_test(size_is_as_promised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
