/* Sign-off: assessments become proposals, and named persons move them. Pure. */
#ifndef SHIKUMEN_CORE_SIGNOFF_H
#define SHIKUMEN_CORE_SIGNOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/core/act.h"
#include "shikumen/model/act.h"
#include "shikumen/model/alert.h"

/* What a step of an episode proposes by itself: a structure alert that is raised, worsens or comes
 * back at level 2 closer monitoring, 3 an inspection, 4 protection of people [J]. PROPOSAL_KINDS:
 * nothing. Nothing else moves a proposal but a person. */
enum proposal_kind signoff_of_step(enum alert_category category, enum alert_event event, int level);

/* Why it is proposed, for people in both languages ("zh / en"): kept as the reason. */
const char *signoff_reason(enum proposal_kind kind, int level, char *text, size_t size);

/* proposed -> approved or rejected; approved -> done. False, with what is allowed, for any other
 * move. */
bool signoff_move(enum proposal_state from, enum act_verb verb, enum proposal_state *to,
                  struct act_refusal *why);

/* Words for people. */
const char *signoff_kind_zh(enum proposal_kind kind);
const char *signoff_kind_en(enum proposal_kind kind);
const char *signoff_state_zh(enum proposal_state state);
const char *signoff_state_en(enum proposal_state state);

/* The override of a subject (a house or an element) that is in force at now_us; NULL: none. */
const struct class_override *signoff_override(const struct class_override *overrides, size_t n,
                                              const char *subject, int64_t now_us);

/* "L" .. "H" as risk_class_name says them; -1: none of them. */
int signoff_class(const char *class_name);

#endif
