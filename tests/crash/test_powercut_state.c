/* state.db and a power cut at every step: every judgement committed is there with its steps and its
 * outgoing messages; what deliver noted may be behind, never half. */
#include "state_workload.h"

static void every_cut_is_survived(void **state)
{
    (void)state;
    survives_every_cut(&state_workload, 6, 3);
}

static void a_disk_that_lies_is_found_out(void **state)
{
    (void)state;
    lying_disk_loses(&state_workload, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_is_survived),
        cmocka_unit_test(a_disk_that_lies_is_found_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
