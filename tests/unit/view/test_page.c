/* Pages: every row once and in order, whatever comes and goes between them, and cursors that are
 * none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "shikumen/view/page.h"

enum { COL_REAL, COL_TEXT, COL_INT, COL_COUNT };

static const struct column columns[COL_COUNT] = {
    {"x", NULL, NULL, true, 0}, {"text", NULL, NULL, false, 0}, {"n", NULL, NULL, true, 0}};
static const struct page_key keys[] = {{COL_REAL, true}, {COL_TEXT, false}, {COL_INT, false}};
static const struct page_order order = {keys, 3};

struct fixture {
    struct arena arena;
    struct desk desk;
    struct table table;
};

static int begin(void **state)
{
    static const struct fixture empty;
    struct fixture *f = test_malloc(sizeof *f);

    *f = empty;
    f->desk.arena = &f->arena;
    table_begin(&f->table, &f->desk, columns, COL_COUNT);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;

    table_end(&f->table);
    arena_free(&f->arena);
    test_free(f);
    return 0;
}

static void add(struct fixture *f, double x, const char *text, int n)
{
    struct cell *row = table_row(&f->table);

    assert_non_null(row);
    row[COL_REAL] = cell_real(x);
    row[COL_TEXT] = cell_text(&f->table, text);
    row[COL_INT] = cell_int(n);
}

static int n_at(const struct fixture *f, size_t row)
{
    return (int)table_cell(&f->table, row, COL_INT)->i;
}

static struct page cut(struct fixture *f, const char *cursor, size_t limit)
{
    struct page p;

    assert_int_equal(page_cut(&f->table, &order, cursor, limit, &p), ERR_OK);
    return p;
}

static void an_empty_list_is_one_page(void **state)
{
    struct page p = cut(*state, NULL, 10);

    assert_int_equal(p.first, 0);
    assert_int_equal(p.count, 0);
    assert_null(p.next);
}

/* What is not known: a number comes last, a text first. */
static void rows_are_put_in_order(void **state)
{
    static const int expected[] = {1, 2, 3, 4, 5, 6, 7};
    struct fixture *f = *state;

    add(f, (double)NAN, "", 6);
    add(f, 2, "b", 3);
    add(f, -1, "a", 5);
    add(f, 2, "b", 4);
    add(f, (double)NAN, "z", 7);
    add(f, 3, "a", 1);
    add(f, 2, "", 2);
    page_sort(&f->table, &order);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(n_at(f, i), expected[i]);
}

static void fill(struct fixture *f, struct chance *c, int rows)
{
    static const char *const texts[] = {"", "a", "裂缝", "a\"\\", "zz"};

    for (int i = 0; i < rows; i++)
        add(f, chance_below(c, 5) == 0 ? (double)NAN : 0.1 * (double)chance_below(c, 4),
            texts[chance_below(c, 5)], i);
    page_sort(&f->table, &order);
}

/* For every size of page: all rows, each once, in order. */
static void pages_are_the_list(void **state)
{
    struct fixture *f = *state;
    struct chance c = {4711};

    fill(f, &c, 97);
    for (size_t limit = 1; limit <= 98; limit++) {
        const char *cursor = NULL;
        size_t seen = 0;
        do {
            struct page p = cut(f, cursor, limit);
            assert_int_equal(p.first, seen);
            assert_in_range(p.count, 1, limit);
            seen += p.count;
            cursor = p.next;
        } while (cursor);
        assert_int_equal(seen, 97);
    }
}

/* Rows come and go between the pages: of those that stayed, each is seen once. */
static void what_comes_and_goes_moves_no_other(void **state)
{
    struct fixture *f = *state;
    struct chance c = {99};
    int seen[400] = {0};
    const char *cursor = NULL;
    int made = 100;

    fill(f, &c, 100);
    do {
        struct page p = cut(f, cursor, 7);
        for (size_t i = p.first; i < p.first + p.count; i++)
            seen[n_at(f, i)]++;
        cursor = p.next;
        /* The row that the cursor speaks of, and any above 50, may go; others come. */
        for (size_t i = f->table.rows; i-- > 0;)
            if (n_at(f, i) >= 50 && (i == p.first + p.count - 1 || chance_below(&c, 6) == 0)) {
                memmove(f->table.cells + i * COL_COUNT, f->table.cells + (i + 1) * COL_COUNT,
                        (f->table.rows - i - 1) * COL_COUNT * sizeof *f->table.cells);
                f->table.rows--;
            }
        for (int k = 0; k < 3 && made < 400; k++)
            add(f, 0.1 * (double)chance_below(&c, 4), "new", made++);
        page_sort(&f->table, &order);
    } while (cursor);
    for (int i = 0; i < 400; i++)
        if (i < 50 ? seen[i] != 1 : seen[i] > 1)
            fail_msg("row %d was seen %d times", i, seen[i]);
}

static void a_cursor_that_is_none_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "!",
        "=",
        "AAAA", /* zero bytes */
        "A",
        "\xe8\xa3\x82",
        "eAo",          /* x\n */
        "bgpuCg",       /* n\nn\n */
        "bgpuCm4",      /* n\nn\nn */
        "bgpuCm4Kbgo",  /* n\nn\nn\nn\n */
        "aTF4Cm4Kbgo",  /* i1x\nn\nn\n */
        "eG5hbgpuCm4K", /* xnan\nn\nn\n */
        "eGluZgpuCm4K", /* xinf\nn\nn\n */
        "bgp0Cm4K",     /* n\nt\nn\n */
        "aQpuCm4K",     /* i\nn\nn\n */
        "cQpuCm4K",     /* q\nn\nn\n */
    };                  /* n, t, n */
    struct fixture *f = *state;
    struct page p;

    add(f, 1, "a", 1);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (page_cut(&f->table, &order, wrong[i], 5, &p) != ERR_RANGE)
            fail_msg("\"%s\" was taken", wrong[i]);
    assert_int_equal(page_cut(&f->table, &order, "bgpuCm4K", 5, &p), ERR_OK); /* n, n, n */
    assert_int_equal(p.count, 0);
}

/* Any text: refused, or a page of the list. */
static void any_text_as_a_cursor(void **state)
{
    static const char letters[] = "ABCabcxyz0189-_";
    struct fixture *f = *state;
    struct chance c = {5};

    fill(f, &c, 20);
    for (int i = 0; i < 20000; i++) {
        char text[24] = "";
        struct page p;
        enum err e;
        size_t n = chance_below(&c, 23);
        for (size_t k = 0; k < n; k++)
            text[k] = letters[chance_below(&c, sizeof letters - 1)];
        e = page_cut(&f->table, &order, text, 7, &p);
        assert_true(e == ERR_RANGE || (e == ERR_OK && p.first + p.count <= 20));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_list_is_one_page, begin, end),
        cmocka_unit_test_setup_teardown(rows_are_put_in_order, begin, end),
        cmocka_unit_test_setup_teardown(pages_are_the_list, begin, end),
        cmocka_unit_test_setup_teardown(what_comes_and_goes_moves_no_other, begin, end),
        cmocka_unit_test_setup_teardown(a_cursor_that_is_none_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(any_text_as_a_cursor, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
