/* The token bucket: promises over every span, waits, what a receiver asks for. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/core/limiter.h"

#define S INT64_C(1000000)

static void by_hand(void **state)
{
    struct limiter l = limiter_new(3, 10 * S, 3, 100 * S);

    (void)state;
    assert_int_equal(limiter_tokens(&l, 100 * S), 3);
    limiter_take(&l, 100 * S);
    limiter_take(&l, 100 * S);
    assert_int_equal(limiter_tokens(&l, 100 * S), 1);
    assert_int_equal(limiter_next_us(&l, 100 * S), 100 * S);
    limiter_take(&l, 100 * S);
    assert_int_equal(limiter_tokens(&l, 100 * S), 0);
    assert_int_equal(limiter_next_us(&l, 100 * S), 110 * S);
    assert_int_equal(limiter_tokens(&l, 110 * S - 1), 0);
    assert_int_equal(limiter_tokens(&l, 110 * S), 1);
    assert_int_equal(limiter_tokens(&l, 129 * S), 2);
    assert_int_equal(limiter_tokens(&l, 130 * S), 3);
    assert_int_equal(limiter_tokens(&l, 9999 * S), 3);
}

static void beginnings(void **state)
{
    struct limiter empty = limiter_new(5, 6 * S, 0, 0), one = limiter_new(5, 6 * S, 1, 0);
    struct limiter none = limiter_new(0, 0, 0, 0);

    (void)state;
    assert_int_equal(limiter_tokens(&empty, 0), 0);
    assert_int_equal(limiter_next_us(&empty, 0), 6 * S);
    assert_int_equal(limiter_tokens(&one, 0), 1);
    for (int i = 0; i < 1000; i++)
        limiter_take(&none, 0);
    assert_int_equal(limiter_tokens(&none, 0), INT_MAX);
    assert_int_equal(limiter_next_us(&none, 7), 7);
    limiter_hold(&none, 100 * S);
    assert_int_equal(limiter_tokens(&none, 0), INT_MAX);
}

static void held(void **state)
{
    struct limiter l = limiter_new(5, 6 * S, 5, 0);

    (void)state;
    limiter_hold(&l, 600 * S);
    assert_int_equal(limiter_tokens(&l, 600 * S - 1), 0);
    assert_int_equal(limiter_next_us(&l, 0), 600 * S);
    assert_int_equal(limiter_tokens(&l, 600 * S), 1); /* slowly on */
    limiter_hold(&l, 100 * S);                        /* an earlier time changes nothing */
    assert_int_equal(limiter_next_us(&l, 0), 600 * S);
}

/* As greedy as can be: in every span of a minute never more than burst and a minute's worth. */
static void promise_of_every_minute(void **state)
{
    static int64_t sent[20000];
    struct limiter l = limiter_new(5, 6 * S, 1, 0);
    int n = 0, oldest = 0;

    (void)state;
    for (int64_t t = 0; t < 3600 * S; t += S / 2) {
        while ((t / S) % 97 < 60 && limiter_tokens(&l, t) > 0) {
            limiter_take(&l, t);
            sent[n++] = t;
        }
        while (oldest < n && sent[oldest] <= t - 60 * S)
            oldest++;
        assert_true(n - oldest <= 15);
    }
    assert_true(n > 500); /* and it does not sleep */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(beginnings),
        cmocka_unit_test(held),
        cmocka_unit_test(promise_of_every_minute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
