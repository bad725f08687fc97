/* Messages by all shipped profiles: on the topics of networks and bridges, and where the topic is
 * not known; then bound to sensors. */
#include "../unit/core/profile_fixture.h"
#include "fuzz.h"

static const char *const topics[] = {
    "application/a/device/1000000000000001/event/up",
    "v3/app@ttn/devices/eui-1000000000000001/up",
    "any/topic",
    "v1/gateway/telemetry",
    "zigbee2mqtt/a/b",
    "tele/t/SENSOR",
    "tele/t/LWT",
    "shelly/status/temperature:0",
    "a/b/c/d/e",
    "senml/x",
    "senml-cbor/x",
};

static struct registry *make_registry(void)
{
    static const char text[] =
        "{\"district\":{\"id\":\"d\"},\"houses\":[],\"sensors\":["
        "{\"id\":\"a\",\"quantity\":\"tilt\",\"unit\":\"deg\",\"period_s\":600,\"source\":{"
        "\"profile\":"
        "\"milesight-em310-tilt\",\"device\":\"1000000000000001\",\"channel\":\"angle_x\"}},"
        "{\"id\":\"b\",\"quantity\":\"temperature\",\"unit\":\"Cel\",\"period_s\":600,\"source\":{"
        "\"profile\":\"tasmota\",\"device\":\"t\",\"channel\":\"AM2301/temperature\"}}]}";
    struct source_text source = {"registry", text, sizeof text - 1};
    struct fault_list faults = {0};
    struct registry *r = NULL;

    fuzz_require(registry_parse(&source, NULL, 0, &faults, &r) == ERR_OK);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct profile_set *set;
    static struct registry *registry;
    static struct profile_memory *memory;
    static struct arena arena;

    if (!set) {
        set = shipped_profiles(SOURCE_DIR "/sensors/profiles");
        registry = make_registry();
        memory = profile_memory_new();
    }
    for (size_t i = 0; i <= sizeof topics / sizeof *topics; i++) {
        bool any = i == sizeof topics / sizeof *topics;
        struct profile_context c = {
            .set = set, .registry = registry, .memory = memory, .any_topic = any};
        struct message m = {any ? "" : topics[i], bytes, n, FUZZ_RX_US};
        struct profile_result r;
        struct decoded d;
        arena_reset(&arena);
        fuzz_require(profile_decode(&c, &m, &arena, &r) == ERR_OK);
        fuzz_check_result(&r);
        if (any)
            continue;
        fuzz_require(profile_payload(&c, &m, registry, &arena, &d) == ERR_OK);
        for (size_t k = 0; k < d.reading_count; k++)
            fuzz_require(isfinite(d.readings[k].value) && d.readings[k].sensor < 2);
        for (size_t k = 0; k < d.refused_count; k++) {
            fuzz_require(d.refused[k].detail && d.refused[k].text);
            fuzz_check_words(d.refused[k].detail);
        }
    }
    return 0;
}
