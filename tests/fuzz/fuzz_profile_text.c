/* Profiles themselves: whatever the text, it is read or has faults; what is read then reads
 * messages. */
#include "../unit/core/profile_fixture.h"
#include "fuzz.h"

static const char envelope[] =
    "{\"id\":\"env\",\"version\":1,\"title\":\"t\",\"topic\":\"e/{d}\",\"carries\":\"lorawan\","
    "\"device\":{\"topic\":\"d\"},\"object\":\"/object\",\"bytes\":{\"ptr\":\"/data\"},\"port\":\"/"
    "port\"}";
static const char *const messages[] = {
    "{\"object\":{\"a\":1,\"temperature\":\"2\",\"list\":[{\"t\":1700000000,\"v\":3}]},\"port\":2}",
    "{\"data\":\"AXVcA2c0AQRoZQ==\",\"port\":85}",
    "{\"data\":\"AgPUAAM79n//O/YMYA==\",\"port\":1}",
    "1;2,5;x\n3;4;y\n",
    "21.5",
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct arena arena;
    struct source_text texts[] = {{"fuzz.json", (const char *)bytes, n},
                                  {"env.json", envelope, sizeof envelope - 1}};
    struct fault_list faults = {0};
    struct profile_set *set = NULL;
    enum err e = profile_set_parse(texts, 2, &faults, &set);

    fuzz_require((e == ERR_OK) == (set != NULL) && (e == ERR_OK) == (faults.count == 0));
    fuzz_require(e == ERR_OK || e == ERR_CONFIG);
    for (size_t i = 0; set && i < 2 * sizeof messages / sizeof *messages; i++) {
        const char *text = messages[i / 2];
        struct profile_context c = {.set = set, .any_topic = i % 2 == 1, .only = NULL};
        struct message m = {"e/x", text, strlen(text), FUZZ_RX_US};
        struct profile_result r;
        arena_reset(&arena);
        fuzz_require(profile_decode(&c, &m, &arena, &r) == ERR_OK);
        fuzz_check_result(&r);
    }
    profile_set_free(set);
    fault_list_free(&faults);
    return 0;
}
