/* Standard Webhooks 1.0 signatures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/io/webhook_sign.h"

static enum err parse(const char *text, struct webhook_key *key)
{
    return webhook_key_parse(text, strlen(text), key);
}

/* The vector that the tests of the reference libraries use (standard-webhooks/standard-webhooks,
 * libraries/python, javascript and go). */
static void reference_vector(void **state)
{
    static const char body[] = "{\"test\": 2432232314}";
    char signature[WEBHOOK_SIGNATURE_SIZE];
    struct webhook_key key;

    (void)state;
    assert_int_equal(parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &key), ERR_OK);
    assert_int_equal(key.len, 24);
    assert_int_equal(webhook_sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body,
                                  strlen(body), signature),
                     ERR_OK);
    assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void every_part_counts(void **state)
{
    char base[WEBHOOK_SIGNATURE_SIZE], other[WEBHOOK_SIGNATURE_SIZE];
    struct webhook_key key, second;

    (void)state;
    assert_int_equal(parse("0123456789abcdef", &key), ERR_OK);
    assert_int_equal(parse("0123456789abcdeg", &second), ERR_OK);
    assert_int_equal(webhook_sign(&key, "a", 1, "b", 1, base), ERR_OK);
    assert_int_equal(webhook_sign(&second, "a", 1, "b", 1, other), ERR_OK);
    assert_string_not_equal(base, other);
    assert_int_equal(webhook_sign(&key, "c", 1, "b", 1, other), ERR_OK);
    assert_string_not_equal(base, other);
    assert_int_equal(webhook_sign(&key, "a", 2, "b", 1, other), ERR_OK);
    assert_string_not_equal(base, other);
    assert_int_equal(webhook_sign(&key, "a", 1, "B", 1, other), ERR_OK);
    assert_string_not_equal(base, other);
    assert_int_equal(webhook_sign(&key, "a", 1, "b", 0, other), ERR_OK);
    assert_string_not_equal(base, other);
    assert_int_equal(webhook_sign(&key, "a", 1, "b", 1, other), ERR_OK);
    assert_string_equal(base, other);
}

static void plain_text_is_taken_as_it_is(void **state)
{
    struct webhook_key key;

    (void)state;
    assert_int_equal(parse(" \n sixteen bytes ok\r\n", &key), ERR_OK);
    assert_int_equal(key.len, 16);
    assert_memory_equal(key.bytes, "sixteen bytes ok", 16);
}

static void length_is_16_to_64_bytes(void **state)
{
    char text[WEBHOOK_KEY_MAX * 4];
    struct webhook_key key;

    (void)state;
    memset(text, 'k', sizeof text);
    assert_int_equal(webhook_key_parse(text, 15, &key), ERR_RANGE);
    assert_int_equal(webhook_key_parse(text, 16, &key), ERR_OK);
    assert_int_equal(webhook_key_parse(text, 64, &key), ERR_OK);
    assert_int_equal(webhook_key_parse(text, 65, &key), ERR_RANGE);
    assert_int_equal(webhook_key_parse("", 0, &key), ERR_RANGE);
    memcpy(text, "whsec_", 6);                                          /* then base64 */
    assert_int_equal(webhook_key_parse(text, 6 + 20, &key), ERR_RANGE); /* 15 bytes */
    assert_int_equal(webhook_key_parse(text, 6 + 84, &key), ERR_OK);    /* 63 */
    assert_int_equal(key.len, 63);
    assert_int_equal(webhook_key_parse(text, 6 + 88, &key), ERR_RANGE); /* 66 */
    assert_int_equal(webhook_key_parse(text, sizeof text - 2, &key), ERR_RANGE);
}

static void padding_is_not_part_of_the_key(void **state)
{
    struct webhook_key key;

    (void)state;
    assert_int_equal(parse("whsec_MDEyMzQ1Njc4OWFiY2RlZg==", &key), ERR_OK);
    assert_int_equal(key.len, 16);
    assert_memory_equal(key.bytes, "0123456789abcdef", 16);
    assert_int_equal(parse("whsec_MDEyMzQ1Njc4OWFiY2RlZmc=", &key), ERR_OK);
    assert_int_equal(key.len, 17);
}

static void bad_base64_is_refused(void **state)
{
    static const char *const bad[] = {
        "whsec_",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",  /* not whole groups */
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaL===", /* too much padding */
        "whsec_MfKQ9r8GKYqr=wjUPD8ILPZIo2LaLaSw", /* padding within */
        "whsec_MfKQ9r8GKYqr-wjUPD8ILPZIo2LaLa_w", /* base64url */
        "whsec_MfKQ9r8GKYqr wjUPD8ILPZIo2LaLaSw",
        "whsec_====",
    };
    struct webhook_key key;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(parse(bad[i], &key), ERR_PARSE);
}

/* RFC 4231 test case 2; DingTalk and Feishu by their documented algorithms, computed with Python's
 * hmac: key and text as core/format.h makes them. */
static void plain_hmac(void **state)
{
    static const char feishu_key[] = "1700000000\ntest", text[] = "what do ya want for nothing?";
    static const char dingtalk[] = "1700000000000\nSECtest";
    char base64[WEBHOOK_SIGNATURE_SIZE];

    (void)state;
    assert_int_equal(webhook_hmac("Jefe", 4, text, strlen(text), base64), ERR_OK);
    assert_string_equal(base64, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
    assert_int_equal(webhook_hmac("SECtest", 7, dingtalk, strlen(dingtalk), base64), ERR_OK);
    assert_string_equal(base64, "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g=");
    assert_int_equal(webhook_hmac(feishu_key, strlen(feishu_key), "", 0, base64), ERR_OK);
    assert_string_equal(base64, "eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg=");
}

static void secrets_as_they_are(void **state)
{
    static const char *const bad[] = {"", " \n", "a b", "a\tb", "a\r\nX-Header: b", "\xe8\xa3\x82"};
    char text[WEBHOOK_KEY_MAX + 2];
    struct webhook_key key;

    (void)state;
    assert_int_equal(webhook_secret_parse("  SECx\n", 7, &key), ERR_OK);
    assert_int_equal(key.len, 4);
    assert_memory_equal(key.bytes, "SECx", 4);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(webhook_secret_parse(bad[i], strlen(bad[i]), &key), ERR_RANGE);
    memset(text, 'x', sizeof text);
    assert_int_equal(webhook_secret_parse(text, WEBHOOK_KEY_MAX, &key), ERR_OK);
    assert_int_equal(webhook_secret_parse(text, WEBHOOK_KEY_MAX + 1, &key), ERR_RANGE);
}

static void random_bytes_differ(void **state)
{
    unsigned char a[32] = {0}, b[32] = {0};

    (void)state;
    assert_int_equal(random_bytes(a, sizeof a), ERR_OK);
    assert_int_equal(random_bytes(b, sizeof b), ERR_OK);
    assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_vector),
        cmocka_unit_test(every_part_counts),
        cmocka_unit_test(plain_text_is_taken_as_it_is),
        cmocka_unit_test(length_is_16_to_64_bytes),
        cmocka_unit_test(padding_is_not_part_of_the_key),
        cmocka_unit_test(bad_base64_is_refused),
        cmocka_unit_test(plain_hmac),
        cmocka_unit_test(secrets_as_they_are),
        cmocka_unit_test(random_bytes_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
