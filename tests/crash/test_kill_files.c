/* A long file of readings while the daemon is killed, and while its disk is full: in the end each
 * reading is there once, and the file is aside with its result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon.h"
#include "small_disk.h"

#define ROWS  400000
#define KILLS 8
#define SIZE  "size=24m"

struct kit {
    struct site site;
    char *drop;
};

static void begin(struct kit *k)
{
    char *files;

    site_make(&k->site, "kill-files", NULL);
    k->site.port = free_port(); /* nobody is there */
    k->drop = path_in(k->site.folder, "drop");
    assert_int_equal(mkdir(k->drop, 0700), 0);
    assert_int_equal(mkdir(k->site.store, 0700), 0);
    assert_true(asprintf(&files, "files: { drop = \"%s\"; settle_s = 1; };", k->drop) > 0);
    site_config(&k->site, NULL, "commit_readings = 5000;", files);
    site_sensor(&k->site, &(struct site_sensor){.id = "H1/n1/t",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .quantity = "temperature",
                                                .unit = "Cel"});
    site_registry(&k->site, "[{\"id\":\"H1\"}]");
    free(files);
}

static void end(struct kit *k)
{
    site_free(&k->site);
    free(k->drop);
}

/* ROWS readings, one a minute, whose values are no short decimals: they need room. */
static void drop_rows(struct kit *k)
{
    char *path = path_in(k->drop, "rows.csv"), *making = path_in(k->drop, ".rows");
    FILE *f = fopen(making, "w");

    assert_non_null(f);
    fputs("t,sensor,v,u\n", f);
    for (int i = 0; i < ROWS; i++) {
        int minute = i % 1440, day = i / 1440;
        fprintf(f, "20%02d-%02d-%02dT%02d:%02d:00Z,H1/n1/t,%.17g,Cel\n", 20 + day / 336,
                1 + day / 28 % 12, 1 + day % 28, minute / 60, minute % 60, (i + 0.5) / 3e4);
    }
    assert_int_equal(fclose(f), 0);
    assert_int_equal(rename(making, path), 0);
    free(making);
    free(path);
}

static bool is_aside(struct kit *k)
{
    char *path = path_in(k->drop, "done/rows.csv");
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

static void wait_aside(struct kit *k)
{
    double until = now_s() + PATIENCE_S;

    while (!is_aside(k)) {
        if (now_s() > until)
            site_fail(&k->site, "the file was never done");
        site_check_alive(&k->site);
        sleep_ms(10);
    }
}

static void check_each_once(struct kit *k)
{
    struct reading *r = calloc(ROWS + 1, sizeof *r);
    char *result = path_in(k->drop, "done/rows.csv.result.json"), *text = read_text(result, NULL);

    assert_non_null(r);
    assert_int_equal(site_readings(&k->site, "H1/n1/t", r, ROWS + 1), ROWS);
    for (int i = 0; i < ROWS; i++)
        if (r[i].value != (i + 0.5) / 3e4)
            fail_msg("reading %d is %.17g", i, r[i].value);
    assert_int_equal(site_counts(&k->site).stored, ROWS);
    site_reconcile(&k->site);
    assert_non_null(strstr(text, "\"result\":\"done\""));
    assert_non_null(strstr(text, "\"received\":400000"));
    free(text);
    free(result);
    free(r);
}

static int64_t stored(struct kit *k)
{
    struct readings_reader *r;
    int64_t n;

    if (reader_open(k->site.store, NULL, 0, &r) != ERR_OK)
        return 0; /* not there yet */
    reader_close(r);
    n = site_counter(&k->site, "stored");
    return n;
}

static void killed_in_the_middle(void **state)
{
    struct kit k = {.drop = NULL};
    int64_t before = 0;
    int inside = 0;

    (void)state;
    begin(&k);
    drop_rows(&k);
    for (int i = 0; i < KILLS; i++) {
        double until = now_s() + PATIENCE_S;
        site_start(&k.site);
        while (stored(&k) <= before && !is_aside(&k) && now_s() < until)
            sleep_ms(1);
        sleep_ms(3 * i);
        site_kill(&k.site);
        before = stored(&k);
        inside += before > 0 && before < ROWS && !is_aside(&k);
    }
    assert_true(inside >= 2);
    site_start(&k.site);
    wait_aside(&k);
    check_each_once(&k);
    site_stop(&k.site);
    end(&k);
}

static void a_full_disk_in_the_middle(void **state)
{
    struct kit k = {.drop = NULL};
    char *ballast;

    (void)state;
    begin(&k);
    assert_int_equal(mount("none", k.site.store, "tmpfs", MS_NOSUID | MS_NODEV, SIZE), 0);
    ballast = path_in(k.site.store, "ballast");
    site_start(&k.site);
    site_wait_log(&k.site, "ready", 1);
    drop_rows(&k);
    while (stored(&k) == 0)
        sleep_ms(1);
    small_disk_fill(ballast);
    site_wait_log(&k.site, "fault loop=ingest", 1);
    assert_false(is_aside(&k));
    assert_true(stored(&k) < ROWS);
    assert_int_equal(unlink(ballast), 0);
    wait_aside(&k);
    check_each_once(&k);
    site_stop(&k.site);
    assert_int_equal(umount2(k.site.store, MNT_DETACH), 0);
    free(ballast);
    end(&k);
}

int main(void)
{
    const struct CMUnitTest always[] = {cmocka_unit_test(killed_in_the_middle)};
    const struct CMUnitTest mounted[] = {cmocka_unit_test(a_full_disk_in_the_middle)};
    int failed = cmocka_run_group_tests(always, NULL, NULL);

    if (!small_disk_may_mount()) {
        perror("skipped: no mount namespace can be had here");
        return failed;
    }
    return failed + cmocka_run_group_tests(mounted, NULL, NULL);
}
