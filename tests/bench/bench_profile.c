/* Microseconds a foreign message, all shipped profiles loaded, one thread, data in memory; beside
 * it the parsing of the same JSON with cJSON and nothing else. */
#include <cjson/cJSON.h>

#include "../unit/core/profile_fixture.h"
#include "process.h"
#include "report.h"

#define RX_US  1795305600000000LL
#define ENOUGH 50000 /* messages a measurement */

struct sample {
    const char *measure, *folder, *topic;
    bool json;
    struct strbuf payload;
};

struct bench {
    struct profile_set *set;
    struct profile_memory *memory;
    struct arena arena;
};

static double us_decoding(struct bench *b, const struct sample *s, int count)
{
    struct profile_context context = {.set = b->set, .memory = b->memory};
    struct message m = {s->topic, s->payload.data, s->payload.len, RX_US};
    double start_s = now_s();

    for (int i = 0; i < count; i++) {
        struct profile_result result = {0};
        arena_reset(&b->arena);
        if (profile_decode(&context, &m, &b->arena, &result))
            give_up("%s cannot be decoded", s->folder);
    }
    return (now_s() - start_s) * 1e6 / count;
}

static double us_parsing(const struct sample *s, int count)
{
    double start_s = now_s();

    for (int i = 0; i < count; i++)
        cJSON_Delete(cJSON_ParseWithLength(s->payload.data, s->payload.len));
    return (now_s() - start_s) * 1e6 / count;
}

static void load(struct sample *s)
{
    char path[512];

    snprintf(path, sizeof path, "%s/tests/data/profiles/%s/payload", SOURCE_DIR, s->folder);
    if (file_read(path, 1 << 20, &s->payload))
        give_up("%s cannot be read", path);
}

static void measure(struct bench *b, const struct bench_options *o, const struct sample *s)
{
    int count = o->quick ? ENOUGH / 10 : ENOUGH;

    for (int round = 1; round <= o->rounds; round++) {
        report(round, s->measure, "ours", "us_per_message", us_decoding(b, s, count));
        if (s->json)
            report(round, s->measure, "cjson", "us_per_message", us_parsing(s, count));
    }
}

int main(int argc, char *argv[])
{
    struct sample samples[] = {
        {"chirpstack_bytes",
         "milesight-em300-chirpstack-v4-raw",
         "application/a/device/1/event/up",
         true,
         {0}},
        {"chirpstack_object",
         "milesight-em300-chirpstack-v4-codec",
         "application/a/device/1/event/up",
         true,
         {0}},
        {"tts_bytes", "milesight-em300-tts-v3-raw", "v3/app@tenant/devices/eui-1/up", true, {0}},
        {"zigbee2mqtt", "zigbee2mqtt-vibration", "zigbee2mqtt/0x00158d0001a2b3c4", true, {0}},
        {"sparkplug_birth", "sparkplug-b-nbirth", "spBv1.0/Lane1/NBIRTH/EdgeA", false, {0}},
        {"no_match", "zigbee2mqtt-vibration", "no/such/topic", true, {0}},
    };
    struct bench_options o = bench_options(argc, argv);
    struct bench b = {shipped_profiles(SOURCE_DIR "/sensors/profiles"), profile_memory_new(), {0}};

    if (!b.set || !b.memory)
        give_up("the profiles cannot be loaded");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        if (!bench_wanted(&o, samples[i].measure))
            continue;
        load(&samples[i]);
        measure(&b, &o, &samples[i]);
        strbuf_free(&samples[i].payload);
    }
    profile_memory_free(b.memory);
    profile_set_free(b.set);
    arena_free(&b.arena);
    return 0;
}
