/* Hostile input for the decoders: random and mutated messages with fixed seeds, and the bombs that
 * parsers die of. Nothing may crash, nothing may vanish, no number may be anything but finite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <iconv.h>
#include <math.h>

#include "payload_samples.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/core/payload.h"
#include "shikumen/core/wording.h"

#define MUTANTS     100000
#define RANDOM      20000
#define BOMB_BYTES  ((size_t)10 << 20)
#define UNCOUNTED   SIZE_MAX /* the oracle does not know */
#define NODE        "shikumen/v1/H001/n1/"
#define LARGE_ARENA ((size_t)100 << 20)

struct context {
    struct registry *registry;
    struct arena arena, scratch;
    iconv_t utf8;
    size_t readings, refused, bursts, statuses; /* seen in all */
};

static int setup(void **state)
{
    struct context *c = calloc(1, sizeof *c);

    if (!c)
        return -1;
    c->registry = sample_registry();
    c->utf8 = iconv_open("UTF-32LE", "UTF-8");
    *state = c;
    return c->utf8 == (iconv_t)-1;
}

static int teardown(void **state)
{
    struct context *c = *state;

    iconv_close(c->utf8);
    registry_free(c->registry);
    arena_free(&c->arena);
    arena_free(&c->scratch);
    free(c);
    return 0;
}

/* What the C library thinks of the text. */
static bool is_utf8(struct context *c, const char *text, size_t n)
{
    char *in = arena_strndup(&c->scratch, text, n), *out = arena_alloc(&c->scratch, 4 * n + 4);
    size_t in_left = n, out_left = 4 * n + 4;

    assert_true(in && out);
    iconv(c->utf8, NULL, NULL, NULL, NULL);
    return iconv(c->utf8, &in, &in_left, &out, &out_left) != (size_t)-1 && in_left == 0;
}

/* Base fields only, and each of them as it should be: such a record yields nothing. UNCOUNTED when
 * a rule for the whole pack is touched, which the oracle does not follow. */
static size_t records_in(const cJSON *record)
{
    static const char *const numbers[] = {"bt", "bv", "bs"};
    static const char *const texts[] = {"bn", "bu"};
    static const char *const others[] = {"n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"};
    size_t good = 0;

    if (!cJSON_IsObject(record))
        return 1;
    for (const cJSON *item = record->child; item; item = item->next) {
        size_t n = strlen(item->string);
        if (strcmp(item->string, "bver") == 0 || (n > 0 && item->string[n - 1] == '_'))
            return UNCOUNTED;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (cJSON_GetObjectItemCaseSensitive(record, others[i]))
            return 1;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(record, numbers[i]);
        if (item && !(cJSON_IsNumber(item) && isfinite(item->valuedouble)))
            return 1;
        good += item != NULL;
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(record, texts[i]);
        if (item && !(cJSON_IsString(item) && (i == 0 || strlen(item->valuestring) < 64)))
            return 1;
        good += item != NULL;
    }
    return good > 0 ? 0 : 1;
}

/* How many records a SenML payload holds, told by the plainest means; 1 for what is refused whole.
 */
static size_t count_records(struct context *c, const char *payload, size_t n)
{
    static const char space[] = " \t\r\n";
    const char *start = payload, *end = payload + n, *stop = NULL;
    size_t count = 0;
    cJSON *root;

    if (n >= 3 && memcmp(start, "\xef\xbb\xbf", 3) == 0)
        start += 3;
    while (start < end && *start && strchr(space, *start))
        start++;
    while (start < end && end[-1] && strchr(space, end[-1]))
        end--;
    if (start == end || *start != '[' || end[-1] != ']' || !is_utf8(c, payload, n) ||
        memchr(payload, 0, n))
        return 1;
    if (memmem(payload, n, "u0000", 5))
        return UNCOUNTED;
    root = cJSON_ParseWithLengthOpts(start, (size_t)(end - start), &stop, 0);
    if (!root || stop != end || !root->child || cJSON_GetArraySize(root) > 65536) {
        cJSON_Delete(root);
        return 1;
    }
    for (const cJSON *item = root->child; item && count != UNCOUNTED; item = item->next) {
        size_t one = records_in(item);
        count = one == UNCOUNTED ? UNCOUNTED : count + one;
    }
    cJSON_Delete(root);
    return count;
}

static bool is_said_in_chinese(const char *en)
{
    struct strbuf zh = {0};
    bool said = wording_put_zh(&zh, en);

    strbuf_free(&zh);
    return said;
}

static void check_decoded(struct context *c, const struct decoded *d)
{
    for (size_t i = 0; i < d->reading_count; i++) {
        const struct decoded_reading *r = &d->readings[i];
        assert_true(isfinite(r->value));
        assert_true(r->sensor < SENSORS);
        assert_true(r->t_us >= PAYLOAD_EARLIEST_US &&
                    r->t_us <= RX_US + PAYLOAD_FUTURE_TOLERANCE_US);
    }
    for (size_t i = 0; i < d->refused_count; i++) {
        const struct refused *r = &d->refused[i];
        assert_true(r->reason < REFUSE_COUNT);
        assert_true(r->detail && is_utf8(c, r->detail, strlen(r->detail)));
        assert_true(is_said_in_chinese(r->detail));
        assert_non_null(r->text);
        assert_true(!r->sensor || is_utf8(c, r->sensor, strlen(r->sensor)));
    }
    if (d->burst) {
        assert_true(d->burst->duration_s > 0 && isfinite(d->burst->duration_s));
        assert_true(d->burst->sensor < SENSORS);
    }
    if (d->status) {
        assert_string_equal(d->status->node, "H001/n1");
        assert_true(!isinf(d->status->battery_v) && !isinf(d->status->rssi_dbm));
        assert_true(is_utf8(c, d->status->firmware, strlen(d->status->firmware)));
    }
    c->readings += d->reading_count;
    c->refused += d->refused_count;
    c->bursts += d->burst != NULL;
    c->statuses += d->status != NULL;
}

/* Decodes a copy that ends where the payload ends, so that reading past it is seen. */
static void decode_and_check(struct context *c, const char *topic, const char *payload, size_t n)
{
    char *copy = malloc(n > 0 ? n : 1);
    struct message m = {topic, copy, n, RX_US};
    bool senml = strcmp(topic, NODE "senml") == 0 || strcmp(topic, "gw/senml") == 0;
    size_t want = senml ? count_records(c, payload, n) : UNCOUNTED;
    struct decoded d;

    assert_non_null(copy);
    memcpy(copy, payload, n);
    assert_int_equal(payload_decode(&m, c->registry, &c->arena, &d), ERR_OK);
    check_decoded(c, &d);
    if (want != UNCOUNTED) {
        if (d.reading_count + d.refused_count != want)
            fail_msg("%zu and %zu of %zu: %.*s", d.reading_count, d.refused_count, want, (int)n,
                     payload);
    } else if (!senml && n > 0) {
        assert_int_equal(d.refused_count + (d.burst != NULL) + (d.status != NULL), 1);
    }
    assert_true(c->arena.used_bytes < LARGE_ARENA);
    arena_reset(&c->arena);
    arena_reset(&c->scratch);
    free(copy);
}

static const char *pick(uint64_t *seed, const char *const *from, size_t count)
{
    return from[below(seed, count)];
}

#define PICK(seed, table) pick(seed, table, sizeof(table) / sizeof *(table))

static void write_member(struct strbuf *b, uint64_t *seed)
{
    static const char *const members[] = {
        "\"bn\":\"H001/n1/\"",
        "\"bn\":\"H001/n2/\"",
        "\"bn\":\"\"",
        "\"bn\":\"H001/n1/leak\"",
        "\"bn\":7",
        "\"bt\":1795305000.25",
        "\"bt\":-60",
        "\"bt\":1e400",
        "\"bu\":\"mm\"",
        "\"bu\":\"Cel\"",
        "\"bv\":0.5",
        "\"bv\":null",
        "\"bs\":3",
        "\"bver\":10",
        "\"n\":\"crack-1\"",
        "\"n\":\"crack-1\"",
        "\"n\":\"t-wall\"",
        "\"n\":\"leak\"",
        "\"n\":\"burst\"",
        "\"n\":\"unknown\"",
        "\"n\":\"H001/n1/leak\"",
        "\"n\":\"\\u77f3\"",
        "\"u\":\"mm\"",
        "\"u\":\"K\"",
        "\"u\":\"um\"",
        "\"u\":\"furlong\"",
        "\"v\":1.25",
        "\"v\":-0.003e2",
        "\"v\":1e308",
        "\"v\":0",
        "\"v\":1e400",
        "\"vb\":true",
        "\"vs\":\"wet, ]}\\\"\"",
        "\"vd\":\"aGkgCg\"",
        "\"s\":12",
        "\"t\":0",
        "\"t\":-12.5",
        "\"t\":1795305100",
        "\"t\":99999999999",
        "\"ut\":600",
        "\"extra\":{\"a\":[1]}",
        "\"v\":1",
    };

    strbuf_puts(b, PICK(seed, members));
}

static void write_pack(struct strbuf *b, uint64_t *seed)
{
    static const char *const sound[] = {
        "{\"n\":\"crack-1\",\"u\":\"mm\",\"v\":1.25}",
        "{\"bn\":\"H001/n1/\",\"bt\":1795305000,\"n\":\"leak\",\"vb\":false}",
        "{\"n\":\"t-wall\",\"t\":-5,\"v\":21.5}",
        "{\"bn\":\"H001/n1/\",\"bu\":\"V\",\"n\":\"battery\",\"v\":3.61}",
    };
    size_t records = 1 + below(seed, 8);

    strbuf_clear(b);
    strbuf_putc(b, '[');
    for (size_t i = 0; i < records; i++) {
        size_t members = below(seed, 6);
        strbuf_puts(b, i > 0 ? "," : "");
        if (below(seed, 2) == 0) {
            strbuf_puts(b, PICK(seed, sound));
            continue;
        }
        strbuf_putc(b, '{');
        for (size_t k = 0; k < members; k++) {
            strbuf_puts(b, k > 0 ? "," : "");
            write_member(b, seed);
        }
        strbuf_putc(b, '}');
    }
    strbuf_putc(b, ']');
}

static void write_other(struct strbuf *b, uint64_t *seed)
{
    static const char *const payloads[] = {
        "{\"t0\":1763798400.125,\"fs\":200,\"unit\":\"mm/s\",\"kind\":\"velocity\","
        "\"axes\":{\"x\":\"AAAAAAAAgD8AACDA\",\"y\":[1,2,3],\"z\":\"AAAAAAAAgD8AACDA\"}}",
        "{\"t0\":1763798400,\"fs\":50,\"unit\":\"g\",\"kind\":\"acceleration\","
        "\"sensor\":\"H001/n1/burst\",\"axes\":{\"z\":[0.1,-0.25e-3]}}",
        "{\"state\":\"online\",\"battery_V\":3.6,\"rssi_dBm\":-97,\"fw\":\"1.4\"}",
        "{\"state\":\"offline\"}",
        "offline",
    };

    strbuf_clear(b);
    strbuf_puts(b, PICK(seed, payloads));
}

/* Replaces cut bytes at a place by n bytes of text. */
static void splice(struct strbuf *b, size_t at, size_t cut, const char *text, size_t n)
{
    size_t tail_len = b->len - at - cut;
    char *tail = malloc(tail_len + 1);

    assert_non_null(tail);
    memcpy(tail, b->data + at + cut, tail_len);
    b->len = at;
    strbuf_append(b, text, n);
    strbuf_append(b, tail, tail_len);
    b->data[b->len] = '\0';
    free(tail);
}

/* Copies a slice to another place: members and records come twice. */
static void repeat_slice(struct strbuf *b, uint64_t *seed)
{
    char slice[64];
    size_t from = below(seed, b->len);
    size_t n = 1 + below(seed, b->len - from);

    if (n > sizeof slice)
        n = sizeof slice;
    memcpy(slice, b->data + from, n);
    splice(b, below(seed, b->len + 1), 0, slice, n);
}

static void insert_token(struct strbuf *b, uint64_t *seed)
{
    static const char *const tokens[] = {
        "1e400",
        "-1e999",
        "NaN",
        "Infinity",
        "null",
        "true",
        "\xff",
        "\xc0\xaf",
        "\xed\xa0\x80",
        "\\u0000",
        "\\ud800",
        "\\",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"v\":2,",
        "\"t\":1e17,",
        "\"n\":\"x\",",
        "\"bn\":\"H001/n1/\",",
        "0x1p4",
        "1e-400",
        "\xef\xbb\xbf",
        "\"foo_\":1,",
        "\"bver\":11,",
        "[[[[[[[[",
        "\x01",
        "\n",
        "9999999999999999999999999999999999999999999999999999999999999999999",
        "{},",
        "-",
        "\xf4\x90\x80\x80",
        "\"\":\"\",",
        "\xe7\x9f\xb3",
    };
    const char *token = PICK(seed, tokens);
    size_t at = below(seed, b->len + 1);
    size_t cut = below(seed, 4) == 0 ? below(seed, b->len - at + 1) % 6 : 0;

    splice(b, at, cut, token, strlen(token));
}

static void nest(struct strbuf *b, uint64_t *seed)
{
    char brackets[2000];
    size_t n = 1 + below(seed, sizeof brackets);

    memset(brackets, below(seed, 2) ? '[' : '{', n);
    splice(b, below(seed, b->len + 1), 0, brackets, n);
}

static void mutate(struct strbuf *b, uint64_t *seed)
{
    size_t at = b->len > 0 ? below(seed, b->len) : 0;

    switch (b->len > 0 ? below(seed, 8) : 0) {
    case 0:
    case 1:
    case 2:
        insert_token(b, seed);
        break;
    case 3:
        splice(b, at, b->len - at, "", 0);
        break;
    case 4:
        b->data[at] = (char)(b->data[at] ^ (1 << below(seed, 8)));
        break;
    case 5:
        repeat_slice(b, seed);
        break;
    case 6:
        b->data[at] = (char)next_random(seed);
        break;
    default:
        if (below(seed, 10) == 0)
            nest(b, seed);
        else
            splice(b, at, 1, "", 0);
    }
}

static const char *topic_for(const struct strbuf *b, uint64_t *seed)
{
    if (b->data[0] == '[')
        return below(seed, 4) == 0 ? "gw/senml" : NODE "senml";
    return memmem(b->data, b->len, "axes", 4) ? NODE "burst" : NODE "status";
}

/* Random packs of sound JSON: what is counted is what a plain count finds. */
static void counts_reconcile(void **state)
{
    struct context *c = *state;
    struct strbuf b = {0};
    uint64_t seed = 1;

    for (int i = 0; i < RANDOM; i++) {
        write_pack(&b, &seed);
        decode_and_check(c, topic_for(&b, &seed), b.data, b.len);
    }
    assert_true(c->readings > RANDOM / 10);
    assert_true(c->refused > RANDOM / 10);
    strbuf_free(&b);
}

static void mutants_do_no_harm(void **state)
{
    struct context *c = *state;
    struct strbuf b = {0};
    uint64_t seed = 2;

    for (int i = 0; i < MUTANTS; i++) {
        size_t mutations = 1 + below(&seed, 4);
        const char *topic;
        if (below(&seed, 4) == 0)
            write_other(&b, &seed);
        else
            write_pack(&b, &seed);
        topic = topic_for(&b, &seed);
        while (mutations-- > 0)
            mutate(&b, &seed);
        decode_and_check(c, topic, b.data, b.len);
    }
    assert_true(c->readings > 1000 && c->refused > 1000);
    assert_true(c->bursts > 100 && c->statuses > 100);
    strbuf_free(&b);
}

/* Every beginning of a message, each ending where its memory ends. */
static void truncated_messages_are_refused(void **state)
{
    static const char pack[] =
        "[{\"bn\":\"H001/n1/\",\"n\":\"crack-1\",\"u\":\"mm\",\"v\":1.25e0,"
        "\"x\":[null,true,false,\"\\u77f3\\\\\"]},{\"n\":\"leak\",\"vb\":true}]";
    static const char burst[] = "{\"t0\":1763798400.125,\"fs\":200,\"unit\":\"mm/s\",\"kind\":"
                                "\"velocity\",\"axes\":{\"x\":\"AAAAAAAAgD8AACDA\",\"y\":[1,2,3]}}";
    struct context *c = *state;

    for (size_t n = 0; n < sizeof pack; n++)
        decode_and_check(c, NODE "senml", pack, n);
    assert_int_equal(c->readings, 2);
    assert_int_equal(c->refused, sizeof pack - 1);
    for (size_t n = 0; n < sizeof burst; n++)
        decode_and_check(c, NODE "burst", burst, n);
    assert_int_equal(c->bursts, 1);
    assert_int_equal(c->refused, sizeof pack - 1 + sizeof burst - 1);
}

/* head, then body again and again until the message is large, then tail. */
static void bomb(struct context *c, const char *head, const char *body, const char *tail)
{
    struct strbuf b = {0};
    size_t n = strlen(body);

    strbuf_puts(&b, head);
    while (b.len + n < BOMB_BYTES)
        strbuf_append(&b, body, n);
    strbuf_puts(&b, tail);
    assert_non_null(b.data);
    decode_and_check(c, NODE "senml", b.data, b.len);
    decode_and_check(c, NODE "burst", b.data, b.len);
    decode_and_check(c, NODE "status", b.data, b.len);
    strbuf_free(&b);
}

static void ten_megabytes_are_borne(void **state)
{
    struct context *c = *state;

    bomb(c, "", "[", "");
    bomb(c, "", "[", "]");
    bomb(c, "", "{\"a\":", "1}");
    bomb(c, "[", "{},", "{}]");
    bomb(c, "[", "1,", "1]");
    bomb(c, "[{\"n\":\"crack-1\",\"v\":", "1", "}]");
    bomb(c, "[{\"n\":\"", "crack-1", "\",\"v\":1}]");
    bomb(c, "[{\"n\":\"crack-1\",\"vs\":\"", "\\u77f3\xe7\x9f\xb3", "\"}]");
    bomb(c, "[{\"n\":\"crack-1\",\"v\":1", " ", "}]");
    bomb(c, "[{\"n\":\"crack-1\",\"v\":1", ",\"v\":2", "}]");
    bomb(c, "[{\"n\":\"crack-1\",\"v\":1,\"x\":[", "[],", "[]]}]");
    bomb(c, "[{\"n\":\"crack-1\",\"v\":1,\"", "k", "_\":1}]");
    bomb(c, "{\"state\":\"online\",\"fw\":\"", "x", "\"}");
    bomb(c, "{\"axes\":{\"x\":\"", "AAAA", "\"}}");
    bomb(c, "{\"axes\":{\"x\":[", "0,", "0]}}");
    bomb(c, "", "\\u0000", "");
    bomb(c, "[\"", "\\\\u0000", "\"]");
    bomb(c, "", "\xff", "");
    assert_int_equal(c->bursts, 0);
    assert_int_equal(c->statuses, 1);
}

/* A long base name or unit must not be multiplied by the number of records that inherit it. */
static void long_bases_do_not_multiply(void **state)
{
    static const char *const labels[] = {"bn", "bu"};
    struct context *c = *state;

    for (int i = 0; i < 2; i++) {
        struct strbuf b = {0};
        strbuf_printf(&b, "[{\"%s\":\"", labels[i]);
        for (int k = 0; k < 1 << 20; k++)
            strbuf_putc(&b, 'x');
        strbuf_puts(&b, "\"}");
        for (int k = 0; k < 60000; k++)
            strbuf_puts(&b, ",{\"n\":\"a\",\"v\":1}");
        strbuf_putc(&b, ']');
        decode_and_check(c, NODE "senml", b.data, b.len);
        strbuf_free(&b);
    }
    assert_int_equal(c->refused, 2 * 60000 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_reconcile, setup, teardown),
        cmocka_unit_test_setup_teardown(mutants_do_no_harm, setup, teardown),
        cmocka_unit_test_setup_teardown(truncated_messages_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(ten_megabytes_are_borne, setup, teardown),
        cmocka_unit_test_setup_teardown(long_bases_do_not_multiply, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
