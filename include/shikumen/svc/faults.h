/* Faults of a configuration, told to people. */
#ifndef SHIKUMEN_SVC_FAULTS_H
#define SHIKUMEN_SVC_FAULTS_H

#include <stdbool.h>

#include "shikumen/base/fault.h"
#include "shikumen/base/strbuf.h"

/* Writes "FILE:LINE: WHERE: what / 中文" a fault to fd (without ":LINE" when it is not known,
 * without the Chinese for what is said elsewhere: by a library). */
void faults_tell(const struct fault_list *list, int fd);

/* Appends a fault's text in Chinese, the place in front as it is; false, and nothing appended, when
 * there is none. */
bool fault_put_zh(const struct fault *f, struct strbuf *out);

#endif
