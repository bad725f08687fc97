#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/arena.h"

static void assert_all_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(p[i], 0);
}

/* Blocks of many sizes: aligned, zeroed and apart, checked by what each was filled with. */
static void test_blocks_are_aligned_zeroed_and_apart(void **state)
{
    enum { BLOCKS = 500 };
    struct arena a = {0};
    unsigned char *block[BLOCKS];
    size_t size[BLOCKS];

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            size[i] = i % 50 == 49 ? 5000 * (i + 1) % 70001 : i * 7 % 333;
            block[i] = arena_alloc(&a, size[i]);
            assert_non_null(block[i]);
            assert_int_equal((uintptr_t)block[i] % alignof(max_align_t), 0);
            assert_all_zero(block[i], size[i]);
            memset(block[i], (int)(i % 255 + 1), size[i]);
        }
        for (size_t i = 0; i < BLOCKS; i++)
            for (size_t k = 0; k < size[i]; k++)
                assert_int_equal(block[i][k], i % 255 + 1);
        assert_true(a.used_bytes > 0);
        arena_reset(&a);
        assert_int_equal(a.used_bytes, 0);
    }
    arena_free(&a);
}

static void test_size_0_gives_pointers_apart(void **state)
{
    struct arena a = {0};
    void *p = arena_alloc(&a, 0), *q = arena_alloc(&a, 0);

    (void)state;
    assert_non_null(p);
    assert_non_null(q);
    assert_ptr_not_equal(p, q);
    assert_non_null(arena_array(&a, 0, 8));
    assert_non_null(arena_array(&a, 8, 0));
    arena_free(&a);
}

static void test_overflow_gives_null_and_harms_nothing(void **state)
{
    struct arena a = {0};
    char *text = arena_strdup(&a, "before");

    (void)state;
    assert_null(arena_array(&a, SIZE_MAX / 2, 3));
    assert_null(arena_array(&a, SIZE_MAX, SIZE_MAX));
    assert_null(arena_array(&a, ((size_t)1 << 32) + 1, (size_t)1 << 32));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 16));
    assert_null(arena_strndup(&a, "x", SIZE_MAX));
    assert_string_equal(text, "before");
    assert_string_equal(arena_strdup(&a, "after"), "after");
    arena_free(&a);
}

static void test_reset_keeps_the_largest_chunk(void **state)
{
    struct arena a = {0};
    void *large, *again;

    (void)state;
    assert_non_null(arena_alloc(&a, 100));
    large = arena_alloc(&a, 300000);
    assert_non_null(arena_alloc(&a, 100));
    arena_reset(&a);
    again = arena_alloc(&a, 300000);
    assert_ptr_equal(again, large);
    assert_all_zero(again, 300000);
    arena_free(&a);
    assert_null(a.head);
    assert_int_equal(a.used_bytes, 0);
    assert_string_equal(arena_strdup(&a, "usable again"), "usable again");
    arena_free(&a);
}

static void test_text(void **state)
{
    struct arena a = {0};
    char *s;

    (void)state;
    assert_string_equal(arena_strdup(&a, ""), "");
    assert_string_equal(arena_strndup(&a, "H001/n1/crack-1", 4), "H001");
    assert_string_equal(arena_strndup(&a, NULL, 0), "");
    assert_memory_equal(arena_strndup(&a, "a\0b", 3), "a\0b\0", 4);
    assert_string_equal(arena_printf(&a, "sensors[%d].%s", 12, "unit"), "sensors[12].unit");
    s = arena_printf(&a, "%*d", 20000, 7);
    assert_int_equal(strlen(s), 20000);
    assert_int_equal(s[19999], '7');
    arena_free(&a);
}

static void test_rewind_forgets_what_came_after_the_mark(void **state)
{
    struct arena a = {0};
    struct arena_mark empty = arena_mark(&a), outer, inner;
    char *kept;

    (void)state;
    kept = arena_strdup(&a, "kept");
    outer = arena_mark(&a);
    for (size_t size = 100; size < 4000000; size *= 3) {
        assert_non_null(arena_alloc(&a, size));
        inner = arena_mark(&a);
        assert_non_null(arena_alloc(&a, size * 2));
        assert_non_null(arena_alloc(&a, 5000));
        arena_rewind(&a, inner);
    }
    arena_rewind(&a, outer);
    assert_string_equal(kept, "kept");
    assert_ptr_equal(a.head, outer.head);
    assert_int_equal(a.used_bytes, outer.used_bytes);
    assert_string_equal(arena_strdup(&a, "next"), "next");
    assert_string_equal(kept, "kept");
    arena_rewind(&a, empty);
    assert_int_equal(a.used_bytes, 0);
    assert_string_equal(arena_strdup(&a, "usable again"), "usable again");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_aligned_zeroed_and_apart),
        cmocka_unit_test(test_size_0_gives_pointers_apart),
        cmocka_unit_test(test_overflow_gives_null_and_harms_nothing),
        cmocka_unit_test(test_reset_keeps_the_largest_chunk),
        cmocka_unit_test(test_rewind_forgets_what_came_after_the_mark),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
