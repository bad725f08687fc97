#include "shikumen/model/act.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

static const char *const verb_names[ACT_VERBS] = {
    [ACT_ACK] = "ack",         [ACT_COMMENT] = "comment",   [ACT_ASSIGN] = "assign",
    [ACT_RESOLVE] = "resolve", [ACT_SILENCE] = "silence",   [ACT_UNSILENCE] = "unsilence",
    [ACT_PROPOSE] = "propose", [ACT_APPROVE] = "approve",   [ACT_REJECT] = "reject",
    [ACT_DONE] = "done",       [ACT_OVERRIDE] = "override", [ACT_END_OVERRIDE] = "end_override",
    [ACT_RECORD] = "record",
};

static const char *const outcome_names[OUTCOME_COUNT] = {
    [OUTCOME_WAITING] = "waiting",
    [OUTCOME_DONE] = "done",
    [OUTCOME_REFUSED] = "refused",
};

static const char *const proposal_names[PROPOSAL_KINDS] = {
    [PROPOSAL_INSPECT] = "inspect", [PROPOSAL_MONITOR] = "monitor", [PROPOSAL_PROTECT] = "protect",
    [PROPOSAL_PROP] = "prop",       [PROPOSAL_REPAIR] = "repair",   [PROPOSAL_CLOSE] = "close",
};

static const char *const state_names[PROPOSAL_STATES] = {
    [PROPOSAL_PROPOSED] = "proposed",
    [PROPOSAL_APPROVED] = "approved",
    [PROPOSAL_REJECTED] = "rejected",
    [PROPOSAL_DONE] = "done",
};

static const char *const record_names[RECORD_KINDS] = {
    [RECORD_INSPECTION] = "inspection",
    [RECORD_REPAIR] = "repair",
};

const char *act_verb_name(enum act_verb verb)
{
    return verb < ACT_VERBS ? verb_names[verb] : "unknown";
}

enum act_verb act_verb_by_name(const char *name)
{
    return (enum act_verb)names_index(verb_names, ACT_VERBS, name);
}

const char *act_outcome_name(enum act_outcome outcome)
{
    return outcome < OUTCOME_COUNT ? outcome_names[outcome] : "unknown";
}

enum act_outcome act_outcome_by_name(const char *name)
{
    return (enum act_outcome)names_index(outcome_names, OUTCOME_COUNT, name);
}

const char *proposal_kind_name(enum proposal_kind kind)
{
    return kind < PROPOSAL_KINDS ? proposal_names[kind] : "unknown";
}

enum proposal_kind proposal_kind_by_name(const char *name)
{
    return (enum proposal_kind)names_index(proposal_names, PROPOSAL_KINDS, name);
}

const char *proposal_state_name(enum proposal_state state)
{
    return state < PROPOSAL_STATES ? state_names[state] : "unknown";
}

enum proposal_state proposal_state_by_name(const char *name)
{
    return (enum proposal_state)names_index(state_names, PROPOSAL_STATES, name);
}

const char *record_kind_name(enum record_kind kind)
{
    return kind < RECORD_KINDS ? record_names[kind] : "unknown";
}

enum record_kind record_kind_by_name(const char *name)
{
    return (enum record_kind)names_index(record_names, RECORD_KINDS, name);
}

const char *signed_id(enum signed_table table, int64_t row, char text[SIGNED_ID_SIZE])
{
    snprintf(text, SIGNED_ID_SIZE, "%c%" PRId64, (char)table, row);
    return text;
}

int64_t signed_row(enum signed_table table, const char *text)
{
    size_t digits = *text ? strspn(text + 1, "0123456789") : 0;

    if (toupper((unsigned char)*text) != (int)table || digits == 0 || digits > 18 ||
        text[1 + digits] != '\0' || text[1] == '0')
        return 0;
    return strtoll(text + 1, NULL, 10);
}
