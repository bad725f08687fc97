/* Alerts on their way to a receiver that answers 503, hangs or resets, while the daemon is killed
 * again and again: every committed step arrives, signed, in order within its episode, and a step
 * that comes again is the same to the byte. */
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
#include "receiver.h"
#include "shikumen/base/strmap.h"
#include "shikumen/io/webhook_sign.h"

#define ELEMENTS 24
#define VALUES   8
#define KILLS    25
#define SECRET   "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SEEN_MAX 4096

#define LIMITS                                                                                     \
    "[{\"level\":1,\"of\":\"value\",\"value\":5,\"clear\":4,\"unit\":\"mm\",\"source\":\"x\","     \
    "\"mark\":\"J\"},{\"level\":2,\"of\":\"value\",\"value\":10,\"clear\":9,\"unit\":\"mm\","      \
    "\"source\":\"x\",\"mark\":\"J\"}]"

static const double values[VALUES] = {6, 11, 7, 1, 12, 6, 11, 1};

/* --- the receiver --- */

/* Tries seen of each webhook-id, by its hash; only the receiver's thread touches it. */
struct tries {
    uint64_t id[SEEN_MAX];
    int n[SEEN_MAX];
};

static int *tries_of(struct tries *t, uint64_t id)
{
    size_t slot = (size_t)(id % SEEN_MAX);

    while (t->n[slot] != 0 && t->id[slot] != id)
        slot = (slot + 1) % SEEN_MAX;
    t->id[slot] = id;
    return &t->n[slot];
}

static void answer(void *context, const struct received *r, struct receiver_reply *reply)
{
    uint64_t id = hash64(1, r->webhook_id, strlen(r->webhook_id));
    int *tries = tries_of(context, id);

    if ((*tries)++ > 0)
        return;
    switch (id % 7) {
    case 0:
        reply->status = 503;
        break;
    case 1:
        reply->reset = true;
        break;
    case 2:
        reply->hang = id / 7 % 2 == 0;
        break;
    case 3:
        reply->delay_ms = 200;
        break;
    default:
        break;
    }
}

/* --- the stage --- */

struct stage {
    struct site site;
    struct receiver *receiver;
    struct publisher *publisher;
    struct tries *tries;
    int64_t t0_us;
};

static void write_site(struct stage *g)
{
    char id[48], element[32], url[64], *rest, *secret = path_in(g->site.folder, "secret");
    struct strbuf houses = {0};

    strbuf_puts(&houses, "[{\"id\":\"H1\",\"elements\":[");
    for (int i = 0; i < ELEMENTS; i++) {
        snprintf(id, sizeof id, "H1/n1/d%d", i);
        snprintf(element, sizeof element, "H1/e%d", i);
        strbuf_printf(&houses, "%s{\"id\":\"%s\",\"kind\":\"wall\"}", i ? "," : "", element);
        site_sensor(&g->site,
                    &(struct site_sensor){.id = id,
                                          .node = "H1/n1",
                                          .element = element,
                                          .quantity = "displacement",
                                          .unit = "mm",
                                          .limits = LIMITS,
                                          .more = "\"quality\":{\"rate_suspect_per_h\":null,"
                                                  "\"spike_suspect\":null,\"spike_fail\":null}"});
    }
    strbuf_puts(&houses, "]}]");
    site_registry(&g->site, strbuf_text(&houses));
    write_text(secret, SECRET "\n");
    assert_true(asprintf(&rest,
                         "endpoints: ( { name = \"desk\"; url = \"%s\"; secret_file = \"%s\";"
                         " timeout_s = 1; } );",
                         receiver_url(g->receiver, "/x", url, sizeof url), secret) > 0);
    site_config(&g->site, NULL, NULL, rest);
    strbuf_free(&houses);
    free(rest);
    free(secret);
}

static void send_value(struct stage *g, int element, int k)
{
    char payload[200];
    int n =
        snprintf(payload, sizeof payload, "[{\"n\":\"d%d\",\"u\":\"mm\",\"t\":%.3f,\"v\":%.3f}]",
                 element, (double)g->t0_us / 1e6 + 600 * k, values[k]);

    assert_true(publisher_send(g->publisher, "shikumen/v1/H1/n1/senml", payload, (size_t)n));
}

struct pending {
    int64_t pending, parked;
};

static enum err add_counts(void *context, const struct outbox_counts *c)
{
    struct pending *p = context;

    p->pending += c->pending;
    p->parked += c->parked;
    return ERR_OK;
}

static struct pending outbox(struct stage *g)
{
    struct state_db *db = site_state(&g->site);
    struct pending p = {0};

    assert_int_equal(state_outbox_counts_each(db, add_counts, &p), ERR_OK);
    state_close(db);
    return p;
}

static void wait_delivered(struct stage *g)
{
    char key[64];
    double end = now_s() + PATIENCE_S;

    for (int i = 0; i < ELEMENTS; i++) {
        snprintf(key, sizeof key, "limit|H1/e%d|displacement", i);
        site_wait_level(&g->site, key, 0, 0);
    }
    while (outbox(g).pending > 0 && now_s() < end)
        sleep_ms(50);
    assert_int_equal(outbox(g).pending, 0);
    assert_int_equal(outbox(g).parked, 0);
}

/* --- what arrived --- */

static bool taken(const struct received *r)
{
    return r->status >= 200 && r->status < 300;
}

static void check_signature(const struct received *r)
{
    char signature[WEBHOOK_SIGNATURE_SIZE];
    struct webhook_key key;

    assert_int_equal(webhook_key_parse(SECRET, strlen(SECRET), &key), ERR_OK);
    assert_int_equal(webhook_sign(&key, r->webhook_id, atoll(r->webhook_timestamp), r->body,
                                  r->body_len, signature),
                     ERR_OK);
    assert_string_equal(r->webhook_signature, signature);
}

/* Number of requests for the step; *first is the first of them, *first_taken the first that was
 * taken, both SIZE_MAX when there is none. */
static size_t find_posts(struct stage *g, const struct site_step *step, size_t *first,
                         size_t *first_taken)
{
    char id[80];
    size_t n = 0;

    *first = *first_taken = SIZE_MAX;
    snprintf(id, sizeof id, "%s.%d", step->id, step->step);
    for (size_t i = 0; i < receiver_count(g->receiver); i++) {
        const struct received *r = receiver_get(g->receiver, i);
        if (strcmp(r->webhook_id, id) != 0)
            continue;
        assert_string_equal(r->body, step->body);
        if (n++ == 0)
            *first = i;
        if (taken(r) && *first_taken == SIZE_MAX)
            *first_taken = i;
    }
    return n;
}

static bool may_follow(int from, int to, enum alert_event event)
{
    switch (event) {
    case EVENT_RAISED:
    case EVENT_REOPENED:
        return from == 0 && to > 0;
    case EVENT_WORSENED:
        return from > 0 && to > from;
    case EVENT_EASED:
        return to > 0 && to < from;
    case EVENT_RESOLVED:
        return from > 0 && to == 0;
    default:
        return false;
    }
}

static void check_arrivals(struct stage *g)
{
    struct site_steps steps = site_steps(&g->site);
    size_t posts = 0, before_taken = 0;
    int level = 0;

    for (size_t i = 0; i < receiver_count(g->receiver); i++)
        check_signature(receiver_get(g->receiver, i));
    for (size_t i = 0; i < steps.count; i++) {
        const struct site_step *step = &steps.list[i];
        size_t first, first_taken, n = find_posts(g, step, &first, &first_taken);
        assert_true(n > 0);
        assert_true(first_taken != SIZE_MAX);
        if (step->step == 1)
            level = 0;
        else
            assert_true(first > before_taken); /* not before the step before it was taken */
        assert_true(may_follow(level, step->level, step->event));
        level = step->level;
        before_taken = first_taken;
        posts += n;
    }
    assert_int_equal(posts, receiver_count(g->receiver)); /* nothing else was ever posted */
    print_message("%d steps, %d posts\n", (int)steps.count, (int)posts);
    assert_true(steps.count >= 2 * ELEMENTS);
    site_steps_free(&steps);
}

static void test_every_step_arrives(void **state)
{
    struct stage g = {.tries = calloc(1, sizeof *g.tries)};
    struct chance chance = {11};
    int sent = 0;
    (void)state;

    assert_non_null(g.tries);
    site_make(&g.site, "deliverkill", &(struct broker_options){0});
    g.receiver = receiver_start(0, answer, g.tries);
    assert_non_null(g.receiver);
    g.t0_us = wall_us() - INT64_C(12) * 3600 * 1000000;
    write_site(&g);
    site_start_connected(&g.site);
    g.publisher = publisher_open(&(struct publisher_options){.port = g.site.port});
    for (int kill = 0; kill < KILLS; kill++) {
        double end = now_s() + 0.1 + (double)chance_below(&chance, 600) * 1e-3;
        while (now_s() < end) {
            if (sent < ELEMENTS * VALUES * (kill + 1) / KILLS) {
                send_value(&g, sent % ELEMENTS, sent / ELEMENTS);
                sent++;
            }
            publisher_idle(g.publisher, 10);
        }
        site_kill(&g.site);
        site_start(&g.site);
    }
    for (; sent < ELEMENTS * VALUES; sent++)
        send_value(&g, sent % ELEMENTS, sent / ELEMENTS);
    assert_true(publisher_flush(g.publisher, PATIENCE_S));
    site_wait_connected(&g.site);
    wait_delivered(&g);
    site_stop(&g.site);
    check_arrivals(&g);
    struct state_db *db = site_state(&g.site);
    struct strbuf faults = {0};
    assert_int_equal(state_verify(db, &faults), ERR_OK);
    strbuf_free(&faults);
    state_close(db);
    site_reconcile(&g.site);
    publisher_close(g.publisher);
    receiver_stop(g.receiver);
    site_free(&g.site);
    free(g.tries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_step_arrives)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
