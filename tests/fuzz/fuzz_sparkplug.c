/* Sparkplug: a birth, then the input as data, birth and death of the same node. */
#include "../unit/core/profile_fixture.h"
#include "fuzz.h"

static const char *const topics[] = {"spBv1.0/G/NBIRTH/N",   "spBv1.0/G/NDATA/N",
                                     "spBv1.0/G/DBIRTH/N/D", "spBv1.0/G/DDATA/N/D",
                                     "spBv1.0/G/DDEATH/N/D", "spBv1.0/G/NDEATH/N"};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct profile_set *set;
    static struct profile_memory *memory;
    static struct arena arena;

    if (!set) {
        set = shipped_profiles(SOURCE_DIR "/sensors/profiles");
        memory = profile_memory_new();
    }
    profile_memory_forget(memory);
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        struct profile_context c = {.set = set, .memory = memory};
        struct message m = {topics[i], bytes, n, FUZZ_RX_US + (int64_t)i};
        struct profile_result r;
        arena_reset(&arena);
        fuzz_require(profile_decode(&c, &m, &arena, &r) == ERR_OK);
        fuzz_check_result(&r);
    }
    return 0;
}
