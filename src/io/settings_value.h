/* One value in a configuration file to the field it is for. */
#ifndef SHIKUMEN_IO_SETTINGS_VALUE_H
#define SHIKUMEN_IO_SETTINGS_VALUE_H

#include <libconfig.h>

#include "settings_table.h"
#include "shikumen/base/fault.h"

/* The file being read. */
struct settings_source {
    const char *file;      /* as shown in faults */
    const char *directory; /* absolute; what relative paths start from */
    struct arena *arena;   /* of the settings */
    struct fault_list *faults;
};

/* Checks value against row and puts it into base; label is its full name ("mqtt.port"). On a fault
 * the field keeps what it had. */
void setting_take(const struct settings_source *source, const struct setting_row *row, void *base,
                  const config_setting_t *value, const char *label);

/* Puts a row's default into base; relative paths start from directory. */
void setting_default(const struct setting_row *row, void *base, const char *directory,
                     struct arena *arena);

/* Name of the type that value has, for people. */
const char *setting_type_name(const config_setting_t *value);

/* Line of its file that value begins at, 1-based. */
int setting_line(const config_setting_t *value);

#endif
