/* readings.db and a power cut at every step: what was committed is there, whole and once. */
#include "readings_workload.h"

static void every_cut_is_survived(void **state)
{
    (void)state;
    survives_every_cut(&readings_workload, 5, 1);
}

static void a_disk_that_lies_is_found_out(void **state)
{
    (void)state;
    lying_disk_loses(&readings_workload, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_is_survived),
        cmocka_unit_test(a_disk_that_lies_is_found_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
