/* What becomes of a stored vibration record. */
#ifndef SHIKUMEN_MODEL_BURST_FATE_H
#define SHIKUMEN_MODEL_BURST_FATE_H

enum burst_fate {
    BURST_DROP, /* may go now */
    BURST_STAY, /* until the retention of readings */
    BURST_KEEP  /* for good */
};

#endif
