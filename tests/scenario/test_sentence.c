/* Sentences that hold and that do not, over alerts made by hand: a judge that always says yes would
 * be no judge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ndjson.h"
#include "seen_fixture.h"
#include "sentence.h"

struct stage {
    char *folder;
    struct sim_truth truth;
    struct sim_alerts alerts;
    cJSON *summary;
};

static bool holds(const struct stage *s, const char *sentence)
{
    struct sentence_view v = {&s->truth, &s->alerts, s->summary};
    struct strbuf seen = {0};
    cJSON *expect = cJSON_Parse(sentence);
    bool yes;

    assert_non_null(expect);
    yes = sentence_holds(&v, expect, &seen);
    assert_true(strlen(strbuf_text(&seen)) > 0);
    strbuf_free(&seen);
    cJSON_Delete(expect);
    return yes;
}

#define RAISED(more)   "{\"raised\":{\"category\":\"structure\"" more "}}"
#define RESOLVED(more) "{\"resolved\":{\"category\":\"instrument\"" more "}}"
#define SILENT(more)   "{\"silent\":{\"category\":" more "}}"
#define AT_MOST(more)  "{\"at_most\":{\"category\":\"structure\"" more "}}"
#define ONSET          ",\"damage\":0,\"after\":\"onset\""

static void raised_in_time_or_late(void **state)
{
    const struct stage *s = *state;

    /* level 2 on 2 March: 29 days after the onset, 30 before level 3, 91 before level 4 */
    assert_true(holds(s, RAISED(",\"house\":\"A1\",\"min_level\":2" ONSET ",\"within_days\":29")));
    assert_false(holds(s, RAISED(",\"house\":\"A1\",\"min_level\":2" ONSET ",\"within_days\":28")));
    assert_true(holds(s, RAISED(",\"house\":\"A1\",\"min_level\":2" ONSET
                                ",\"level\":3,\"before_limit_days\":30")));
    assert_false(holds(s, RAISED(",\"house\":\"A1\",\"min_level\":2" ONSET
                                 ",\"level\":3,\"before_limit_days\":31")));
    assert_true(holds(s, RAISED(ONSET ",\"level\":4,\"before_limit_days\":91")));
    /* both: the earlier */
    assert_false(
        holds(s, RAISED(ONSET ",\"level\":4,\"before_limit_days\":91,\"within_days\":28")));
    /* level 3 came on 11 April, too late for its limit */
    assert_true(holds(s, RAISED(",\"min_level\":3" ONSET ",\"within_days\":69")));
    assert_false(holds(s, RAISED(",\"min_level\":3" ONSET ",\"level\":3,\"before_limit_days\":0")));
    assert_false(holds(s, RAISED(",\"min_level\":4" ONSET)));
    /* what was raised before is no answer to what comes after */
    assert_false(holds(s, RAISED(",\"after\":\"2021-06-01T00:00:00Z\"")));
    /* the limit of level 2 is never crossed: nothing was asked */
    assert_false(holds(s, RAISED(ONSET ",\"level\":2,\"before_limit_days\":1")));
    assert_false(holds(s, RAISED(",\"damage\":7,\"after\":\"onset\"")));
}

static void raised_at_the_right_place(void **state)
{
    const struct stage *s = *state;

    assert_true(holds(s, RAISED(",\"row\":\"R1\",\"kind\":\"trend\"")));
    assert_false(holds(s, RAISED(",\"row\":\"R2\"")));
    assert_false(holds(s, RAISED(",\"kind\":\"leak\"")));
    assert_true(holds(s, RAISED(",\"element\":\"A1/wall\"")));
    assert_false(holds(s, RAISED(",\"element\":\"A1/roof\"")));
    assert_true(holds(s, RAISED(",\"sensor\":\"A1/n1/crack-2\"")));
    assert_false(holds(s, RAISED(",\"sensor\":\"A1/n1/crack-3\"")));
    assert_true(holds(s, RAISED(",\"node\":\"A1/n1\"")));
    assert_false(holds(s, RAISED(",\"node\":\"A1/n\"")));
    assert_false(holds(s, RAISED(",\"houses\":\"healthy\"")));
    assert_true(holds(s, RAISED(",\"houses\":[\"B1\",\"A1\"]")));
    /* an episode that went to level 3 is not one of at most level 2 */
    assert_false(holds(s, RAISED(",\"max_level\":2")));
    assert_true(holds(s, RAISED(",\"max_level\":3")));
}

static void resolved_in_time_or_late(void **state)
{
    const struct stage *s = *state;

    assert_true(holds(s, RESOLVED(",\"ill\":0,\"after\":\"ill_end\",\"within_days\":5")));
    assert_false(holds(s, RESOLVED(",\"ill\":0,\"after\":\"ill_end\",\"within_days\":4")));
    assert_true(holds(s, RESOLVED(",\"ill\":0,\"after\":\"ill\",\"within_days\":25")));
    assert_false(holds(s, RESOLVED(",\"kind\":\"silence\",\"ill\":0,\"after\":\"ill\"")));
}

static void silent_or_not(void **state)
{
    const struct stage *s = *state;

    assert_true(holds(s, SILENT("\"structure\",\"houses\":\"healthy\"")));
    assert_false(holds(s, SILENT("\"structure\"")));
    assert_true(holds(s, SILENT("\"structure\",\"min_level\":4")));
    assert_true(holds(s, SILENT("\"structure\",\"until\":\"2021-03-01T00:00:00Z\"")));
    assert_true(holds(s, SILENT("\"structure\",\"after\":\"2021-05-16T00:00:00Z\"")));
    assert_false(holds(s, SILENT("\"instrument\"")));
    assert_true(holds(s, SILENT("\"instrument\",\"min_level\":2")));
    assert_true(holds(s, SILENT("\"instrument\",\"house\":\"A1\"")));
}

static void counts(void **state)
{
    const struct stage *s = *state;

    assert_true(holds(s, AT_MOST(",\"episodes\":2")));
    assert_false(holds(s, AT_MOST(",\"episodes\":1")));
    assert_true(holds(s, AT_MOST(",\"kind\":\"trend\",\"episodes\":1")));
    assert_false(holds(s, "{\"at_most\":{\"category\":\"structure\"}}"));
    assert_true(holds(s, "{\"counted\":{\"reason\":\"future\",\"count\":12}}"));
    assert_false(holds(s, "{\"counted\":{\"reason\":\"future\",\"count\":13}}"));
    assert_true(holds(s, "{\"counted\":{\"reason\":\"duplicate\",\"count\":3}}"));
    assert_false(holds(s, "{\"counted\":{\"reason\":\"nonsense\",\"count\":0}}"));
    assert_false(holds(s, "{\"shouted\":{\"category\":\"structure\"}}"));
    assert_false(holds(s, "{}"));
}

static int set_up(void **state)
{
    struct stage *s = calloc(1, sizeof *s);
    char *alerts;

    s->folder = tmpdir_make("sentence");
    seen_write(s->folder, "truth.json", SEEN_TRUTH);
    seen_write(s->folder, "registry.json", SEEN_REGISTRY);
    seen_write(s->folder, "alerts.ndjson", SEEN_ALERTS);
    s->summary = cJSON_Parse("{\"duplicate\":3,\"refused\":{\"future\":12}}");
    alerts = path_in(s->folder, "alerts.ndjson");
    *state = s;
    assert_true(sim_truth_read(s->folder, &s->truth));
    assert_true(sim_alerts_read(alerts, &s->alerts));
    free(alerts);
    return 0;
}

static int take_down(void **state)
{
    struct stage *s = *state;

    sim_alerts_free(&s->alerts);
    sim_truth_free(&s->truth);
    cJSON_Delete(s->summary);
    tmpdir_remove(s->folder);
    free(s);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raised_in_time_or_late),
        cmocka_unit_test(raised_at_the_right_place),
        cmocka_unit_test(resolved_in_time_or_late),
        cmocka_unit_test(silent_or_not),
        cmocka_unit_test(counts),
    };

    return cmocka_run_group_tests(tests, set_up, take_down);
}
