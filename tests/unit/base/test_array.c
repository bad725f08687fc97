#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shikumen/base/array.h"

static void what_was_there_stays_and_it_moves_only_when_it_must(void **state)
{
    (void)state;
    int *items = NULL;
    size_t capacity = 0, moves = 0;
    for (size_t n = 0; n < 1000; n++) {
        size_t before = capacity;
        items = array_grow(items, &capacity, n + 1, sizeof *items);
        assert_non_null(items);
        assert_true(capacity > n);
        moves += capacity != before;
        items[n] = (int)n;
    }
    for (size_t n = 0; n < 1000; n++)
        assert_int_equal(items[n], n);
    assert_in_range(moves, 2, 10);
    free(items);
}

static void room_that_is_there_is_not_taken_again(void **state)
{
    (void)state;
    size_t capacity = 0;
    int *items = array_grow(NULL, &capacity, 3, sizeof *items);
    size_t room = capacity;
    assert_non_null(items);
    assert_ptr_equal(array_grow(items, &capacity, room, sizeof *items), items);
    assert_int_equal(capacity, room);
    free(items);
}

/* More bytes than there are numbers for them must not come out as a few. */
static void no_room_leaves_everything_as_it_was(void **state)
{
    (void)state;
    size_t capacity = 0;
    int64_t *items = array_grow(NULL, &capacity, 1, sizeof *items);
    size_t room = capacity;
    assert_non_null(items);
    items[0] = 7;
    const size_t too_many[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 8, SIZE_MAX / 16,
                               SIZE_MAX / 16 + 1};
    for (size_t i = 0; i < sizeof too_many / sizeof *too_many; i++) {
        assert_null(array_grow(items, &capacity, too_many[i], sizeof *items));
        assert_int_equal(capacity, room);
        assert_int_equal(items[0], 7);
    }
    free(items);
}

static void in_an_arena_what_was_there_stays_and_the_rest_is_zero(void **state)
{
    (void)state;
    struct arena arena = {0};
    int *items = NULL;
    size_t capacity = 0;
    for (size_t n = 0; n < 1000; n++) {
        int *before = items;
        size_t room = capacity;
        items = array_grow_in(&arena, items, &capacity, n + 1, sizeof *items);
        assert_non_null(items);
        assert_true(capacity > n);
        if (n < room)
            assert_ptr_equal(items, before);
        assert_int_equal(items[n], 0);
        items[n] = (int)n + 1;
    }
    for (size_t n = 0; n < 1000; n++)
        assert_int_equal(items[n], n + 1);
    size_t room = capacity;
    assert_null(array_grow_in(&arena, items, &capacity, SIZE_MAX / 4, sizeof *items));
    assert_int_equal(capacity, room);
    assert_int_equal(items[999], 1000);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_there_stays_and_it_moves_only_when_it_must),
        cmocka_unit_test(room_that_is_there_is_not_taken_again),
        cmocka_unit_test(no_room_leaves_everything_as_it_was),
        cmocka_unit_test(in_an_arena_what_was_there_stays_and_the_rest_is_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
