/* SenML packs in CBOR: whatever the bytes, the reader ends and says what it found. */
#include "fuzz.h"
#include "shikumen/core/senml.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct arena arena;
    struct senml_pack pack;

    arena_reset(&arena);
    fuzz_require(senml_parse_cbor(bytes, n, "H001/n1/", FUZZ_RX_US, &arena, &pack) == ERR_OK);
    fuzz_require((pack.fault != NULL) == (pack.detail != NULL));
    for (size_t i = 0; i < pack.count; i++)
        fuzz_require(pack.records[i].fault || pack.records[i].name);
    return 0;
}
