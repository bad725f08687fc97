/* Whatever a broken or hostile node sends through the broker, the daemon stays alive and small, and
 * every reading is stored, counted as a duplicate or in quarantine with its reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "daemon.h"
#include "publisher.h"

#define MUTANTS               6000
#define LARGE                 (10u << 20)
#define RSS_MIB_MAX           256.0
#define SANITIZED_RSS_MIB_MAX 1024.0

static const char *const seeds[] = {
    "[{\"bn\":\"H1/n1/"
    "\",\"bt\":1.7e9,\"bu\":\"Cel\",\"n\":\"t\",\"v\":21.5},{\"n\":\"t\",\"t\":-5,\"v\":21}]",
    "[{\"n\":\"t\",\"u\":\"Cel\",\"v\":20}]",
    "[{\"n\":\"t\",\"u\":\"Cel\",\"v\":1e400}]",
    "[{\"n\":\"t\",\"u\":\"Cel\",\"v\":NaN}]",
    "[{\"n\":\"t\",\"n\":\"x\",\"v\":1,\"v\":2,\"vb\":true}]",
    "[{\"bver\":99,\"n\":\"t\",\"v\":1}]",
    "[{\"n\":\"t\",\"u\":\"Cel\",\"t\":1e300,\"v\":1}]",
    "[{\"n\":\"t\",\"u\":\"Cel\",\"t\":-1e300,\"v\":1,\"s\":3}]",
    "[{\"n\":\"\xff\xfe\xc0\x80\",\"v\":1}]",
    "[{\"n\":\"\\ud800\",\"v\":1},{\"n\":\"\\u0000\",\"vs\":\"\\u0000\"}]",
    "{\"t0\":1763798400.125,\"fs\":200,\"unit\":\"mm/"
    "s\",\"kind\":\"velocity\",\"axes\":{\"x\":\"AAAAAA==\"}}",
    "{\"t0\":1e308,\"fs\":-1,\"unit\":\"mm/s\",\"kind\":\"velocity\",\"axes\":{\"x\":[1,2,1e999]}}",
    "{\"state\":\"online\",\"battery_V\":3.6,\"rssi_dBm\":-97,\"fw\":\"1.4\"}",
    "{\"state\":\"offline\",\"battery_V\":\"x\"}",
    "null",
    "",
    "[]",
    "[[[[[[[[",
    "\"",
    "[{}]",
    "[1,2,3]",
};

static const char *const topics[] = {
    "shikumen/v1/H1/n1/senml",
    "shikumen/v1/H1/n1/senml",
    "shikumen/v1/H1/n1/senml",
    "shikumen/v1/H1/n1/burst",
    "shikumen/v1/H1/n1/status",
    "shikumen/v1/H1/n2/senml",
    "shikumen/v1/H1/n1/what",
    "shikumen/v1/",
    "shikumen/v1/H1",
    "shikumen/v1//n1/senml",
    "shikumen/v1/\xe5\xb1\x8b/\xe8\x8a\x82/senml",
    "shikumen/v1/H1/n1/senml/senml",
};

static size_t seed_payload(struct chance *c, char *to, size_t max)
{
    const char *seed = seeds[chance_below(c, sizeof seeds / sizeof *seeds)];
    size_t n = strlen(seed);

    assert_true(n <= max);
    memcpy(to, seed, n);
    return n;
}

/* Cuts, flips, doubles, fills with brackets, inserts digits: up to four things at once. */
static size_t mutate(struct chance *c, char *p, size_t n, size_t max)
{
    static const char marks[] = "[]{}\",:0123456789eE+-.\\utrfn\x00\xff\xc3\xed\xa0";
    size_t at, k;

    for (size_t times = chance_below(c, 5); times > 0 && n > 0; times--) {
        at = chance_below(c, n);
        switch (chance_below(c, 5)) {
        case 0:
            n = at;
            break;
        case 1:
            p[at] = (char)chance_below(c, 256);
            break;
        case 2:
            k = n - at < max - n ? n - at : max - n;
            memmove(p + n, p + at, k);
            n += k;
            break;
        case 3:
            k = chance_below(c, 2000) < max - n ? chance_below(c, max - n < 2000 ? max - n : 2000)
                                                : 0;
            memset(p + n, chance_one_in(c, 2) ? '[' : '{', k);
            n += k;
            break;
        default:
            p[at] = marks[chance_below(c, sizeof marks - 1)];
            break;
        }
    }
    return n;
}

static void send_mutants(struct publisher *p)
{
    struct chance c = {42};
    char *payload = malloc(8192);

    assert_non_null(payload);
    for (int i = 0; i < MUTANTS; i++) {
        size_t n = mutate(&c, payload, seed_payload(&c, payload, 8192), 8192);
        assert_true(publisher_send(p, topics[chance_below(&c, sizeof topics / sizeof *topics)],
                                   payload, n));
    }
    free(payload);
}

static void repeat(char *to, size_t size, const char *unit)
{
    size_t n = strlen(unit);

    for (size_t i = 0; i < size; i++)
        to[i] = unit[i % n];
}

/* Ten megabytes each of nesting, of empty records, of one text, of one number, of records. */
static int send_large(struct publisher *p)
{
    static const char *const units[] = {
        "[", "{},", "a", "9", "{\"n\":\"x\",\"v\":1},", "{\"n\":\"t\",\"u\":\"Cel\",\"v\":1},"};
    static const char *const heads[] = {"", "[", "[{\"n\":\"", "[{\"n\":\"t\",\"v\":", "[", "["};
    const int count = sizeof units / sizeof *units;
    char *payload = malloc(LARGE);

    assert_non_null(payload);
    for (int i = 0; i < count; i++) {
        size_t head = strlen(heads[i]), body = (LARGE - head - 64) / strlen(units[i]);
        memcpy(payload, heads[i], head);
        repeat(payload + head, body * strlen(units[i]), units[i]);
        size_t n = head + body * strlen(units[i]);
        if (i >= 4 || i == 1) { /* a whole document */
            payload[n - 1] = ']';
        }
        assert_true(publisher_send(p, "shikumen/v1/H1/n1/senml", payload, n));
        assert_true(publisher_flush(p, PATIENCE_S));
    }
    free(payload);
    return count;
}

/* As long as MQTT allows. */
static int send_long_topics(struct publisher *p)
{
    static const size_t lengths[] = {300, 5000, 60000};
    char *topic = calloc(1, 65536);

    assert_non_null(topic);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memset(topic, 'a', lengths[i]);
        memcpy(topic, "shikumen/v1/", 12);
        memcpy(topic + lengths[i] - 9, "/n1/senml", 10);
        assert_true(publisher_send(p, topic, seeds[1], strlen(seeds[1])));
    }
    free(topic);
    return sizeof lengths / sizeof *lengths;
}

static void wait_messages(struct site *s, int64_t messages)
{
    double end = now_s() + PATIENCE_S;

    while (site_counter(s, "messages") < messages && now_s() < end) {
        if (!process_running(&s->daemon))
            break;
        sleep_ms(20);
    }
    assert_true(process_running(&s->daemon));
    assert_int_equal(site_counter(s, "messages"), messages);
}

static bool sanitized(const struct site *s)
{
    char path[64], *maps;
    bool is;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)s->daemon.pid);
    maps = read_text(path, NULL);
    is = strstr(maps, "libasan") || strstr(maps, "libtsan");
    free(maps);
    return is;
}

static enum err has_reason(void *context, const struct quarantine_row *q)
{
    int *rows = context;

    assert_true(*q->reason != '\0' && *q->detail != '\0');
    assert_true(q->payload_len <= q->full_len);
    (*rows)++;
    return ERR_OK;
}

static void test_hostile_traffic(void **state)
{
    struct site s;
    int64_t messages = 1;
    int rows = 0;
    (void)state;

    site_make(&s, "hostile", &(struct broker_options){0});
    site_sensor(&s, &(struct site_sensor){.id = "H1/n1/t",
                                          .node = "H1/n1",
                                          .house = "H1",
                                          .quantity = "temperature",
                                          .unit = "Cel",
                                          .more = "\"medium\":\"indoor\""});
    site_sensor(&s, &(struct site_sensor){.id = "H1/n1/burst",
                                          .node = "H1/n1",
                                          .house = "H1",
                                          .quantity = "velocity",
                                          .unit = "mm/s",
                                          .more = "\"axis\":\"xyz\""});
    site_registry(&s, "[{\"id\":\"H1\"}]");
    site_config(&s, NULL, NULL, NULL);
    site_start_connected(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_mutants(p);
    messages += MUTANTS + send_long_topics(p) + send_large(p);
    assert_true(publisher_send(p, "shikumen/v1/H1/n1/senml", seeds[1], strlen(seeds[1])));
    assert_true(publisher_flush(p, PATIENCE_S));
    wait_messages(&s, messages);
    double rss_mib = site_rss_mib(&s);
    print_message("resident %.1f MiB\n", rss_mib);
    assert_true(rss_mib < (sanitized(&s) ? SANITIZED_RSS_MIB_MAX : RSS_MIB_MAX));
    assert_int_equal(site_log_lines(&s, "fault loop="), 0);
    site_reconcile(&s);
    assert_true(site_counts(&s).stored > 0);
    assert_true(site_counts(&s).quarantined > MUTANTS / 2);
    site_wait_text(&s, "state", "ok");
    site_stop(&s);
    site_reconcile(&s);
    struct readings_reader *reader = site_reader(&s);
    assert_int_equal(reader_quarantine(reader, NULL, NULL, 1000000, has_reason, &rows), ERR_OK);
    assert_true(rows > 0);
    reader_close(reader);
    publisher_close(p);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hostile_traffic)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
