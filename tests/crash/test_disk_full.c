/* A store on a small file system that fills up: the daemon says so once, keeps what it cannot store
 * unacknowledged at the broker, and goes on by itself when there is room again. The file system is
 * mounted in a mount namespace of this test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon.h"
#include "publisher.h"
#include "small_disk.h"

#define SIZE  "size=12m"
#define PACK  10
#define FIRST 500  /* messages */
#define MORE  2500 /* while it is full */

/* --- readings --- */

/* Message m: PACK readings of one sensor, numbered on. */
static size_t make_message(void *context, int64_t m, char topic[256], char payload[4096])
{
    const int64_t *start_s = context;
    size_t n = 0;

    snprintf(topic, 256, "shikumen/v1/H1/n1/senml");
    n += (size_t)snprintf(payload, 4096, "[{\"bn\":\"H1/n1/t\",\"bu\":\"Cel\",\"bt\":%lld",
                          (long long)(*start_s + m * PACK));
    for (int k = 0; k < PACK; k++)
        n += (size_t)snprintf(payload + n, 4096 - n, "%s\"t\":%d,\"v\":%.4f}", k ? ",{" : ",", k,
                              (double)(m * PACK + k) * 1e-4);
    payload[n++] = ']';
    return n;
}

static void check_each_once(struct site *s, int64_t messages)
{
    size_t max = (size_t)(messages * PACK + 1);
    struct reading *r = calloc(max, sizeof *r);

    assert_non_null(r);
    assert_int_equal(site_readings(s, "H1/n1/t", r, max), max - 1);
    for (size_t i = 0; i + 1 < max; i++)
        assert_int_equal(r[i].value * 1e4 + 0.5, i);
    free(r);
}

static void wait_stored(struct site *s, int64_t messages)
{
    double end = now_s() + PATIENCE_S;

    while (site_counter(s, "stored") < messages * PACK && now_s() < end)
        sleep_ms(50);
    assert_int_equal(site_counter(s, "stored"), messages * PACK);
}

static void expect_lines_at_most(struct site *s, const char *text, int most)
{
    int n = site_log_lines(s, text);

    if (n > most) {
        char *log = read_text(s->log, NULL);
        fprintf(stderr, "%s", log);
        free(log);
        fail_msg("\"%s\" stands in the log %d times, not %d", text, n, most);
    }
}

/* Fills the store, publishes, lets it be full for a while; with killed also over a restart. */
static void full_for_a_while(struct site *s, struct publisher *p, int64_t *sent, int64_t *start_s,
                             bool killed)
{
    char *ballast = path_in(s->store, "ballast");
    int said = site_log_lines(s, "fault loop=ingest");
    int64_t before = site_counter(s, "stored");

    small_disk_fill(ballast);
    assert_true(publisher_series(p, *sent, MORE, 0, make_message, start_s));
    assert_true(publisher_flush(p, PATIENCE_S));
    *sent += MORE;
    site_wait_log(s, "fault loop=ingest", said + 1);
    site_wait_text(s, "state", "degraded");
    if (killed) {
        site_kill(s);
        small_disk_fill(ballast);
        site_start(s);
    }
    publisher_idle(p, 5000);
    expect_lines_at_most(s, "fault loop=ingest", said + (killed ? 2 : 1));
    expect_lines_at_most(s, "fault loop=assess", 3);
    assert_true(process_running(&s->daemon));
    assert_true(site_counter(s, "stored") < before + MORE * PACK); /* it did not fit */
    assert_int_equal(unlink(ballast), 0);
    wait_stored(s, *sent);
    site_wait_text(s, "state", "ok");
    free(ballast);
}

static void test_full_and_free_again(void **state)
{
    struct site s;
    int64_t sent = FIRST, start_s = wall_us() / 1000000 - 200000;
    (void)state;

    site_make(&s, "full", &(struct broker_options){0});
    assert_int_equal(mkdir(s.store, 0700), 0);
    assert_int_equal(mount("none", s.store, "tmpfs", MS_NOSUID | MS_NODEV, SIZE), 0);
    site_sensor(&s, &(struct site_sensor){.id = "H1/n1/t",
                                          .node = "H1/n1",
                                          .house = "H1",
                                          .quantity = "temperature",
                                          .unit = "Cel",
                                          .more = "\"medium\":\"indoor\""});
    site_registry(&s, "[{\"id\":\"H1\"}]");
    site_config(&s, NULL, NULL, NULL);
    site_start_connected(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    assert_true(publisher_series(p, 0, FIRST, 0, make_message, &start_s));
    assert_true(publisher_flush(p, PATIENCE_S));
    wait_stored(&s, FIRST);
    full_for_a_while(&s, p, &sent, &start_s, false);
    full_for_a_while(&s, p, &sent, &start_s, true);
    site_reconcile(&s);
    site_stop(&s);
    site_reconcile(&s);
    check_each_once(&s, sent);
    assert_int_equal(site_counts(&s).quarantined, 0);
    publisher_close(p);
    assert_int_equal(umount2(s.store, MNT_DETACH), 0);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_full_and_free_again)};

    if (!small_disk_may_mount()) {
        perror("skipped: no mount namespace can be had here");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
