/* The plan: settings, registry and limits in force, read together, validated whole, immutable. A
 * new one replaces it on SIGHUP; loops keep the one they hold until they take the new. */
#ifndef SHIKUMEN_SVC_PLAN_H
#define SHIKUMEN_SVC_PLAN_H

#include <stdatomic.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/base/fault.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/core/file_profile.h"
#include "shikumen/core/format_template.h"
#include "shikumen/model/registry.h"
#include "shikumen/model/settings.h"
#include "shikumen/model/token.h"
#include "shikumen/svc/profile_shelf.h"

struct plan {
    atomic_int references;
    struct settings *settings;
    struct registry *registry;
    struct strbuf registry_text; /* the registry file as read, for state.db */
    uint64_t registry_digest;    /* of registry file and limit sets */
    struct token_list tokens;    /* of http.tokens_file; none without it */
    struct arena token_arena;
    struct file_profiles *files; /* of loggers; NULL: there is no such directory */
    /* By endpoint, NULL where its format is no template; NULL when no endpoint has one. */
    struct format_template **templates;
    struct profile_shelf profiles;
};

/* Reads configuration, templates, registry and limit directory. ERR_CONFIG with all faults of all
 * files. The new plan has one reference. */
enum err plan_load(const char *config_file, struct fault_list *faults, struct plan **out) MUST_USE;

/* What a replay is judged by, without a configuration. */
struct plan_files {
    const char *registry, *limits; /* file, folder of limit sets */
    const char *epochs;            /* file; NULL: those of the registry alone */
    const char *store;             /* folder of the databases */
    const char *profiles;          /* folder; NULL: none */
};

/* A plan with no endpoint and no broker. Errors as plan_load. */
enum err plan_load_files(const struct plan_files *files, struct fault_list *faults,
                         struct plan **out) MUST_USE;

struct plan *plan_retain(struct plan *p);
void plan_release(struct plan *p); /* NULL allowed; frees with the last reference */

#endif
