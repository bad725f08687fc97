/* What every command works with: the command line, the configuration, the registry and the two
 * databases, each opened when first asked for. */
#ifndef SHIKUMEN_CLI_CTL_H
#define SHIKUMEN_CLI_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"
#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/svc/plan.h"
#include "shikumen/view/desk.h"

struct ctl {
    struct options options;
    struct desk desk;          /* settings after ctl_settings, registry after ctl_plan, … */
    struct arena arena;        /* of the desk: for whatever a command needs until it ends */
    bool colour;               /* stdout is a terminal that wants it */
    struct plan *plan;         /* after ctl_plan */
    struct settings *settings; /* read without a plan: of this struct, the desk's as well */
    struct zone_list zones;    /* the desk's zone, without a plan */
};

void ctl_finish(struct ctl *c);

/* The following return EXIT_DONE, or another exit code after saying on stderr what is wrong. */

/* Settings alone: for what must work while the registry is faulty. */
int ctl_settings(struct ctl *c);
/* The same for what needs no settings but speaks the district's language when it is known. */
void ctl_try_settings(struct ctl *c);
/* Settings, registry and limits. */
int ctl_plan(struct ctl *c);
/* The same, the faults left to the caller. */
enum err ctl_plan_load(struct ctl *c, struct fault_list *faults) MUST_USE;
/* Settings and readings.db, settings and state.db. Readings are as the registry's calibrations make
 * them; raw, with a word, while the registry is faulty, and with --raw. */
int ctl_readings(struct ctl *c);
/* The unit in which the readings opened give a value of sensor at t_us whose canonical unit is
 * unit: that of its raw values with --raw. */
const char *ctl_unit(const struct ctl *c, const char *sensor, const char *unit, int64_t t_us);
int ctl_state(struct ctl *c);

/* Registry and readings.db for what can do without them: opens what can be had, says nothing. */
void ctl_try_all(struct ctl *c);

/* Whether a daemon works on the store; after ctl_settings. Also when it may not be spoken to. */
bool ctl_daemon_runs(const struct ctl *c);

/* zh or en, as the district speaks; en while that is not known. */
const char *ctl_word(const struct ctl *c, const char *zh, const char *en);

/* A line on stderr in the district's language, in both while it is not known. Both formats take the
 * same arguments. */
void ctl_say(const struct ctl *c, const char *zh, const char *en, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
/* The same; returns EXIT_FAILED. */
int ctl_fail(const struct ctl *c, const char *zh, const char *en, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

/* EXIT_DONE for ERR_OK; else says what the database answered and returns EXIT_FAILED. */
int ctl_readings_result(const struct ctl *c, enum err e);
int ctl_state_result(const struct ctl *c, enum err e);
/* The same for a view: of the database that it says failed. */
int ctl_view_result(const struct ctl *c, enum err e);
/* The same for work that only memory can end. */
int ctl_result(const struct ctl *c, enum err e);

/* Everything written to stdout so far has arrived; says so when not. */
int ctl_flush(const struct ctl *c);

/* text with what could disturb a terminal made visible; lives until the command ends, "" when
 * memory is out. */
const char *ctl_clean(struct ctl *c, const char *text);

#endif
