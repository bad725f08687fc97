/* A scenario: a small file that says what houses stand where, what befalls them and their sensors,
 * and what has to be noticed. docs/sensors.md describes it, sensors/scenarios/schema.json too. */
#ifndef SHIKUMEN_SIM_SCENARIO_H
#define SHIKUMEN_SIM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/fault.h"
#include "shikumen/model/registry.h"

/* What befalls a building. size and days by kind (course.c):
 * linear, accelerating, stepwise at one sensor; house_settlement, roof_leak, frequency_drop at one
 * house; row_dewatering, row_excavation, metro, pile_driving at one row. */
enum damage_kind {
    DAMAGE_LINEAR,           /* size (unit of the sensor) in days, and on at that rate */
    DAMAGE_ACCELERATING,     /* fails after days, size reached at 90 % of them */
    DAMAGE_STEPWISE,         /* a step of size every days, give or take */
    DAMAGE_HOUSE_SETTLEMENT, /* size mm in the end, slow at first; days is the time constant */
    DAMAGE_ROOF_LEAK,        /* size % moisture in the end, days is the time constant */
    DAMAGE_FREQUENCY_DROP,   /* size % in the end, days is the time constant; 0: at once */
    DAMAGE_ROW_DEWATERING,   /* size mm in the end by consolidation, days until half of it */
    DAMAGE_ROW_EXCAVATION,   /* size mm/m in the end, days is the time constant */
    DAMAGE_METRO,            /* peaks of size mm/s in the nights of days; harmless */
    DAMAGE_PILE_DRIVING,     /* peaks of size mm/s on the workdays of days */
    DAMAGE_KIND_COUNT
};
extern const char *const damage_kind_names[DAMAGE_KIND_COUNT];

struct scenario_damage {
    enum damage_kind kind;
    const char *at; /* id of the sensor, house or row */
    int64_t onset_us;
    double size, days;
};

/* What befalls instruments (ills.c). */
enum ill_kind {
    ILL_DRIFT,         /* size per year */
    ILL_DRIFT_THERMAL, /* size per degC more every year */
    ILL_STUCK,
    ILL_SPIKES,     /* one reading in fifty is size off */
    ILL_GAP,        /* nothing comes */
    ILL_REPLAY,     /* nothing comes, afterwards all of it at once */
    ILL_CLOCK,      /* times size hours wrong */
    ILL_UNIT,       /* values times size */
    ILL_SWAP,       /* another sensor in its place, size off */
    ILL_REZERO,     /* from now on reckoned from zero */
    ILL_DUPLICATES, /* one reading in five comes twice */
    ILL_DISORDER,   /* readings up to size hours late, each by its own */
    ILL_BATTERY,    /* the node's voltage falls, then silence until the end */
    ILL_RENOVATION, /* of a house: noise, and a step of size times the noise that stays */
    ILL_VACANCY,    /* of a house: nobody heats or airs */
    ILL_KIND_COUNT
};
extern const char *const ill_kind_names[ILL_KIND_COUNT];

struct scenario_ill {
    enum ill_kind kind;
    const char *at;            /* id of the sensor, node or house: all sensors below it */
    int64_t from_us, until_us; /* until_us INT64_MAX: to the end */
    double size;
    bool epoch; /* somebody noted it */
};

/* Days that are warmer (size degC) or wetter (size 0..1) than the climate. */
struct scenario_spell {
    bool wet;
    int64_t from_us;
    double days, size;
};

struct scenario_house {
    const char *id;
    int lane, row; /* 1.. */
    const char **sensors;
    size_t sensor_count; /* 0: those of the scenario */
};

/* A big district, of which seed draws the rest. */
struct scenario_draw {
    int houses; /* 0: none */
    int years;
    double damaged_share, ills_per_sensor_year;
};

struct scenario {
    struct arena arena;
    uint64_t seed;
    int64_t start_us;
    int days, period_s;
    double variability; /* of the weather, 1: as usual */
    size_t house_count;
    int per_row, rows_per_lane;
    struct scenario_house *houses; /* house_count of them; NULL: counted off */
    const char **sensors;          /* names of designs; NULL: all */
    size_t sensor_count;
    struct scenario_spell *spells;
    size_t spell_count;
    struct scenario_damage *damages;
    size_t damage_count;
    struct scenario_ill *ills;
    size_t ill_count;
    struct epoch *epochs;
    size_t epoch_count;
    struct scenario_draw draw;
};

/* Reads a scenario from text. On success nothing is added to faults; else ERR_CONFIG with every
 * fault found. ERR_NOMEM. Free with scenario_free, whatever it returned. */
enum err scenario_read(const char *file, const char *text, size_t len, struct fault_list *faults,
                       struct scenario *out) MUST_USE;
void scenario_free(struct scenario *s);

/* End of the run. */
int64_t scenario_end_us(const struct scenario *s);

#endif
