/* SHA-256: the examples of FIPS 180-4 and NIST CAVP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/io/audit_hash.h"

static void expect(const void *bytes, size_t n, const char *digest)
{
    uint8_t hash[AUDIT_HASH_BYTES];
    char hex[AUDIT_HASH_HEX_SIZE];

    assert_int_equal(audit_hash(bytes, n, hash), ERR_OK);
    assert_string_equal(audit_hash_hex(hash, hex), digest);
}

static void test_known_digests(void **state)
{
    char *a = malloc(1000000);

    (void)state;
    assert_non_null(a);
    memset(a, 'a', 1000000);
    expect("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect(a, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_known_digests)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
