/* The commands of shikumenctl, one file each. */
#ifndef SHIKUMEN_CLI_SHIKUMENCTL_H
#define SHIKUMEN_CLI_SHIKUMENCTL_H

#include "ctl.h"

/* Each returns the exit code of the program. */
int cmd_check(struct ctl *c);
int cmd_status(struct ctl *c);
int cmd_houses(struct ctl *c);
int cmd_sensors(struct ctl *c);
int cmd_alerts(struct ctl *c);
int cmd_recompute(struct ctl *c);
int cmd_evidence(struct ctl *c);
int cmd_risk(struct ctl *c);
int cmd_forecasts(struct ctl *c);
int cmd_epochs(struct ctl *c);
int cmd_epoch(struct ctl *c);
int cmd_readings(struct ctl *c);
int cmd_quarantine(struct ctl *c);
int cmd_export(struct ctl *c);
int cmd_backtest(struct ctl *c);
int cmd_backup(struct ctl *c);
int cmd_verify(struct ctl *c);

#endif
