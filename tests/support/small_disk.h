/* A small file system that fills up, in a mount namespace of the test's own. */
#ifndef SHIKUMEN_TESTS_SMALL_DISK_H
#define SHIKUMEN_TESTS_SMALL_DISK_H

#include <stdbool.h>

/* Makes the namespace; false where mounting is not allowed. Root may mount in a namespace of its
 * own; others where user namespaces are allowed. */
bool small_disk_may_mount(void);
/* Writes to path until nothing more fits; aborts on any other error. */
void small_disk_fill(const char *path);

#endif
