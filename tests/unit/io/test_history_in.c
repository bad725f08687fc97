/* Lines of files in any encoding, plain and packed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "shikumen/io/history_in.h"
#include "tmpdir.h"

struct kit {
    char *folder, *path;
};

static int setup(void **state)
{
    struct kit *k = calloc(1, sizeof *k);

    assert_non_null(k);
    k->folder = tmpdir_make("history");
    k->path = path_in(k->folder, "f");
    *state = k;
    return 0;
}

static int teardown(void **state)
{
    struct kit *k = *state;

    tmpdir_remove(k->folder);
    free(k->path);
    free(k);
    return 0;
}

static int open_with(struct kit *k, const void *bytes, size_t n)
{
    int fd = open(k->path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* The bytes read so give these lines, then end: NULL is the end of them. */
static void expect_lines(struct kit *k, const void *bytes, size_t n, const char *encoding,
                         const char *const *lines, enum err end)
{
    int fd = open_with(k, bytes, n);
    struct history *h;
    const char *line;
    size_t len;

    assert_int_equal(history_open_fd(fd, encoding, &h), ERR_OK);
    for (; *lines; lines++) {
        assert_int_equal(history_line(h, &line, &len), ERR_OK);
        assert_int_equal(len, strlen(*lines));
        assert_memory_equal(line, *lines, len);
    }
    assert_int_equal(history_line(h, &line, &len), end);
    assert_int_equal(history_line(h, &line, &len), end);
    history_close(h);
    assert_int_equal(close(fd), 0); /* it was only borrowed */
}

#define LINES(...)  ((const char *const[]){__VA_ARGS__, NULL})
#define BYTES(text) text, sizeof(text) - 1

static void encodings(void **state)
{
    struct kit *k = *state;

    expect_lines(k, BYTES("a\r\nb\xc3\xa9\n"), NULL, LINES("a", "b\xc3\xa9"), ERR_NOTFOUND);
    expect_lines(k,
                 BYTES("\xef\xbb\xbf"
                       "a\nb"),
                 NULL, LINES("a", "b"), ERR_NOTFOUND);
    expect_lines(k,
                 BYTES("\xff\xfe"
                       "a\0\n\0\xc1\x88"),
                 NULL, LINES("a", "裁"), ERR_NOTFOUND);
    expect_lines(k, BYTES("\xfe\xff\0a\0\n\x88\xc1"), "GB18030", LINES("a", "裁"), ERR_NOTFOUND);
    expect_lines(k, BYTES("a\0\n\0b\0"), "UTF-16LE", LINES("a", "b"), ERR_NOTFOUND);
    expect_lines(k, BYTES("\xc1\xd1\xb7\xec,1\n"), "GB18030", LINES("裂缝,1"), ERR_NOTFOUND);
    expect_lines(k,
                 BYTES("\xb0"
                       "C,1\n"),
                 "ISO-8859-1",
                 LINES("\xc2\xb0"
                       "C,1"),
                 ERR_NOTFOUND);
    expect_lines(k, "", 0, "GB18030", (const char *const[]){NULL}, ERR_NOTFOUND);
}

static void bytes_that_an_encoding_does_not_have(void **state)
{
    struct kit *k = *state;

    expect_lines(k, BYTES("a,1\nb,\xff\xff,2\nc,3\n"), "GB18030", LINES("a,1"), ERR_PARSE);
    expect_lines(k, BYTES("a\0\n\0b"), "UTF-16LE", LINES("a"), ERR_PARSE); /* half of one */
}

static void an_encoding_nobody_knows(void **state)
{
    struct kit *k = *state;
    int fd = open_with(k, BYTES("a\n"));
    struct history *h;

    assert_int_equal(history_open_fd(fd, "no-such", &h), ERR_CONFIG);
    assert_null(h);
    close(fd);
}

/* Longer than any buffer in it, in a character set of two bytes, packed. */
static void a_long_packed_file_in_another_encoding(void **state)
{
    struct kit *k = *state;
    FILE *f = fopen(k->path, "wb");
    const char *const argv[] = {"gzip", k->path, NULL};
    char *packed;
    struct history *h;
    const char *line;
    size_t n;

    for (int i = 0; i < 60000; i++)
        fprintf(f, "%d,\xc1\xd1\xb7\xec\n", i);
    fclose(f);
    assert_int_equal(process_run(argv, NULL, 30), 0);
    assert_true(asprintf(&packed, "%s.gz", k->path) > 0);
    int fd = open(packed, O_RDONLY);
    assert_int_equal(history_open_fd(fd, "GB18030", &h), ERR_OK);
    for (int i = 0; i < 60000; i++) {
        char want[40];
        snprintf(want, sizeof want, "%d,裂缝", i);
        assert_int_equal(history_line(h, &line, &n), ERR_OK);
        assert_int_equal(n, strlen(want));
        assert_memory_equal(line, want, n);
    }
    assert_int_equal(history_line(h, &line, &n), ERR_NOTFOUND);
    history_close(h);
    close(fd);
    free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(encodings, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_that_an_encoding_does_not_have, setup, teardown),
        cmocka_unit_test_setup_teardown(an_encoding_nobody_knows, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_packed_file_in_another_encoding, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
