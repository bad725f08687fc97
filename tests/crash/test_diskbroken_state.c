/* state.db on a disk that cannot be written at every step in turn: the caller is told, and
 * afterwards all that was acknowledged is there, nothing is half, and the work goes on to the same
 * end. */
#include "state_workload.h"

/* Three rounds of the workload are enough of it. */
static struct workload shorter(void)
{
    struct workload w = state_workload;
    w.operations = 24;
    return w;
}

static void for_a_moment(void **state)
{
    struct workload w = shorter();
    (void)state;
    survives_every_fault(&w, &(struct fault_plan){EIO, false});
}

static void for_long(void **state)
{
    struct workload w = shorter();
    (void)state;
    survives_every_fault(&w, &(struct fault_plan){EIO, true});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(for_a_moment),
        cmocka_unit_test(for_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
