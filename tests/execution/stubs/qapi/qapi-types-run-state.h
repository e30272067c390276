/* Generated from a schema in the real tree. */

#ifndef STUB_QAPI_TYPES_RUN_STATE_H
#define STUB_QAPI_TYPES_RUN_STATE_H

typedef enum RunState {
    RUN_STATE_PAUSED = 4,
    RUN_STATE_POSTMIGRATE = 5,
    RUN_STATE_FINISH_MIGRATE = 7,
    RUN_STATE_RUNNING = 9,
    RUN_STATE_SHUTDOWN = 11,
    RUN_STATE_SUSPENDED = 12,
    RUN_STATE_COLO = 15,
} RunState;

#endif
