#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shikumen/base/log.h"

struct channel {
    struct log log;
    int read_end;
};

static int set_up(void **state)
{
    struct channel *c = calloc(1, sizeof *c);
    int fds[2];

    if (!c || pipe2(fds, O_NONBLOCK) != 0)
        return -1;
    c->log = (struct log){.fd = fds[1], .max_priority = LOG_P_INFO};
    c->read_end = fds[0];
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    struct channel *c = *state;

    close(c->log.fd);
    close(c->read_end);
    free(c);
    return 0;
}

/* What has been written so far. */
static size_t drain(const struct channel *c, char *text, size_t size)
{
    ssize_t n = read(c->read_end, text, size - 1);

    if (n < 0) {
        assert_int_equal(errno, EAGAIN);
        n = 0;
    }
    text[n] = '\0';
    return (size_t)n;
}

static void test_a_line(void **state)
{
    const struct channel *c = *state;
    char text[4096];

    log_event(&c->log, LOG_P_NOTICE, "started version=%s houses=%d", "0.1.0", 12);
    log_event(&c->log, LOG_P_ERR, "store_failed");
    drain(c, text, sizeof text);
    assert_string_equal(text, "<5>started version=0.1.0 houses=12\n<3>store_failed\n");
}

static void test_what_is_not_urgent_enough_is_dropped(void **state)
{
    struct channel *c = *state;
    const struct log nowhere = {.fd = -1, .max_priority = LOG_P_DEBUG};
    char text[4096];

    log_event(&c->log, LOG_P_DEBUG, "detail");
    log_event(&nowhere, LOG_P_ERR, "lost");
    log_event(&c->log, LOG_P_INFO, "kept");
    drain(c, text, sizeof text);
    assert_string_equal(text, "<6>kept\n");
}

static void test_errno_is_appended_and_kept(void **state)
{
    const struct channel *c = *state;
    const struct log unwritable = {.fd = c->read_end, .max_priority = LOG_P_INFO};
    char text[4096];

    errno = ENOSPC;
    log_errno(&c->log, LOG_P_WARNING, "commit_failed file=%s", "readings.db");
    assert_int_equal(errno, ENOSPC);
    log_event(&unwritable, LOG_P_INFO, "next");
    assert_int_equal(errno, ENOSPC);
    drain(c, text, sizeof text);
    assert_string_equal(text,
                        "<4>commit_failed file=readings.db errno=\"No space left on device\"\n");
}

/* A topic, payload or file's name in a line can neither begin a new one nor drive the terminal, nor
 * make the log something else than UTF-8. */
static void test_control_characters_are_escaped(void **state)
{
    const struct channel *c = *state;
    char text[4096];

    log_event(&c->log, LOG_P_INFO, "bad topic=\"%s\"",
              "a\n<0>b\r\t\x1b[2J\x01\x7f\xc2\x9b石\xc2\xb5 \xff\xfe\xc0\x80 \xe5\x9f");
    drain(c, text, sizeof text);
    assert_string_equal(text, "<6>bad topic=\"a\\n<0>b\\r\\t\\x1b[2J\\x01\\x7f\\xc2\\x9b石\xc2\xb5 "
                              "\\xff\\xfe\\xc0\\x80 \\xe5\\x9f\"\n");
}

static void test_the_line_is_cut_at_1_kib(void **state)
{
    const struct channel *c = *state;
    char text[8192];

    log_event(&c->log, LOG_P_INFO, "%s%05000d", "x=", 0);
    assert_int_equal(drain(c, text, sizeof text), 1024);
    assert_int_equal(text[1023], '\n');
    assert_int_equal(strspn(text + 5, "0"), 1018);
    log_event(&c->log, LOG_P_INFO, "%01020d", 0); /* just fits */
    log_event(&c->log, LOG_P_INFO, "%01021d", 0);
    assert_int_equal(drain(c, text, sizeof text), 2048);
    errno = ENOENT;
    log_errno(&c->log, LOG_P_INFO, "%05000d", 0); /* the reason stays whole */
    assert_int_equal(drain(c, text, sizeof text), 1024);
    assert_non_null(strstr(text, "0 errno=\"No such file or directory\"\n"));
}

/* No half character and no half escape at the cut, wherever it falls. */
static void test_the_cut_falls_between_characters(void **state)
{
    const struct channel *c = *state;
    char many[3000], text[8192];

    for (size_t shift = 0; shift < 4; shift++) {
        memset(many, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof many; i += 3)
            memcpy(many + i, "石", 4);
        log_event(&c->log, LOG_P_INFO, "%s", many);
        size_t n = drain(c, text, sizeof text);
        assert_in_range(n, 1021, 1024);
        assert_int_equal((n - 4 - shift) % 3, 0);
        assert_memory_equal(text + n - 4, "石\n", 4);

        memset(many + shift, 1, 2000);
        many[2000 + shift] = '\0';
        log_event(&c->log, LOG_P_INFO, "%s", many);
        n = drain(c, text, sizeof text);
        assert_in_range(n, 1020, 1024);
        assert_memory_equal(text + n - 5, "\\x01\n", 5);
    }
}

static void *write_many(void *arg)
{
    const struct log *log = arg;

    for (int i = 0; i < 500; i++)
        log_event(log, LOG_P_INFO, "line a=%0400d", i);
    return NULL;
}

static void test_lines_of_threads_do_not_mix(void **state)
{
    struct channel *c = *state;
    pthread_t threads[4];
    unsigned lines = 0;
    char line[1024];
    FILE *in;

    assert_int_equal(fcntl(c->log.fd, F_SETFL, 0), 0);
    assert_int_equal(fcntl(c->read_end, F_SETFL, 0), 0);
    in = fdopen(dup(c->read_end), "r");
    assert_non_null(in);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &c->log), 0);
    while (lines < 2000 && fgets(line, sizeof line, in)) {
        assert_int_equal(strlen(line), 3 + 7 + 400 + 1);
        assert_memory_equal(line, "<6>line a=000", 13);
        lines++;
    }
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(lines, 2000);
    fclose(in);
}

#define WITH_PIPE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PIPE(test_a_line),
        WITH_PIPE(test_what_is_not_urgent_enough_is_dropped),
        WITH_PIPE(test_errno_is_appended_and_kept),
        WITH_PIPE(test_control_characters_are_escaped),
        WITH_PIPE(test_the_line_is_cut_at_1_kib),
        WITH_PIPE(test_the_cut_falls_between_characters),
        WITH_PIPE(test_lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
