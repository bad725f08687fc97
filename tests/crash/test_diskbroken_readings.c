/* readings.db on a disk that cannot be written at every step in turn: the caller is told, and
 * afterwards all that was acknowledged is there, nothing is half, and the work goes on to the same
 * end. */
#include "readings_workload.h"

static void for_a_moment(void **state)
{
    (void)state;
    survives_every_fault(&readings_workload, &(struct fault_plan){EIO, false});
}

static void for_long(void **state)
{
    (void)state;
    survives_every_fault(&readings_workload, &(struct fault_plan){EIO, true});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(for_a_moment),
        cmocka_unit_test(for_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
