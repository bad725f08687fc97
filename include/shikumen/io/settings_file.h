/* shikumend.conf and its drop-ins (libconfig) to settings, all faults collected. */
#ifndef SHIKUMEN_IO_SETTINGS_FILE_H
#define SHIKUMEN_IO_SETTINGS_FILE_H

#include "shikumen/base/err.h"
#include "shikumen/base/fault.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/settings.h"

/* Reads FILE and FILE.d/<name>.conf in name order. ERR_CONFIG with every fault found (unknown keys
 * with a suggestion, types, ranges, files that must exist), *out NULL. district.id, district.name
 * and with them mqtt.client_id are "" when not given: plan_load takes them from the registry. Free
 * with settings_free. */
enum err settings_read(const char *file, struct fault_list *faults, struct settings **out) MUST_USE;

/* The same, but when there are faults *out still holds what could be read, defaults in the place of
 * the rest, so that the files it names can be checked in the same run; ERR_CONFIG all the same.
 * NULL only when FILE itself cannot be read or parsed. */
enum err settings_read_partly(const char *file, struct fault_list *faults,
                              struct settings **out) MUST_USE;

/* Paths ("mqtt.port") of the settings in which a and b differ, endpoints left out; at most max.
 * Returns their number. */
size_t settings_changed(const struct settings *a, const struct settings *b, const char **paths,
                        size_t max);

/* Gives to the values that from has of all settings whose path begins with prefix ("mqtt."). */
enum err settings_keep(struct settings *to, const struct settings *from,
                       const char *prefix) MUST_USE;

/* Appends the settings in force in libconfig syntax, commented with where the secrets lie but never
 * the secrets. What it prints, settings_read reads back to the same settings. */
void settings_print(const struct settings *s, struct strbuf *out);

/* Content of a secret file (white space at the end cut): name looked up in $CREDENTIALS_DIRECTORY
 * by its last component first, then the path itself. ERR_NOTFOUND, ERR_IO. */
enum err secret_read(const char *path, struct strbuf *out) MUST_USE;
/* The same, with the permissions (st_mode) of the file that was read. */
enum err secret_read_mode(const char *path, struct strbuf *out, unsigned *mode) MUST_USE;

#endif
