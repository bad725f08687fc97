/* What named persons do on the record, and what stands because of it: acts, silences, proposals,
 * overrides of a class, records of inspections and repairs. Names are stored; never rename. */
#ifndef SHIKUMEN_MODEL_ACT_H
#define SHIKUMEN_MODEL_ACT_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/model/alert.h"

enum act_verb {
    ACT_ACK,     /* on an episode */
    ACT_COMMENT, /* on an episode */
    ACT_ASSIGN,  /* on an episode */
    ACT_RESOLVE, /* on an episode */
    ACT_SILENCE, /* of a scope */
    ACT_UNSILENCE,
    ACT_PROPOSE, /* on an episode */
    ACT_APPROVE, /* a proposal, as the next two */
    ACT_REJECT,
    ACT_DONE,
    ACT_OVERRIDE, /* the class of a house or an element */
    ACT_END_OVERRIDE,
    ACT_RECORD, /* an inspection or a repair, against an episode */
    ACT_VERBS
};
const char *act_verb_name(enum act_verb verb);
enum act_verb act_verb_by_name(const char *name); /* ACT_VERBS: none */

/* What becomes of an act. */
enum act_outcome { OUTCOME_WAITING, OUTCOME_DONE, OUTCOME_REFUSED, OUTCOME_COUNT };
const char *act_outcome_name(enum act_outcome outcome);
enum act_outcome act_outcome_by_name(const char *name); /* OUTCOME_COUNT: none */

enum proposal_kind {
    PROPOSAL_INSPECT,
    PROPOSAL_MONITOR, /* closer than now */
    PROPOSAL_PROTECT, /* people and passers-by, until it is known more */
    PROPOSAL_PROP,    /* temporary support */
    PROPOSAL_REPAIR,
    PROPOSAL_CLOSE, /* the house to people */
    PROPOSAL_KINDS
};
const char *proposal_kind_name(enum proposal_kind kind);
enum proposal_kind proposal_kind_by_name(const char *name); /* PROPOSAL_KINDS: none */

enum proposal_state {
    PROPOSAL_PROPOSED,
    PROPOSAL_APPROVED,
    PROPOSAL_REJECTED,
    PROPOSAL_DONE,
    PROPOSAL_STATES
};
const char *proposal_state_name(enum proposal_state state);
enum proposal_state proposal_state_by_name(const char *name); /* PROPOSAL_STATES: none */

enum record_kind { RECORD_INSPECTION, RECORD_REPAIR, RECORD_KINDS };
const char *record_kind_name(enum record_kind kind);
enum record_kind record_kind_by_name(const char *name); /* RECORD_KINDS: none */

/* How people name a row: a letter for its table and the row's number, "S3". */
enum signed_table {
    SIGNED_ACT = 'A',
    SIGNED_SILENCE = 'S',
    SIGNED_PROPOSAL = 'P',
    SIGNED_OVERRIDE = 'O',
    SIGNED_RECORD = 'R'
};
#define SIGNED_ID_SIZE 24
const char *signed_id(enum signed_table table, int64_t row, char text[SIGNED_ID_SIZE]);
/* The row that text names, in either case; 0: it names none of this table. */
int64_t signed_row(enum signed_table table, const char *text);

/* The actor of what nobody but the program did. */
#define ACTOR_SELF "shikumend"

/* A silence: alerts below red of its scope are kept and not sent from from_us to until_us. */
struct silencing {
    int64_t row;
    const char *scope;    /* id of a house, element, sensor, lane or row of houses */
    enum alert_kind kind; /* KIND_COUNT: every kind */
    int64_t from_us, until_us;
    const char *by, *reason;
    int64_t reminded_us;  /* 0: not yet */
    int64_t ended_us;     /* by hand or by time; 0: not yet */
    const char *ended_by; /* "" while it has not ended */
};

/* Somebody's judgement of a class, in the place of the model's from from_us to until_us. */
struct class_override {
    int64_t row;
    const char *subject;    /* id of a house or an element */
    const char *class_name; /* risk_class_name */
    int64_t from_us, until_us;
    const char *by, *reason;
    int64_t ended_us; /* 0: not yet */
    const char *ended_by;
};

#endif
