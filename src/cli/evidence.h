/* What a packet of evidence is made of: evidence_gather.c collects it, evidence_tables.c,
 * evidence_origins.c, evidence_papers.c, evidence_acts.c, evidence_plot.c and evidence_readme.c
 * write its files. */
#ifndef SHIKUMEN_CLI_EVIDENCE_H
#define SHIKUMEN_CLI_EVIDENCE_H

#include "packet.h"
#include "shikumen/core/slow_trace.h"
#include "shikumen/view/table.h"
#include "told.h"

#define EVIDENCE_ALERT_MAX       32 /* sensors of the alert */
#define EVIDENCE_ENVIRONMENT_MAX 24
#define EVIDENCE_NEIGHBOURS_MAX  64
#define EVIDENCE_SENSORS_MAX                                                                       \
    (EVIDENCE_ALERT_MAX + EVIDENCE_ENVIRONMENT_MAX + EVIDENCE_NEIGHBOURS_MAX)
#define EVIDENCE_ROWS_MAX    250000                   /* of readings.csv */
#define EVIDENCE_RECORDS_MAX (16 * 1024 * 1024)       /* bytes of records.ndjson */
#define EVIDENCE_BEFORE_US   (90 * 86400 * 1000000LL) /* before the first step, at least */
#define EVIDENCE_PLOTS_MAX   8

enum evidence_role { EVIDENCE_ALERT, EVIDENCE_ENVIRONMENT, EVIDENCE_NEIGHBOUR };

struct evidence_sensor {
    const char *id;
    uint32_t sensor; /* registry index; REGISTRY_NONE: not registered any more */
    uint32_t stored; /* id in the store; 0: nothing was ever stored of it */
    const char *quantity, *unit;
    enum evidence_role role;
    const char *relation;     /* of a neighbour: "element", "house", "adjoining"; else "" */
    struct slow_trace *trace; /* NULL: not damage-sensitive, or nothing of it */
};

struct evidence_step {
    int number, level;
    enum alert_event event;
    enum alert_kind kind; /* an alert may change it; KIND_COUNT: not told */
    int64_t at_us;
    const char *body;
};

struct evidence {
    struct ctl *c;
    struct told told;            /* the step the packet is of */
    struct episode episode;      /* as it stands */
    struct evidence_step *steps; /* all of the alert */
    size_t step_count;
    struct evidence_sensor *sensors; /* of the alert (the governing one first), environment,
                                        neighbours */
    size_t count, left_out;          /* left_out: for want of room */

    int64_t seen_until_us;  /* days that end later were not yet concluded */
    int64_t wanted_us;      /* what there is to show begins here, */
    int64_t from_us, to_us; /* readings.csv here, for want of room; up to to_us (excluded) */
    int64_t rows, flagged;  /* of readings.csv */
    size_t records;         /* of records.ndjson, */
    bool records_cut;       /* some were left out */

    bool recomputed; /* compared and differ are valid */
    struct table compared;
    size_t differ;
};

/* Everything but the files, of the alert and step that the command line names, after ctl_plan,
 * ctl_state and ctl_readings. Returns an exit code. After any result evidence_free. */
int evidence_gather(struct ctl *c, struct evidence *e);
void evidence_free(struct evidence *e);

/* Its parts about sensors (evidence_sensors.c): those of the alert and their neighbours, then, once
 * there are traces, their environment; then what is stored of all. */
void evidence_add_alert(struct evidence *e);
void evidence_add_environment(struct evidence *e);
int evidence_find_stored(struct evidence *e);

/* The files; each returns an exit code. */
int evidence_tables(struct evidence *e, struct packet *p);
/* One of the tables: profiles.csv, when any reading came by a profile. */
int evidence_origins(struct evidence *e, struct packet *p);
int evidence_papers(struct evidence *e, struct packet *p);
int evidence_models(struct evidence *e, struct packet *p); /* two of the papers */
int evidence_acts(struct evidence *e, struct packet *p);
int evidence_plots(struct evidence *e, struct packet *p);
/* Last, for they speak of the others: command.txt, manifest.json, and the text of README.txt. */
int evidence_readme(struct evidence *e, struct packet *p, struct strbuf *readme);

/* The shape and both words of a level: "▲ 3 橙 orange". */
const char *evidence_level(int level);
/* Chinese and English of a word that the district's language would choose from. */
#define EVIDENCE_BOTH(e, call, ...)                                                                \
    arena_printf(&(e)->c->arena, "%s %s", call(&(struct desk){.language = DESK_ZH}, __VA_ARGS__),  \
                 call(&(struct desk){.language = DESK_EN}, __VA_ARGS__))

#endif
