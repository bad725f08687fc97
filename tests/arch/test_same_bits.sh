#!/usr/bin/env bash
# The numeric core gives the same bits on every machine: what every method comes to on seeded input is
# compared with what is on record, with and without the processor's vector and fused instructions.
# After a change that is meant to change values: build/release/bin/bench_num --values >tests/data/num_values.txt
set -euo pipefail
export LC_ALL=C

folder=$(mktemp -d "${TMPDIR:-/tmp}/shikumen-bits.XXXXXX")
trap 'rm -rf "$folder"' EXIT
record=$SOURCE_DIR/tests/data/num_values.txt
plain=glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-FMA,-FMA4,-SSE4_2,-SSE4_1,-ERMS

"$BIN_DIR/bench_num" --values >"$folder/here"
GLIBC_TUNABLES=$plain "$BIN_DIR/bench_num" --values >"$folder/plain"
cmp "$folder/here" "$folder/plain" || {
    echo "vector or fused instructions change results:"
    diff "$folder/here" "$folder/plain"
    exit 1
}
[ "$(wc -l <"$folder/here")" -ge 30 ] || {
    echo "too few values"
    exit 1
}
# Other kinds of processor have their own builds of LAPACK and musl (docs/architecture.md).
if [ "$(uname -m)" = x86_64 ]; then
    diff "$record" "$folder/here" || {
        echo "not the bits on record"
        exit 1
    }
fi
echo "ok: $(wc -l <"$folder/here") values"
