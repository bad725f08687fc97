#include "guess.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD_UNKNOWN_S 600
#define US_PER_S         1000000LL

/* Words that makers use, the more telling first [J]. */
static const struct {
    const char *word;
    enum quantity quantity;
} words[] = {
    {"crack", Q_CRACK_WIDTH},
    {"settle", Q_SETTLEMENT},
    {"deflect", Q_DEFLECTION},
    {"tilt", Q_TILT},
    {"angle", Q_TILT},
    {"inclin", Q_TILT},
    {"strain", Q_STRAIN},
    {"ppv", Q_VELOCITY},
    {"pvs", Q_VELOCITY},
    {"velocity", Q_VELOCITY},
    {"acc", Q_ACCELERATION},
    {"dominant", Q_DOMINANT_FREQUENCY},
    {"freq", Q_FREQUENCY},
    {"soil_moist", Q_MOISTURE_CONTENT},
    {"moist", Q_MOISTURE_CONTENT},
    {"hum", Q_HUMIDITY},
    {"rh", Q_HUMIDITY},
    {"temp", Q_TEMPERATURE},
    {"leak", Q_LEAK},
    {"flood", Q_LEAK},
    {"door", Q_DOOR},
    {"contact", Q_DOOR},
    {"rain", Q_RAIN},
    {"water_level", Q_WATER_LEVEL},
    {"level", Q_WATER_LEVEL},
    {"depth", Q_WATER_LEVEL},
    {"batt", Q_BATTERY},
    {"volt", Q_BATTERY},
    {"rssi", Q_RSSI},
    {"distance", Q_DISPLACEMENT},
    {"displ", Q_DISPLACEMENT},
    {"elong", Q_DISPLACEMENT},
    {"position", Q_DISPLACEMENT},
    {"batv", Q_BATTERY},
    {"bat_v", Q_BATTERY},
    {"裂缝", Q_CRACK_WIDTH},
    {"沉降", Q_SETTLEMENT},
    {"挠度", Q_DEFLECTION},
    {"倾", Q_TILT},
    {"应变", Q_STRAIN},
    {"加速度", Q_ACCELERATION},
    {"速度", Q_VELOCITY},
    {"主频", Q_DOMINANT_FREQUENCY},
    {"频率", Q_FREQUENCY},
    {"含水", Q_MOISTURE_CONTENT},
    {"湿度", Q_HUMIDITY},
    {"温度", Q_TEMPERATURE},
    {"漏", Q_LEAK},
    {"门", Q_DOOR},
    {"雨", Q_RAIN},
    {"水位", Q_WATER_LEVEL},
    {"电池", Q_BATTERY},
    {"电压", Q_BATTERY},
    {"信号", Q_RSSI},
    {"位移", Q_DISPLACEMENT},
};

static bool contains(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (; *text; text++) {
        size_t i = 0;
        while (i < n && tolower((unsigned char)text[i]) == (unsigned char)word[i])
            i++;
        if (i == n)
            return true;
    }
    return false;
}

/* The only quantity with this unit; Q_COUNT when there are several, or none. */
static enum quantity by_unit(const char *unit)
{
    enum quantity found = Q_COUNT;

    for (enum quantity q = 0; q < Q_COUNT; q++) {
        if (!unit_find(q, unit))
            continue;
        if (found != Q_COUNT)
            return Q_COUNT;
        found = q;
    }
    return found;
}

enum quantity guess_quantity(const char *name, const char *unit)
{
    const char *slash = strrchr(name, '/');
    const char *part = slash ? slash + 1 : name;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (contains(part, words[i].word) && (!unit || unit_find(words[i].quantity, unit)))
            return words[i].quantity;
    return unit ? by_unit(unit) : Q_COUNT;
}

int guess_period_s(int64_t count, int64_t first_us, int64_t last_us)
{
    static const int usual_s[] = {1,    2,    5,     10,    15,    20,    30,
                                  60,   120,  300,   600,   900,   1200,  1800,
                                  3600, 7200, 10800, 14400, 21600, 43200, 86400};
    int64_t mean_s = count > 1 ? (last_us - first_us) / (count - 1) / US_PER_S : 0;
    int best = PERIOD_UNKNOWN_S;

    if (mean_s < 1) /* one alone, or what a node had kept, all at once */
        return PERIOD_UNKNOWN_S;
    for (size_t i = 0; i < sizeof usual_s / sizeof *usual_s; i++)
        if (i == 0 || llabs(usual_s[i] - mean_s) < llabs(best - mean_s))
            best = usual_s[i];
    return best;
}
