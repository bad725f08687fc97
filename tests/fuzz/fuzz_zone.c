/* Compiled time zones: whatever the bytes, they are refused or every time has its local time, and
 * every local time its UTC times. */
#include "fuzz.h"
#include "shikumen/model/zone.h"

#define S INT64_C(1000000)

static void look(const struct time_zone *z, int64_t t_us)
{
    int64_t wall_us = zone_local_us(z, t_us), first_us, second_us;
    enum zone_fit fit = zone_to_utc(z, wall_us, &first_us, &second_us);

    fuzz_require(fit != ZONE_NEVER && first_us <= t_us && t_us <= second_us);
    fuzz_require((fit == ZONE_ONCE) == (first_us == second_us));
    fuzz_require(zone_local_us(z, first_us) == wall_us);
    fuzz_require(zone_local_us(z, second_us) == wall_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct arena arena;
    struct time_zone z = {.name = "fuzz"};
    enum err e;

    arena_reset(&arena);
    e = zone_decode(bytes, n, &arena, &z);
    fuzz_require(e == ERR_OK || e == ERR_PARSE);
    fuzz_require(e == ERR_OK || (z.count == 0 && !z.rule.given));
    for (size_t i = 0; i < z.count; i += 1 + z.count / 64)
        if (z.at_s[i] > -9000000000000 && z.at_s[i] < 9000000000000) {
            look(&z, z.at_s[i] * S);
            look(&z, z.at_s[i] * S - 1);
        }
    for (int64_t t_s = -62135596800; t_s < 253402300800; t_s += 7884000000)
        look(&z, t_s * S);
    zone_local_us(&z, INT64_MIN + 1);
    zone_to_utc_us(&z, INT64_MAX);
    zone_to_utc_us(&z, INT64_MIN);
    return 0;
}
