/* The commands of shikumenctl, one file each. */
#ifndef SHIKUMEN_CLI_SHIKUMENCTL_H
#define SHIKUMEN_CLI_SHIKUMENCTL_H

#include "ctl.h"

struct command {
    const char *name;
    int (*run)(struct ctl *c); /* returns the exit code of the program */
    uint64_t takes;
    size_t min_arguments, max_arguments;
    const char *usage;   /* what follows the name */
    const char *zh, *en; /* one line */
    const char *details; /* the options */
};

#define FORMAT_HELP                                                                                \
    "  --json            一个 JSON 文档 one JSON document\n"                                   \
    "  --csv             CSV\n"
#define JSON_HELP "  --json            一个 JSON 文档 one JSON document\n"

/* Those by which persons act on the record, and those that list it: cmd_acts.c. */
extern const struct command act_commands[];
extern const size_t act_command_count;

int cmd_check(struct ctl *c);
int cmd_discover(struct ctl *c);
int cmd_profile(struct ctl *c);
int cmd_status(struct ctl *c);
int cmd_houses(struct ctl *c);
int cmd_sensors(struct ctl *c);
int cmd_alerts(struct ctl *c);
int cmd_recompute(struct ctl *c);
int cmd_evidence(struct ctl *c);
int cmd_report(struct ctl *c);
int cmd_risk(struct ctl *c);
int cmd_forecasts(struct ctl *c);
int cmd_epochs(struct ctl *c);
int cmd_token(struct ctl *c);
int cmd_epoch(struct ctl *c);
int cmd_readings(struct ctl *c);
int cmd_quarantine(struct ctl *c);
int cmd_export(struct ctl *c);
int cmd_import(struct ctl *c);
int cmd_backtest(struct ctl *c);
int cmd_backup(struct ctl *c);
int cmd_verify(struct ctl *c);
int cmd_silences(struct ctl *c);
int cmd_proposals(struct ctl *c);
int cmd_overrides(struct ctl *c);
int cmd_audit(struct ctl *c);

#endif
