/* One reading and its quality flag. */
#ifndef SHIKUMEN_MODEL_READING_H
#define SHIKUMEN_MODEL_READING_H

#include <stdbool.h>
#include <stdint.h>

/* QARTOD flags (IOOS, Manual for Real-Time Quality Control, flag table). Only PASS feeds models. */
enum quality_flag {
    QF_PASS = 1,
    QF_NOT_EVALUATED = 2,
    QF_SUSPECT = 3,
    QF_FAIL = 4,
    QF_MISSING = 9,
};

/* The test that decided the flag; NONE while all passed. Stored, so never renumber. */
enum quality_test {
    QT_NONE = 0,
    QT_GAP = 1,
    QT_GROSS_RANGE = 2,
    QT_SPIKE = 3,
    QT_RATE_OF_CHANGE = 4,
    QT_FLAT_LINE = 5,
    QT_ATTENUATED = 6,
    QT_COUNT
};

/* "spike" and the like; never NULL. */
const char *quality_test_name(enum quality_test test);

/* A stored reading. */
struct reading {
    int64_t t_us;     /* device time */
    int64_t rx_us;    /* arrival time */
    double value;     /* canonical unit of its sensor, finite */
    uint32_t sensor;  /* id in the readings database (1..) */
    uint8_t flag;     /* enum quality_flag */
    uint8_t test;     /* enum quality_test */
    bool historical;  /* told afterwards, as its sender says: no sign of life when it arrived */
    bool clock_doubt; /* a foreign message had no time of its own (t_us is its arrival), or two
                       * clocks in it that contradict each other */
};

#endif
