/* Receivers of every kind at the other end of the deliver loop: what they get, how often, and what
 * comes of what they answer. */
#include "deliver_stage.h"

#include <cjson/cJSON.h>

#include "shikumen/core/format.h"

#define URL_SECRET  "s3cr3t-token"
#define SIGN_SECRET "SECabcdef"

/* --- helpers --- */

static char *put_file(struct fixture *f, const char *name, const char *text)
{
    char *path = NULL;
    FILE *file;

    assert_true(asprintf(&path, "%s/%s", f->dir, name) > 0);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static const char *const to_all[] = {"wecom", "dingtalk", "feishu", NULL};
static const char *const to_wecom[] = {"wecom", NULL};
static const char *const to_feishu[] = {"feishu", NULL};

static void answer_ok(void *context, const struct received *r, struct receiver_reply *reply)
{
    (void)context;
    (void)r;
    reply->body = "{\"errcode\":0,\"code\":0}";
}

static void answer_text(void *context, const struct received *r, struct receiver_reply *reply)
{
    (void)r;
    reply->body = context;
}

/* An endpoint of that format, called like it, at receiver i. */
static struct endpoint robot(struct fixture *f, int i, const char *format, receiver_script *script,
                             void *context, char url[64])
{
    struct endpoint e = listening(f, i, format, script, context, url);

    e.format = format;
    return e;
}

static bool says(struct receiver *r, size_t from, const char *words)
{
    for (size_t i = from; i < receiver_count(r); i++)
        if (strstr(receiver_get(r, i)->body, words))
            return true;
    return false;
}

struct seek {
    const char *endpoint;
    int step;
    struct delivery_row found;
    char error[256];
};

static enum err seek_delivery(void *context, const struct delivery_row *d)
{
    struct seek *s = context;

    if (strcmp(d->endpoint, s->endpoint) == 0 && d->step == s->step) {
        s->found = *d;
        snprintf(s->error, sizeof s->error, "%s", d->error);
    }
    return ERR_OK;
}

/* What became of a step at an endpoint, once it was tried. */
static struct seek wait_tried(struct fixture *f, int episode, int step, const char *endpoint)
{
    struct seek s = {.endpoint = endpoint, .step = step};

    for (int ms = 0; s.found.attempts == 0; ms += 5) {
        if (ms > WAIT_MS)
            fail_msg("%s was not tried", endpoint);
        usleep(5000);
        assert_int_equal(state_delivery_each(f->db, f->episodes[episode].row, seek_delivery, &s),
                         ERR_OK);
    }
    return s;
}

/* --- a storm --- */

/* Each of the 60 is told to each, in few messages, the red ones in the first. */
static void check_storm(struct receiver *r, size_t most)
{
    char words[64];

    assert_true(receiver_count(r) <= most);
    for (int i = 0; i < 60; i++) {
        snprintf(words, sizeof words, "编号%d.1", i);
        if (!says(r, 0, words))
            fail_msg("%s is told nowhere", words);
        if (i % 10 == 0)
            assert_non_null(strstr(receiver_get(r, 0)->body, words));
    }
}

static void check_dingtalk_signature(const struct received *r)
{
    char stamp[32], expected[WEBHOOK_SIGNATURE_SIZE], text[64];
    struct strbuf query = {0};

    assert_int_equal(
        sscanf(r->path, "/hook?access_token=" URL_SECRET "&timestamp=%31[0-9]&", stamp), 1);
    assert_true(llabs(atoll(stamp) - r->at_us / 1000) < 60000);
    snprintf(text, sizeof text, "%s\n" SIGN_SECRET, stamp);
    assert_int_equal(webhook_hmac(SIGN_SECRET, strlen(SIGN_SECRET), text, strlen(text), expected),
                     ERR_OK);
    format_add_query(&query, "sign", expected);
    assert_non_null(strstr(r->path, strbuf_text(&query) + 1));
    strbuf_free(&query);
}

static void check_feishu_signature(const struct received *r)
{
    cJSON *root = cJSON_Parse(r->body);
    const char *stamp = cJSON_GetStringValue(cJSON_GetObjectItem(root, "timestamp"));
    char expected[WEBHOOK_SIGNATURE_SIZE], key[64];

    assert_non_null(stamp);
    snprintf(key, sizeof key, "%s\n" SIGN_SECRET, stamp);
    assert_int_equal(webhook_hmac(key, strlen(key), "", 0, expected), ERR_OK);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(root, "sign")), expected);
    cJSON_Delete(root);
}

static void a_storm_of_sixty(void **state)
{
    struct fixture *f = *state;
    char url[3][64], marked[3][128], *secret = put_file(f, "url-secret", URL_SECRET "\n");
    char *sign = put_file(f, "sign", SIGN_SECRET "\n");
    struct endpoint e[] = {robot(f, 0, "wecom", answer_ok, NULL, url[0]),
                           robot(f, 1, "dingtalk", answer_ok, NULL, url[1]),
                           robot(f, 2, "feishu", answer_ok, NULL, url[2])};

    snprintf(marked[0], sizeof marked[0], "%s?key={secret}", url[0]);
    snprintf(marked[1], sizeof marked[1], "%s?access_token={secret}", url[1]);
    snprintf(marked[2], sizeof marked[2], "%s/{secret}", url[2]);
    for (int i = 0; i < 3; i++) {
        e[i].url = marked[i];
        e[i].url_secret_file = secret;
        e[i].secret_file = i > 0 ? sign : NULL;
        e[i].keyword = i == 1 ? "监测" : NULL;
    }
    e[0].language = "zh";
    for (int i = 0; i < 60; i++)
        put_alert(f, i, i % 10 == 0 ? LEVEL_RED : LEVEL_YELLOW, to_all);
    start_loop(f, e, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(wait_settled(f, e[i].name, 60).delivered, 60);
        assert_int_equal(counts_of(f, e[i].name).failures, 0);
        check_storm(f->receivers[i], 2);
    }
    assert_string_equal(receiver_get(f->receivers[0], 0)->path, "/hook?key=" URL_SECRET);
    assert_string_equal(receiver_get(f->receivers[2], 0)->path, "/hook/" URL_SECRET);
    assert_non_null(strstr(receiver_get(f->receivers[1], 0)->body, "监测"));
    check_dingtalk_signature(receiver_get(f->receivers[1], 0));
    check_feishu_signature(receiver_get(f->receivers[2], 0));
    assert_int_equal(log_lines(f, URL_SECRET), 0);
    free(secret);
    free(sign);
}

/* One alert alone is told at once and in full. */
static void one_alone_is_told_in_full(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e = robot(f, 0, "wecom", answer_ok, NULL, url);

    start_loop(f, &e, 1);
    put_alert(f, 7, LEVEL_ORANGE, to_wecom);
    assert_int_equal(wait_settled(f, "wecom", 1).delivered, 1);
    assert_int_equal(receiver_count(f->receivers[0]), 1);
    assert_true(says(f->receivers[0], 0, "### 🟠 橙色警告：里 H007"));
    assert_true(
        says(f->receivers[0], 0, "编号7.1\\n查看\\n\\nORANGE warning: Li H007\\nnumber 7.1"));
}

/* Steps of an episode come in their order however they are merged. */
static void order_within_an_episode(void **state)
{
    struct fixture *f = *state;
    char url[64], words[64];
    struct endpoint e = robot(f, 0, "feishu", answer_ok, NULL, url);

    for (int i = 0; i < 40; i++)
        put_alert(f, i % 20, 1 + i / 20, to_feishu);
    start_loop(f, &e, 1);
    assert_int_equal(wait_settled(f, "feishu", 40).delivered, 40);
    assert_int_equal(receiver_count(f->receivers[0]), 2);
    for (int i = 0; i < 20; i++) {
        size_t last = 0;
        for (int step = 1; step <= 2; step++) {
            size_t at = 0;
            snprintf(words, sizeof words, "编号%d.%d\\n", i, step);
            while (at < receiver_count(f->receivers[0]) &&
                   !strstr(receiver_get(f->receivers[0], at)->body, words))
                at++;
            assert_true(at < receiver_count(f->receivers[0]) && at >= last + (step > 1));
            last = at;
        }
    }
}

/* --- answers --- */

/* A no in a 200 is a no: parked with its reason, told to the fallback. */
static void refusals_in_a_200(void **state)
{
    static const struct {
        const char *format, *body, *error;
    } rows[] = {
        {"wecom", "{\"errcode\":93000,\"errmsg\":\"invalid webhook url " URL_SECRET "\"}",
         "HTTP status 200, code 93000: 机器人地址无效"},
        {"dingtalk", "{\"errcode\":310000,\"errmsg\":\"sign not match " URL_SECRET "\"}",
         "HTTP status 200, code 310000: 安全设置不符"},
        {"feishu", "{\"code\":19021,\"msg\":\"sign match fail\"}",
         "HTTP status 200, code 19021: 签名不符"},
    };
    struct fixture *f = *state;
    char url[4][64];
    struct endpoint e[4];

    for (int i = 0; i < 3; i++) {
        e[i] = robot(f, i, rows[i].format, answer_text, (void *)(uintptr_t)rows[i].body, url[i]);
        e[i].fallback = "second";
    }
    e[3] = listening(f, 3, "second", NULL, NULL, url[3]);
    start_loop(f, e, 4);
    put_alert(f, 3, LEVEL_RED, to_all);
    for (int i = 0; i < 3; i++) {
        struct seek s;
        assert_int_equal(wait_settled(f, rows[i].format, 1).parked, 1);
        s = wait_tried(f, 3, 1, rows[i].format);
        if (strncmp(s.error, rows[i].error, strlen(rows[i].error)) != 0)
            fail_msg("%s", s.error);
        assert_null(strstr(s.error, URL_SECRET));
    }
    assert_int_equal(wait_settled(f, "second", 1).delivered, 1);
    assert_int_equal(receiver_count(f->receivers[3]), 1); /* of three, once */
    assert_int_equal(log_lines(f, URL_SECRET), 0);
}

/* Too often: nothing more goes there for the time that its document names. */
static void too_often_in_a_200(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e =
        robot(f, 0, "feishu", answer_text,
              (void *)(uintptr_t) "{\"code\":11232,\"msg\":\"frequency limited\"}", url);
    struct seek s;

    start_loop(f, &e, 1);
    put_alert(f, 1, LEVEL_RED, to_feishu);
    s = wait_tried(f, 1, 1, "feishu");
    assert_int_equal(s.found.state, OUTBOX_PENDING);
    assert_true(s.found.due_us - s.found.settled_us >= 60 * US_PER_S);
    assert_non_null(strstr(s.error, "code 11232"));
    put_alert(f, 2, LEVEL_RED, to_feishu); /* another, which waits too */
    usleep(7000 * 1000);                   /* in which another would go otherwise */
    assert_int_equal(receiver_count(f->receivers[0]), 1);
}

static void busy_at_first(void *context, const struct received *r, struct receiver_reply *reply)
{
    (void)context;
    reply->status = r->number == 0 ? 429 : 200;
    reply->retry_after = r->number == 0 ? "8" : NULL; /* the pace is 6 */
    reply->body = "{\"errcode\":0,\"code\":0}";
}

static void status_429_holds_all(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e = robot(f, 0, "feishu", busy_at_first, NULL, url);

    start_loop(f, &e, 1);
    put_alert(f, 1, LEVEL_RED, to_feishu);
    assert_true(receiver_wait(f->receivers[0], 1, WAIT_MS));
    wait_tried(f, 1, 1, "feishu");
    for (int i = 2; i < 12; i++)
        put_alert(f, i, LEVEL_YELLOW, to_feishu);
    assert_int_equal(wait_settled(f, "feishu", 11).delivered, 11);
    assert_true(receiver_get(f->receivers[0], 1)->at_us - receiver_get(f->receivers[0], 0)->at_us >=
                8 * US_PER_S - 50 * US_PER_MS);
    assert_true(receiver_count(f->receivers[0]) <= 3);
}

/* A page of somebody else is no answer of a robot. */
static void a_portal_is_no_robot(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e = robot(f, 0, "wecom", answer_text,
                              (void *)(uintptr_t) "<html>log in " URL_SECRET "</html>", url);
    struct seek s;

    start_loop(f, &e, 1);
    put_alert(f, 1, LEVEL_RED, to_wecom);
    s = wait_tried(f, 1, 1, "wecom");
    assert_int_equal(s.found.state, OUTBOX_PENDING);
    assert_null(strstr(s.error, URL_SECRET));
    assert_non_null(strstr(s.error, "not that of such a robot"));
}

/* What is no step is parked, and holds up nothing else. */
static void unreadable_steps_are_parked(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e = robot(f, 0, "feishu", answer_ok, NULL, url);

    put_step(f, 1, to_feishu); /* without a time */
    put_alert(f, 2, LEVEL_RED, to_feishu);
    start_loop(f, &e, 1);
    wait_settled(f, "feishu", 2);
    assert_int_equal(counts_of(f, "feishu").parked, 1);
    assert_int_equal(receiver_count(f->receivers[0]), 1);
    assert_true(says(f->receivers[0], 0, "编号2.1"));
}

/* --- other formats --- */

static void cap_refers_to_what_was_taken(void **state)
{
    static const char *const to_cap[] = {"cap", NULL};
    struct fixture *f = *state;
    char url[64], reference[128];
    struct endpoint e = robot(f, 0, "cap", NULL, NULL, url);
    const struct received *r;

    start_loop(f, &e, 1);
    put_alert(f, 1, LEVEL_ORANGE, to_cap);
    put_alert(f, 1, LEVEL_RED, to_cap);
    put_alert(f, 1, LEVEL_NORMAL, to_cap);
    assert_true(receiver_wait(f->receivers[0], 3, WAIT_MS));
    r = receiver_get(f->receivers[0], 0);
    assert_string_equal(r->content_type, "application/cap+xml");
    assert_non_null(strstr(r->body, "<msgType>Alert</msgType>"));
    assert_null(strstr(r->body, "<references>"));
    snprintf(reference, sizeof reference, "shikumend@d,%s.1,", f->episodes[1].id);
    assert_non_null(strstr(receiver_get(f->receivers[0], 1)->body, "<msgType>Update</msgType>"));
    assert_non_null(strstr(receiver_get(f->receivers[0], 1)->body, reference));
    snprintf(reference, sizeof reference, " shikumend@d,%s.2,", f->episodes[1].id);
    assert_non_null(strstr(receiver_get(f->receivers[0], 2)->body, "<msgType>Cancel</msgType>"));
    assert_non_null(strstr(receiver_get(f->receivers[0], 2)->body, reference));
    wait_settled(f, "cap", 3);
}

static void cloudevents_are_signed(void **state)
{
    static const char *const to_it[] = {"cloudevents", NULL};
    struct fixture *f = *state;
    char url[64], signature[WEBHOOK_SIGNATURE_SIZE], *secret = put_file(f, "secret", SECRET "\n");
    struct endpoint e = robot(f, 0, "cloudevents", NULL, NULL, url);
    struct webhook_key key;
    const struct received *r;

    e.secret_file = secret;
    start_loop(f, &e, 1);
    put_alert(f, 1, LEVEL_ORANGE, to_it);
    wait_settled(f, "cloudevents", 1);
    r = receiver_get(f->receivers[0], 0);
    assert_string_equal(r->content_type, "application/cloudevents+json");
    assert_int_equal(webhook_key_parse(SECRET, strlen(SECRET), &key), ERR_OK);
    assert_int_equal(webhook_sign(&key, r->webhook_id, atoll(r->webhook_timestamp), r->body,
                                  r->body_len, signature),
                     ERR_OK);
    assert_string_equal(r->webhook_signature, signature);
    free(secret);
}

static void ntfy_has_topic_and_token(void **state)
{
    static const char *const to_it[] = {"ntfy", NULL};
    struct fixture *f = *state;
    char url[64], *secret = put_file(f, "token", "tk_abc123\n");
    struct endpoint e = robot(f, 0, "ntfy", NULL, NULL, url);

    e.secret_file = secret;
    start_loop(f, &e, 1);
    put_alert(f, 1, LEVEL_RED, to_it);
    wait_settled(f, "ntfy", 1);
    assert_string_equal(receiver_get(f->receivers[0], 0)->path, "/");
    assert_true(says(f->receivers[0], 0, "{\"topic\":\"hook\","));
    assert_non_null(
        strstr(receiver_get(f->receivers[0], 0)->head, "Authorization: Bearer tk_abc123\r\n"));
    assert_string_equal(receiver_get(f->receivers[0], 0)->webhook_id, "");
    free(secret);
}

static void template_and_its_success(void **state)
{
    static const char *const to_it[] = {"template", NULL};
    struct fixture *f = *state;
    char url[64];
    char *file =
        put_file(f, "t", "Content-Type: text/plain\nSuccess: /ok = yes\n\n{{/level}} {{/id}}");
    struct endpoint e =
        robot(f, 0, "template", answer_text, (void *)(uintptr_t) "{\"ok\":\"no\"}", url);
    struct seek s;

    e.template = file;
    start_loop(f, &e, 1);
    put_alert(f, 1, LEVEL_RED, to_it);
    s = wait_tried(f, 1, 1, "template");
    assert_int_equal(s.found.state, OUTBOX_PENDING);
    assert_non_null(strstr(s.error, "Success"));
    assert_string_equal(receiver_get(f->receivers[0], 0)->content_type, "text/plain");
    assert_string_equal(receiver_get(f->receivers[0], 0)->body,
                        "4 00000000-0000-4000-8000-000000000001");
    free(file);
}

/* Without the secret of its URL an endpoint is not spoken to, and is once it is there. */
static void secret_that_comes_later(void **state)
{
    struct fixture *f = *state;
    char url[64], marked[128], missing[300], text[HUB_TEXT_SIZE];
    struct endpoint e = robot(f, 0, "wecom", answer_ok, NULL, url);

    snprintf(marked, sizeof marked, "%s?key={secret}", url);
    snprintf(missing, sizeof missing, "%s/later", f->dir);
    e.url = marked;
    e.url_secret_file = missing;
    start_loop(f, &e, 1);
    put_alert(f, 1, LEVEL_RED, to_wecom);
    wait_fault(f, true, text);
    assert_string_equal(text, "URL secret of endpoint wecom: notfound");
    free(put_file(f, "later", URL_SECRET));
    assert_int_equal(wait_settled(f, "wecom", 1).delivered, 1);
    assert_string_equal(receiver_get(f->receivers[0], 0)->path, "/hook?key=" URL_SECRET);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_storm_of_sixty),        T(one_alone_is_told_in_full),   T(order_within_an_episode),
        T(refusals_in_a_200),       T(too_often_in_a_200),          T(status_429_holds_all),
        T(a_portal_is_no_robot),    T(unreadable_steps_are_parked), T(cap_refers_to_what_was_taken),
        T(cloudevents_are_signed),  T(ntfy_has_topic_and_token),    T(template_and_its_success),
        T(secret_that_comes_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
