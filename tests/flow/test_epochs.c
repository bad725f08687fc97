/* An epoch written down for a time to come is in force from that time on, without a reload. */
#include "alerts_stage.h"

#include "shikumen/base/utc.h"

#define AHEAD_US (4 * S)
#define RECENT_S (12 * 3600 - 3000) /* so that all is within the window */
#define RATE     "trend|H1/wall|displacement"

static void test_an_epoch_comes_into_force_by_itself(void **state)
{
    struct stage *g = *state;
    struct strbuf registry = {0};
    char at[UTC_TEXT_SIZE], *content;

    add_wall(g, "[" LIMIT(2, "rate", 2, 1, ",\"window_s\":2400") "]", 0);
    add_probe(g);
    site_registry(&g->site, HOUSES);
    content = read_text(g->site.registry, NULL);
    *strrchr(content, '}') = '\0';
    int64_t epoch_us = (wall_us() / S) * S + AHEAD_US;
    strbuf_printf(&registry,
                  "%s,\"epochs\":[{\"t\":\"%s\",\"scope\":\"H1/wall\",\"kind\":\"rezero\"}]}",
                  content, utc_format(epoch_us, at));
    write_text(g->site.registry, strbuf_text(&registry));
    site_start_connected(&g->site);
    g->p = publisher_open(&(struct publisher_options){.port = g->site.port});
    for (int i = 0; i < 4; i++)
        wall(g, RECENT_S + 600 * i, 1);
    wall(g, RECENT_S + 2400, 9);
    site_wait_level(&g->site, RATE, 2, 1);
    site_wait_level(&g->site, RATE, 0, 2); /* nothing was sent in between */
    wall(g, RECENT_S + 2401, 1);           /* late: no rate with what comes after the epoch */
    for (int i = 0; i < 4; i++)            /* the new state of things is the baseline now */
        send_unit(g, "H1/n1", "d", "mm", epoch_us + i * S / 4, 9);
    judged(g);
    send_unit(g, "H1/n1", "d", "mm", epoch_us + 110 * S, 12); /* in another 100 s */
    site_wait_level(&g->site, RATE, 2, 3);
    struct site_steps steps = site_steps(&g->site);
    cJSON *body = cJSON_Parse(find_step(&steps, RATE, 3)->body);
    assert_true(number(body, "value") == 3.0);
    cJSON_Delete(body);
    site_steps_free(&steps);
    strbuf_free(&registry);
    free(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {T(test_an_epoch_comes_into_force_by_itself)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
