/* Stands for include/system/runstate.h and system/runstate.c. */

static inline bool runstate_is_live(RunState state)
{
    return state == RUN_STATE_RUNNING || state == RUN_STATE_SUSPENDED;
}

/* Some run state there is: never the -1 that stands for "not asked yet". */
RunState runstate_get(void)
{
    RunState now = current_run_state;

    assert(now >= 0);
    return now;
}
