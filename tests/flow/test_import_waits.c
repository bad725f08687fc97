/* shikumenctl import: of a store that begins with it; while the daemon does not get on. */
#include "files_status.h"

#define ZION TEST_DATA "/usgs_crackmeter/zion.dat"

static int ctl(struct kit *k, const char *verb, const char *file)
{
    const char *const argv[] = {BIN_DIR "/shikumenctl", "-c", k->g.site.conf, verb, file, NULL};

    return process_run(argv, &(struct process_options){.stdout_to = "/dev/null"}, PATIENCE_S);
}

/* It is whole, and stays so when one of its databases is lost. */
static void a_store_may_begin_with_an_import(void **state)
{
    struct kit *k = *state;
    char *lost = path_in(k->g.site.store, "state.db");

    assert_int_equal(ctl(k, "import", ZION), 0);
    assert_int_equal(ctl(k, "verify", NULL), 0);
    assert_int_equal(unlink(lost), 0);
    assert_int_equal(ctl(k, "import", ZION), 0);
    assert_int_not_equal(ctl(k, "verify", NULL), 0); /* another import does not hide it */
    site_start_connected(&k->g.site);
    free(lost);
}

static void why_it_waits_is_said(void **state)
{
    struct kit *k = *state;
    char *said = path_in(k->g.site.folder, "said"), *file = path_in(k->drop, "zion.dat");
    char *scratch = path_in(k->drop, "done/.result.tmp");
    const char *const argv[] = {BIN_DIR "/shikumenctl", "-c", k->g.site.conf, "import", ZION, NULL};
    double end = now_s() + PATIENCE_S;

    site_start_connected(&k->g.site);
    expect_number(k, "waiting", 0);
    assert_int_equal(mkdir(scratch, 0700), 0); /* in the way of the result */
    struct process importing =
        process_start(argv, &(struct process_options){.stdout_to = "/dev/null", .output = said});
    for (bool is = false; !is;) {
        char *words = read_text(said, NULL);
        is = strstr(words, "zion.dat: cannot be moved aside") != NULL;
        free(words);
        if (now_s() > end)
            site_fail(&k->g.site, "not said");
        sleep_ms(is ? 0 : 50);
    }
    assert_int_equal(rmdir(scratch), 0);
    assert_int_equal(chmod(file, 0600), 0); /* looked at again */
    assert_true(process_wait(&importing, PATIENCE_S));
    assert_int_equal(importing.exit_code, 0);
    free(said);
    free(file);
    free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_store_may_begin_with_an_import),
        T(why_it_waits_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
