/* Nanoseconds a reading in the parts that every reading goes through, one thread, data in memory.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/io/block_codec.h"
#include "district.h"
#include "process.h"
#include "report.h"
#include "shikumen/core/payload.h"
#include "shikumen/core/quality.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/core/rules.h"

#define SENSORS        300
#define STEP_US        600000000LL
#define START_US       1700000000000000LL
#define NOW_US         1800000000000000LL
#define BLOCK_READINGS 1440
#define ENOUGH         (1 << 20) /* readings a measurement */

struct sample_message {
    char topic[256], payload[4096];
    size_t n;
};

struct core {
    struct registry *registry;
    struct sample_message packs[SENSORS / NODE_SENSORS], singles[SENSORS];
    struct quality_state quality[SENSORS];
    struct rule_state *rules[SENSORS];
    struct reading readings[BLOCK_READINGS];
    struct arena arena;
    double sink; /* keeps results alive */
};

typedef int64_t work_fn(struct core *c, int64_t step);

/* --- the work: one step each; returns how many readings that were --- */

static int64_t decode(struct core *c, const struct sample_message *m, size_t count)
{
    int64_t readings = 0;

    for (size_t i = 0; i < count; i++) {
        struct message message = {m[i].topic, m[i].payload, m[i].n, NOW_US};
        struct decoded d;
        arena_reset(&c->arena);
        if (payload_decode(&message, c->registry, &c->arena, &d) || d.refused_count > 0)
            give_up("a sample message is refused");
        readings += (int64_t)d.reading_count;
    }
    return readings;
}

static int64_t decode_packs(struct core *c, int64_t step)
{
    (void)step;
    return decode(c, c->packs, SENSORS / NODE_SENSORS);
}

static int64_t decode_singles(struct core *c, int64_t step)
{
    (void)step;
    return decode(c, c->singles, SENSORS);
}

static void parse_only(const struct sample_message *m, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cJSON_Delete(cJSON_ParseWithLength(m[i].payload, m[i].n));
}

static int64_t parse_packs(struct core *c, int64_t step)
{
    (void)step;
    parse_only(c->packs, SENSORS / NODE_SENSORS);
    return SENSORS;
}

static int64_t parse_singles(struct core *c, int64_t step)
{
    (void)step;
    parse_only(c->singles, SENSORS);
    return SENSORS;
}

static int64_t judge_quality(struct core *c, int64_t step)
{
    for (int i = 0; i < SENSORS; i++) {
        struct quality_result r = quality_push(&c->quality[i], &c->registry->sensors[i + 1].quality,
                                               START_US + step * STEP_US, district_value(i, step));
        c->sink += r.verdict.flag;
    }
    return SENSORS;
}

static int64_t make_values(struct core *c, int64_t step)
{
    for (int i = 0; i < SENSORS; i++)
        c->sink += district_value(i, step);
    return SENSORS;
}

static int64_t judge_limits(struct core *c, int64_t step)
{
    struct finding found[RULES_FINDINGS_MAX];

    for (int i = 0; i < SENSORS; i++) {
        struct reading r = {
            .t_us = START_US + step * STEP_US, .value = district_value(i, step), .flag = QF_PASS};
        c->sink += (double)rules_judge(c->rules[i], &r, 0, found);
    }
    return SENSORS;
}

static int64_t code_journal(struct core *c, int64_t step)
{
    struct journal_encoder e = {0};
    struct codec_entry entry;

    (void)step;
    for (int i = 0; i < BLOCK_READINGS; i++)
        journal_encode(&e, &c->readings[i], false);
    struct journal_decoder d = journal_decoder_over(e.bytes.data, e.bytes.len);
    while (journal_decode(&d, &entry) == ERR_OK)
        c->sink += entry.reading.value;
    journal_encoder_free(&e);
    return BLOCK_READINGS;
}

static int64_t encode_block(struct core *c, int64_t step)
{
    struct strbuf bytes = {0};

    (void)step;
    block_encode(c->readings, BLOCK_READINGS, &bytes);
    c->sink += (double)bytes.len;
    strbuf_free(&bytes);
    return BLOCK_READINGS;
}

static int64_t code_block(struct core *c, int64_t step)
{
    static struct reading out[BLOCK_READINGS];
    struct strbuf bytes = {0};

    (void)step;
    block_encode(c->readings, BLOCK_READINGS, &bytes);
    if (block_decode(bytes.data, bytes.len, 1, out, BLOCK_READINGS))
        give_up("a block cannot be decoded");
    c->sink += out[7].value;
    strbuf_free(&bytes);
    return BLOCK_READINGS;
}

static double bytes_a_reading(struct core *c)
{
    struct strbuf bytes = {0};

    block_encode(c->readings, BLOCK_READINGS, &bytes);
    double n = (double)bytes.len / BLOCK_READINGS;
    strbuf_free(&bytes);
    return n;
}

/* --- setting up --- */

static void load_registry(struct core *c)
{
    struct strbuf registry = {0};
    struct fault_list faults = {0};

    district_registry(SENSORS, 0, &registry);
    const struct source_text text = {"registry.json", registry.data, registry.len};
    if (registry_parse(&text, NULL, 0, &faults, &c->registry)) {
        fault_print(&faults, 2);
        give_up("the registry of the benchmark is refused");
    }
    strbuf_free(&registry);
}

static void make_messages(struct core *c)
{
    struct district_series packs = {SENSORS, NODE_SENSORS, 1700000000, 10};
    struct district_series singles = {SENSORS, 1, 1700000000, 10};

    for (int i = 0; i < SENSORS / NODE_SENSORS; i++)
        c->packs[i].n = district_message(&packs, i, c->packs[i].topic, c->packs[i].payload);
    for (int i = 0; i < SENSORS; i++)
        c->singles[i].n = district_message(&singles, i, c->singles[i].topic, c->singles[i].payload);
}

static struct core *setup(void)
{
    struct core *c = calloc(1, sizeof *c);

    if (!c)
        give_up("out of memory");
    load_registry(c);
    make_messages(c);
    for (int i = 0; i < SENSORS; i++)
        c->rules[i] = rule_state_new(&c->registry->sensors[i + 1], INT64_MIN);
    for (int i = 0; i < BLOCK_READINGS; i++)
        c->readings[i] = (struct reading){.t_us = START_US + i * 60000000LL,
                                          .rx_us = START_US + i * 60000000LL + 23000,
                                          .value = district_value(0, i),
                                          .sensor = 1,
                                          .flag = QF_PASS};
    return c;
}

static void finish(struct core *c)
{
    for (int i = 0; i < SENSORS; i++)
        rule_state_free(c->rules[i]);
    registry_free(c->registry);
    arena_free(&c->arena);
    free(c);
}

/* --- timing --- */

static double ns_a_reading(struct core *c, work_fn *work, int64_t first_step, int64_t readings)
{
    int64_t done = 0;
    double start_s = now_s();

    for (int64_t step = first_step; done < readings; step++)
        done += work(c, step);
    return (now_s() - start_s) * 1e9 / (double)done;
}

int main(int argc, char *argv[])
{
    static const struct {
        const char *name;
        work_fn *work, *less; /* less: what is taken off, the making of its input */
    } all[] = {
        {"decode_pack", decode_packs, NULL},          {"cjson_pack", parse_packs, NULL},
        {"decode_single", decode_singles, NULL},      {"cjson_single", parse_singles, NULL},
        {"quality_push", judge_quality, make_values}, {"rules_judge", judge_limits, make_values},
        {"journal_both_ways", code_journal, NULL},    {"block_encode", encode_block, NULL},
        {"block_decode", code_block, encode_block},
    };
    struct bench_options o = bench_options(argc, argv);
    struct core *c = setup();
    int64_t readings = o.quick ? ENOUGH / 10 : ENOUGH;

    for (int round = 1; round <= o.rounds; round++)
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
            int64_t first_step = (int64_t)round * readings;
            double ns = ns_a_reading(c, all[i].work, first_step, readings);
            if (all[i].less)
                ns -= ns_a_reading(c, all[i].less, first_step, readings);
            report(round, "core", all[i].name, "ns_per_reading", ns);
        }
    report(1, "core", "block_encode", "bytes_per_reading", bytes_a_reading(c));
    progress("  core (checksum %g)", c->sink);
    finish(c);
    return 0;
}
