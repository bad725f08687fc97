/* The words of the domain in the district's language, and the cells that show them. */
#ifndef SHIKUMEN_VIEW_WORDS_H
#define SHIKUMEN_VIEW_WORDS_H

#include <stdint.h>

#include "shikumen/view/table.h"

const char *word_level(const struct desk *d, int level); /* "3 橙", "–" for 0 */
const char *word_category(const struct desk *d, enum alert_category category);
const char *word_kind(const struct desk *d, enum alert_kind kind);
const char *word_event(const struct desk *d, enum alert_event event);
const char *word_outbox(const struct desk *d, enum outbox_state state);
const char *word_flag(const struct desk *d, uint8_t flag); /* QARTOD */
const char *word_quantity(const struct desk *d, enum quantity q);
const char *word_epoch_kind(const struct desk *d, enum epoch_kind kind);
/* Why something was refused: its name (refusal_name), by which it is asked for, in Chinese behind
 * a few words. */
const char *word_refusal(const struct desk *d, const char *reason);
/* Words about what was not taken (core/wording.h), kept in English. */
const char *word_wording(struct desk *d, const char *en);
/* "时间 (Asia/Shanghai)": heading of a column of local times. */
const char *word_time_heading(struct desk *d, const char *zh, const char *en);

/* Adds the zone to the heading of a column of local times. */
void head_time(struct desk *d, struct column *column);

struct cell cell_level(struct table *t, int level);
/* A QARTOD flag; test QT_NONE is not shown. */
struct cell cell_flag(struct table *t, uint8_t flag, uint8_t test);
/* The name of a reason, and words kept in English: people see them in their language. */
struct cell cell_refusal(struct table *t, const char *reason);
struct cell cell_wording(struct table *t, const char *en);
/* Such words in Chinese. */
struct cell cell_wording_zh(struct table *t, const char *en);
struct cell cell_value(struct table *t, double value, const char *quantity);

#define VALUE_TEXT_SIZE 32
/* value as people read it: with the decimals of its quantity. Returns text. */
const char *value_text(double value, const char *quantity, char text[VALUE_TEXT_SIZE]);

#endif
