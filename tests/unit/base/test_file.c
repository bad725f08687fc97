#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shikumen/base/file.h"
#include "tmpdir.h"

struct place {
    char *dir;
    char path[512];
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    if (!p)
        return -1;
    p->dir = tmpdir_make("test_file");
    snprintf(p->path, sizeof p->path, "%s/data.json", p->dir);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;

    tmpdir_remove(p->dir);
    free(p);
    return 0;
}

static unsigned entries(const char *dir)
{
    DIR *d = opendir(dir);
    unsigned n = 0;

    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void assert_content(const char *path, const void *bytes, size_t n)
{
    struct strbuf b = {0};

    assert_int_equal(file_read(path, n, &b), ERR_OK);
    assert_int_equal(b.len, n);
    if (n > 0)
        assert_memory_equal(b.data, bytes, n);
    strbuf_free(&b);
}

static void test_what_was_written_is_read(void **state)
{
    const struct place *p = *state;
    enum { BIG = 200001 };
    char *big = malloc(BIG);

    assert_non_null(big);
    for (size_t i = 0; i < BIG; i++)
        big[i] = (char)(i * 31 % 251);
    assert_int_equal(file_replace(p->path, "one", 3), ERR_OK);
    assert_content(p->path, "one", 3);
    assert_int_equal(file_replace(p->path, big, BIG), ERR_OK);
    assert_content(p->path, big, BIG);
    assert_int_equal(file_replace(p->path, "", 0), ERR_OK);
    assert_content(p->path, "", 0);
    assert_int_equal(entries(p->dir), 1);
    free(big);
}

static void test_read_appends_and_respects_the_bound(void **state)
{
    const struct place *p = *state;
    struct strbuf b = {0};

    assert_int_equal(file_replace(p->path, "12345", 5), ERR_OK);
    strbuf_puts(&b, "x");
    assert_int_equal(file_read(p->path, 4, &b), ERR_RANGE);
    assert_string_equal(strbuf_text(&b), "x");
    assert_int_equal(file_read(p->path, 5, &b), ERR_OK);
    assert_string_equal(strbuf_text(&b), "x12345");
    strbuf_free(&b);
}

static void test_read_errors(void **state)
{
    const struct place *p = *state;
    struct strbuf b = {0};

    assert_int_equal(file_read(p->path, 10, &b), ERR_NOTFOUND);
    assert_int_equal(file_read(p->dir, 10, &b), ERR_IO);
    assert_int_equal(errno, EISDIR);
    assert_string_equal(strbuf_text(&b), "");
    strbuf_free(&b);
}

/* The replaced file is another inode: whoever has the old one open still reads it whole. */
static void test_replace_never_touches_the_old_content(void **state)
{
    const struct place *p = *state;
    char old[4] = "";
    int fd;

    assert_int_equal(file_replace(p->path, "old", 3), ERR_OK);
    fd = open(p->path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(file_replace(p->path, "newer", 5), ERR_OK);
    assert_int_equal(read(fd, old, sizeof old), 3);
    assert_string_equal(old, "old");
    close(fd);
    assert_content(p->path, "newer", 5);
}

/* A write that stops half-way (file size limit) leaves the old content and no litter. */
static void test_failed_replace_leaves_the_old_content(void **state)
{
    const struct place *p = *state;
    struct rlimit before, small;
    static char zeros[100000];
    enum err e;
    int reason;

    assert_int_equal(file_replace(p->path, "old", 3), ERR_OK);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 50000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    e = file_replace(p->path, zeros, sizeof zeros);
    reason = errno;
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(e, ERR_IO);
    assert_int_equal(reason, EFBIG);
    assert_content(p->path, "old", 3);
    assert_int_equal(entries(p->dir), 1);
}

static void test_replace_where_there_is_no_folder(void **state)
{
    const struct place *p = *state;
    char path[600];

    snprintf(path, sizeof path, "%s/none/data.json", p->dir);
    assert_int_equal(file_replace(path, "x", 1), ERR_IO);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(mkdir(p->path, 0700), 0);
    assert_int_equal(file_replace(p->path, "x", 1), ERR_IO);
    assert_int_equal(entries(p->dir), 1);
}

static void test_replace_keeps_permissions(void **state)
{
    const struct place *p = *state;
    struct stat st;

    assert_int_equal(file_replace(p->path, "x", 1), ERR_OK);
    assert_int_equal(chmod(p->path, 0640), 0);
    assert_int_equal(file_replace(p->path, "y", 1), ERR_OK);
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

#define IN_OWN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OWN_FOLDER(test_what_was_written_is_read),
        IN_OWN_FOLDER(test_read_appends_and_respects_the_bound),
        IN_OWN_FOLDER(test_read_errors),
        IN_OWN_FOLDER(test_replace_never_touches_the_old_content),
        IN_OWN_FOLDER(test_failed_replace_leaves_the_old_content),
        IN_OWN_FOLDER(test_replace_where_there_is_no_folder),
        IN_OWN_FOLDER(test_replace_keeps_permissions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
