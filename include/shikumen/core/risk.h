/* How an element, a house, a row and a district stand: limits, forecasts, evidence and the worth of
 * the data put together so that every part can be named. Pure. Scheme: class logic after the
 * Italian guidelines for existing bridges (2020), grades in the manner of EN 16096:2012, weights
 * and matrix [J]; num/fusion.h and num/hazard.h do the sums. */
#ifndef SHIKUMEN_CORE_RISK_H
#define SHIKUMEN_CORE_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/limit.h"
#include "shikumen/model/registry.h"
#include "shikumen/num/fusion.h"
#include "shikumen/num/hazard.h"

#define RISK_LABEL "EN 16096-like, computed from sensors"

/* What speaks for or against active deterioration. */
enum evidence_kind {
    EVIDENCE_TREND,           /* significant, away from zero; value: a year, in the sensor's unit */
    EVIDENCE_CHANGE_POINT,    /* confirmed; value: the step, in the sensor's unit */
    EVIDENCE_NOVELTY,         /* T2 or Q above its 99 % limit, lasting; value: times that limit */
    EVIDENCE_FREQUENCY_DROP,  /* compensated, beyond 3 sigma; value: percent lost */
    EVIDENCE_AGREEMENT,       /* tilt and crack of the element agree in sign */
    EVIDENCE_VIBRATION_OVER,  /* an event above its limit in the window; value: times the limit */
    EVIDENCE_VIBRATION_QUIET, /* all of a year below half the limit */
    EVIDENCE_WET_TIMBER,      /* above 20 % for 30 d; value: percent */
    EVIDENCE_LEAK,
    EVIDENCE_GROUNDWATER, /* a step of more than 0.5 m; value: m */
    EVIDENCE_WORKS,       /* works within twice the depth of their excavation */
    EVIDENCE_INSPECTION,  /* found stable on site less than 6 months ago */
    EVIDENCE_STABLE,      /* no trend in a year or more; value: years */
    EVIDENCE_KINDS
};

#define RISK_PRIOR_ACTIVE 0.02 /* P(active) before any evidence [J] */

/* ln(P(evidence | active) / P(evidence | stable)), nats; expert's start table [J]. */
extern const double evidence_weight[EVIDENCE_KINDS];
/* "trend", "change_point", ...; "unknown" for what is none. */
const char *evidence_name(enum evidence_kind kind);

struct risk_evidence {
    enum evidence_kind kind;
    uint32_t sensor; /* registry index, REGISTRY_NONE: none */
    double quality;  /* of its data; taken into 0..1, NaN counts 0 */
    unsigned cause;  /* physical cause: the same number, the same cause; 0: none shared. At most 31
                        different ones an element */
    double value;    /* how much, see evidence_kind; 0 or NaN: not said */
    int64_t from_us, to_us; /* data window; both 0: not said */
};

/* What is derived from a sensor and has limits of its own (mould index of a humidity). */
struct risk_derived {
    const char *zh, *en, *unit; /* name for people; unit "" for a plain number */
};

/* A limit with what was compared and what is foreseen. */
struct risk_limit {
    uint32_t sensor;                    /* registry index */
    const struct limit *limit;          /* must outlive the result */
    const struct risk_derived *derived; /* NULL: the quantity of the sensor; outlives the result */
    double value, value_se;     /* what was compared, canonical unit, and its standard error; NaN */
    double margin;              /* value / limit, 1: reached; NaN: nothing to compare */
    double p30, p180, p365;     /* of exceeding it within so many days; NaN: abstained */
    double t05_d, t50_d, t95_d; /* days until it is exceeded, quantiles; NaN or infinite: not
                                   foreseen */
    int64_t from_us, to_us;     /* data window */
    uint32_t model_version;     /* of the environment model; 0: none */
    bool stability;             /* reaching it concerns stability: JGJ 125-2016 4.2.1, 5.3 (tilt,
                                   lean, crack, bearing) */
};

/* What the data are worth. All are taken into their range; NaN counts 0. */
struct risk_quality {
    double coverage;   /* hours really watched with valid data / hours, 0..1 */
    double good_share; /* of the samples, flagged pass, 0..1 */
    double history_d;  /* days of data, >= 0 */
    double skill;      /* of the model, 0..1 */
    double health;     /* of the sensors, 0..1 */
};

/* All that is known of an element at one time. */
struct risk_input {
    uint32_t element; /* registry index */
    const struct risk_limit *limits;
    size_t limit_count;
    const struct risk_evidence *evidence;
    size_t evidence_count;
    struct risk_quality quality;
    enum risk_level vulnerability, exposure; /* risk_site_element, or a survey */
};

enum risk_reason_kind {
    REASON_APPRAISAL,    /* a stability limit is at alarm level */
    REASON_INSUFFICIENT, /* too little data */
    REASON_LIMIT,
    REASON_EVIDENCE,
    REASON_ABSTAINED, /* limits without a forecast */
    REASON_KINDS
};

struct risk_reason {
    enum risk_reason_kind kind;
    double weight;    /* what reasons are sorted by, falling: |decibans|; of a limit 10 max(margin
                         on the ladder, p365); insufficient: 10 (1 - confidence); abstained: 5
                         times their share [J] */
    uint32_t element; /* REGISTRY_NONE: about the house */
    const uint32_t *sensors;
    size_t sensor_count;
    struct risk_limit limit;       /* REASON_LIMIT, REASON_APPRAISAL; p cleaned as it was counted */
    struct risk_evidence evidence; /* REASON_EVIDENCE */
    double decibans;               /* REASON_EVIDENCE: as counted; NaN otherwise */
    size_t count, total;           /* REASON_ABSTAINED: so many of so many limits */
    double confidence;             /* REASON_INSUFFICIENT */
    enum confidence_factor weakest; /* REASON_INSUFFICIENT */
    bool unknown;                   /* REASON_INSUFFICIENT: neither a margin nor a forecast */
};

/* Probability of exceedance: point between the bounds; all NaN when every forecast abstained. */
struct risk_p {
    double p, low, high; /* low: largest of the parts; high: their independent union */
};

enum risk_horizon { RISK_30_D, RISK_180_D, RISK_365_D, RISK_HORIZONS };

#define RISK_TIERS 5 /* by level of a limit, 0 unused */

struct risk {
    uint32_t house, element; /* element REGISTRY_NONE: the house as a whole */
    enum risk_level level;   /* class; RISK_INSUFFICIENT: "insufficient data" */
    enum risk_level hazard;  /* by p365 and p_active alone; RISK_INSUFFICIENT: nothing known */
    int colour;              /* 0 green .. 4 red: the larger of hazard and ladder, whatever
                                vulnerability and exposure [J]; 0 never when grey */
    bool grey;               /* confidence < 0.5, history < 30 d, no coverage, or neither a margin
                                nor a forecast; shown grey unless overridden */
    bool overridden;         /* a stability limit is at alarm level: class H, red */
    bool provisional;        /* a governing limit is marked M or J */
    double score;            /* 0..100, see risk_score */
    struct risk_p p[RISK_HORIZONS];
    double p365_tier[RISK_TIERS]; /* point, by limits of at least that level; NaN none. Of a house
                                     weighted by consequence: for the class alone */
    double p365_floor;            /* of what has no forecast, by its step of the ladder; likewise */
    double p_active;
    double margin; /* largest on the ladder, see risk_ladder; NaN: none known */
    double t05_d;  /* earliest, on the tiers of level; infinity: none foreseen */
    struct hazard_condition condition;
    double confidence;
    enum confidence_factor weakest;
    double factor[CONFIDENCE_FACTORS];
    double history_d;
    enum risk_level vulnerability, exposure;
    size_t asked, abstained;     /* forecasts expected, and of them not given */
    size_t sufficient;           /* elements of a house that are not grey */
    struct risk_reason *reasons; /* appraisal first, then by falling weight; of equals by kind,
                                    then in the order given */
    size_t reason_count;
};

/* Defaults from the registry [J], where no survey says more. Vulnerability M: unreinforced brick
 * and timber; one less built since 1950, one less for floors, stairs and roofs (damage stays
 * local); one more with three storeys and more built before 1910. Exposure M: a dwelling; ML
 * when unprotected, MH for national protection. An index beyond the registry: M, M. */
struct risk_site {
    enum risk_level vulnerability, exposure;
};
struct risk_site risk_site_house(const struct registry *r, uint32_t house);
struct risk_site risk_site_element(const struct registry *r, uint32_t element);

/* A margin on the common ladder 0.6, 0.8, 1: of a level 4 limit as it is; of a lower one at most
 * its own step (level 3: 0.8, 2: 0.6, 1: 0.5), reached with it [J]. NaN stays. */
double risk_ladder(const struct limit *limit, double margin);

/* 20 class + 12 sqrt(p365) + 5 min(1, margin) + 3 P(active) [J]: rises with each, a class is 20.
 * Class: by the tables, also when grey. P(active) takes the place of a p365 that is NaN. */
double risk_score(enum risk_level by_tables, double p365, double margin, double p_active);

/* Judges an element. A limit state is a limit of its sensor's (and derived quantity's)
 * highest level here; leaks, doors and
 * instrument quantities (battery) have none; lower limits count as steps of the ladder. A limit
 * reached (margin >= 1) has p = 1 and t = 0, except that of a single event; p30 <= p180 <= p365 is
 * enforced. A forecast that abstained (p365 NaN; of a rate or an event none is expected) is left
 * out of p, is a reason, and the factor skill is multiplied by the share of expected forecasts that
 * were given. What has no p counts in the class by its step of the ladder alone: attention M,
 * warning MH, alarm H [J]. Limits below level 4 by p raise the hazard to MH (3), M (2), ML (1) at
 * most [J]. Raising a margin, a p or positive evidence never lowers the class. Memory of the
 * reasons: a; the result points to it and to limits, not into in.
 * ERR_RANGE: an index, a level or a kind that is none, a p outside 0..1, more than 31 causes;
 * ERR_NOT_FINITE: an infinite p or margin; ERR_NOMEM. O(limits^2 + evidence). */
enum err risk_element(const struct registry *r, const struct risk_input *in, struct arena *a,
                      struct risk *out) MUST_USE;

/* Judges a house from its elements (in registry order; n may be 0: insufficient). p: over elements
 * as over limits; P(active): the largest; the class by p365 weighted with the elements' consequence
 * weight; factors of confidence: means by that weight. ERR_RANGE for an element of another house;
 * ERR_NOMEM. */
enum err risk_house(const struct registry *r, uint32_t house, const struct risk *elements, size_t n,
                    struct arena *a, struct risk *out) MUST_USE;

/* A row, or a district of rows. */
struct risk_group {
    enum risk_level level;          /* the worst known; RISK_INSUFFICIENT: none known */
    int colour;                     /* the worst; not 0 while a house is grey */
    int shown;                      /* the worst of the houses that are not shown grey; 0 */
    bool grey;                      /* half of its houses or more are, or confidence < 0.5 */
    bool provisional;               /* the worst house is */
    double score;                   /* the highest */
    struct risk_p p[RISK_HORIZONS]; /* that one house or more exceeds a limit */
    double confidence, coverage;    /* means over houses */
    uint32_t worst;                 /* house of the highest score (of equals the first);
                                       REGISTRY_NONE: no house */
    size_t houses, grey_houses, by_level[RISK_LEVELS];
};

/* ERR_NOMEM: arena a (given back before the return) has none. */
enum err risk_row(const struct risk *houses, size_t n, struct arena *a,
                  struct risk_group *out) MUST_USE;
enum err risk_district(const struct risk_group *rows, size_t n, struct arena *a,
                       struct risk_group *out) MUST_USE;

/* "L" .. "H", "insufficient data". */
const char *risk_class_name(enum risk_level level);
/* How it is shown: "green", "blue", "yellow", "orange", "red"; "grey" when data are insufficient
 * and nothing overrides that. */
const char *risk_colour_name(const struct risk *r);
/* The same of a group: grey when half of it is, unless a house that is not is orange or red. */
const char *risk_group_colour_name(const struct risk_group *g);
/* "coverage", "flags", "history", "skill", "health". */
const char *risk_factor_name(enum confidence_factor factor);

/* Reasons in the line of a house: at most so many that weigh 1 or more, and the first ones whatever
 * they weigh; "reasons_total" says how many there are. */
#define RISK_REASONS_SHOWN  12
#define RISK_REASONS_ALWAYS 3

/* Appends the line of risk.ndjson (docs/interface.md section 10) of a house and its elements, with
 * its end of line. p to 6 decimals, times from at_us alone: the same bytes for the same input.
 * Sentences in Chinese and English. */
void risk_write(const struct registry *r, const struct risk *house, const struct risk *elements,
                size_t n, int64_t at_us, struct strbuf *out);

/* Appends the line of risk.ndjson of a row (named by the lane and row of its houses) or, as_row
 * false, of the district: the same members, and the first reasons of all its n houses by weight,
 * each with its house. */
void risk_write_group(const struct registry *r, const struct risk_group *g, bool as_row,
                      const struct risk *houses, size_t n, int64_t at_us, struct strbuf *out);

/* Appends one reason of of (a house or an element) as the JSON object it is in that line. */
void risk_write_reason(const struct registry *r, const struct risk *of,
                       const struct risk_reason *reason, int64_t at_us, struct strbuf *out);

/* The sentence of a reason of of in Chinese or English. */
void risk_say_zh(const struct registry *r, const struct risk *of, const struct risk_reason *reason,
                 struct strbuf *out);
void risk_say_en(const struct registry *r, const struct risk *of, const struct risk_reason *reason,
                 struct strbuf *out);

#endif
