/* The words of alerts: one table, every message in every language, with {named} parameters. */
#ifndef SHIKUMEN_RENDER_WORDS_H
#define SHIKUMEN_RENDER_WORDS_H

#include <stddef.h>

#include "shikumen/base/strbuf.h"

enum language { LANGUAGE_ZH, LANGUAGE_EN, LANGUAGE_COUNT };

enum word {
#define WORD(id, zh, en) WORD_##id,
#include "render_words.inc"
#undef WORD
    WORD_COUNT
};

/* What a message may name in braces. */
#define PARAM_LIST(PARAM)                                                                          \
    PARAM(house)           /* name of the house, with its number */                                \
    PARAM(number)          /* of the house in its lane */                                          \
    PARAM(element)         /* name of the element */                                               \
    PARAM(where)           /* house and element */                                                 \
    PARAM(level)           /* "RED alarm" */                                                       \
    PARAM(previous)        /* the level before */                                                  \
    PARAM(previous_colour) /* its colour alone */                                                  \
    PARAM(kind)            /* of alert */                                                          \
    PARAM(quantity)        /* "crack width" */                                                     \
    PARAM(value)           /* what was compared, with its unit */                                  \
    PARAM(reading)         /* what was read, with its unit */                                      \
    PARAM(measure)         /* quantity and value as a phrase */                                    \
    PARAM(relation)        /* "above" */                                                           \
    PARAM(limit)           /* the limit with unit and source as a phrase */                        \
    PARAM(bound)           /* the limit's number with its unit */                                  \
    PARAM(source)          /* who says so */                                                       \
    PARAM(since)           /* when it was first crossed */                                         \
    PARAM(at)              /* when the reading was taken */                                        \
    PARAM(last)            /* when last heard */                                                   \
    PARAM(window)          /* of a rate */                                                         \
    PARAM(duration)        /* how long it has lasted */                                            \
    PARAM(amount)          /* a number of days, hours or minutes, or the low end of a range */     \
    PARAM(high)            /* high end of a range */                                               \
    PARAM(year)                                                                                    \
    PARAM(month)                                                                                   \
    PARAM(day)                                                                                     \
    PARAM(clock)    /* "16:00" */                                                                  \
    PARAM(node)     /* id of a sensor node */                                                      \
    PARAM(sensor)   /* id of a sensor */                                                           \
    PARAM(sensors)  /* some sensors of a node */                                                   \
    PARAM(count)    /* how many */                                                                 \
    PARAM(total)    /* of how many */                                                              \
    PARAM(cause)    /* code of a system condition */                                               \
    PARAM(detail)   /* what it concerns */                                                         \
    PARAM(deadline) /* "within a week" */                                                          \
    PARAM(share)    /* percent, without its sign */                                                \
    PARAM(chance)   /* a probability in percent, without its sign, or in words */                  \
    PARAM(place)    /* where, or of a row: which, and where most */                                \
    PARAM(subject)  /* place, and what goes on there */                                            \
    PARAM(row)      /* of houses */                                                                \
    PARAM(houses)   /* how many houses of it */                                                    \
    PARAM(others)   /* how many other gauges */                                                    \
    PARAM(jump)     /* the part of a change that came at once, with its unit */                    \
    PARAM(change)   /* of a value since its baseline, with its unit */                             \
    PARAM(error)    /* standard error, with its unit */                                            \
    PARAM(weather)  /* whether its effects are taken off */                                        \
    PARAM(note)     /* error and weather */                                                        \
    PARAM(ahead)    /* the limit of the forecast as a phrase */                                    \
    PARAM(red)      /* how many of this colour */                                                  \
    PARAM(orange)                                                                                  \
    PARAM(yellow)                                                                                  \
    PARAM(blue)                                                                                    \
    PARAM(t05) /* when it is reached: five percent, half, 95 percent by then */                    \
    PARAM(t50)                                                                                     \
    PARAM(t95)

enum param {
#define PARAM(name) PARAM_##name,
    PARAM_LIST(PARAM)
#undef PARAM
        PARAM_COUNT
};

/* The message as it stands in the table. */
const char *words_text(enum language language, enum word word);

/* Its id, "head_raised", by which a further language can be given. */
const char *words_name(enum word word);

/* The parameter called name (n bytes); PARAM_COUNT when there is none. */
enum param words_param(const char *name, size_t n);

/* Appends the message with each {name} replaced by values[PARAM_name]; the values are taken as they
 * are, braces in them mean nothing. */
void words_fill(struct strbuf *out, enum language language, enum word word,
                const struct strbuf values[PARAM_COUNT]);

#endif
