/*
 * One version of the fixture's sources with all that stands for the rest of the program: tasks, locks, deferred
 * functions, the listener, and calls of unknown outcome, which the explorer decides. Linked once for each version,
 * with all names but `executor_world` local.
 */

#define _GNU_SOURCE
#include "executor.h"
#include "qemu/osdep.h"
#include "migration/migration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 64

enum { EVENT_SETUP, EVENT_DONE, EVENT_FAILED, START, RESUME };

static const char *const letter_names[] = { "SETUP", "DONE", "FAILED", "vm_start", "vm_resume" };

/* --- the state of a run: all of it is in .data and .bss ---------------------------------------------- */

typedef struct Run {
    Seen seen;
    int bql, depth[3];
    unsigned char stack[3][DEPTH];
    void *(*start)(void *);
    void *argument;
    struct { void (*function)(void *); void *argument; } deferred[8];
    int deferred_count;
    bool cancelled, failed_over, hooks, joining;
    unsigned char entered[FUNCTIONS]; /* letters before the first entry, plus 1 */
    uint32_t passed;
    unsigned char watch[WATCHES]; /* by call: bit 0 for zero, 1 for positive, 2 for negative */
    unsigned known, set;
} Run;

static Run run;
static MigrationState *migration; /* asked for once: the question is a call under test */
QIOChannelBuffer executor_channel;
QEMUFile executor_file;
static Error executor_error;

static void prepare(int mode);
static void main_entry(void);

World executor_world = { 0, &run.seen, prepare, main_entry };

/* --- names ------------------------------------------------------------------------------------------- */

/* What a call's name, a literal in this file, stands for: by its address, for comparing texts is slow. */
typedef struct Known { const char *call; int function, watched; } Known;

static Known *table; /* on the heap, and so is the next, so that they are no part of a state */
static signed char *memos;

static Known *known(const char *call)
{
    size_t at = ((uintptr_t)call >> 2) % KNOWN;
    while (table[at].call && table[at].call != call) {
        at = (at + 1) % KNOWN;
    }
    if (!table[at].call) {
        table[at] = (Known){ call, executor_named(call), -1 };
        for (int i = 0; i < asked->watched_count; i++) {
            if (!strcmp(asked->watched[i], call)) {
                table[at].watched = i;
            }
        }
    }
    return &table[at];
}

static int called(const char *call)
{
    return known(call)->function;
}

static void enter(int function)
{
    if (asked->asked[function] && !run.entered[function]) {
        run.entered[function] = (unsigned char)(run.seen.letters + 1);
    }
}

static const char *caller(int up)
{
    int depth = run.depth[run.seen.current] - 1 - up;
    return depth < 0 ? "" : asked->names[run.stack[run.seen.current][depth]];
}

/* --- decisions --------------------------------------------------------------------------------------- */

/* Where the function that says it was called from. */
#define SITE __builtin_return_address(0)

static int choose(const char *name, void *site, int ways)
{
    return executor_choose(&executor_world, OUTCOME, name, site, ways, NULL);
}

void executor_leave(void)
{
    executor_abandon(false);
}

/* --- tasks ------------------------------------------------------------------------------------------- */

static void note_state(void)
{
    run.passed |= asked->passing & 1u << migration->state;
}

static __attribute__((noinline)) void go_to(int task)
{
    int from = run.seen.current;

    run.seen.saved[from] = __builtin_frame_address(0);
    run.seen.current = task;
    swapcontext(executor_context(executor_world.number, from), executor_context(executor_world.number, task));
    run.seen.saved[from] = NULL;
}

static bool can_run(int task)
{
    if (run.seen.status[task] != READY || task == run.seen.current) {
        return false;
    }
    if (task == MAIN && run.joining) {
        return run.seen.status[THREAD] == ENDED;
    }
    if (task == MAIN) {
        return run.bql == NOBODY && (run.deferred_count || run.depth[MAIN]);
    }
    return true;
}

static void finish(int how);

/* Someone else goes on, because this task cannot. */
static void wait_for_others(void)
{
    int other = run.seen.current == MAIN ? THREAD : MAIN;

    if (!can_run(other)) {
        finish(END_BLOCKED);
    }
    go_to(other);
}

static void interfere(void (*function)(void))
{
    int from = run.seen.current;

    run.bql = OTHER;
    run.seen.current = OTHER;
    function();
    run.seen.current = from;
    run.bql = NOBODY;
    note_state();
}

void colo_do_failover(void);

/* Whether the thread is in a function. */
static bool inside(const char *function)
{
    for (int i = 0; i < run.depth[THREAD]; i++) {
        if (!strcmp(asked->names[run.stack[THREAD][i]], function)) {
            return true;
        }
    }
    return false;
}

/*
 * Any user's command may come here, at `name`, called from `site`; with `others` another task may go on. Who waits
 * for a command does not go on without one: then it is no matter of the order of tasks alone.
 */
static void switch_point(const char *name, void *site, bool others, int kind)
{
    static const uint32_t cancellable =
        1u << MIGRATION_STATUS_SETUP | 1u << MIGRATION_STATUS_ACTIVE | 1u << MIGRATION_STATUS_WAIT_UNPLUG |
        1u << MIGRATION_STATUS_PRE_SWITCHOVER | 1u << MIGRATION_STATUS_DEVICE | 1u << MIGRATION_STATUS_COLO;

    for (;;) {
        enum { STAY, SWITCH, CANCEL, FAILOVER };
        unsigned char way[4] = { STAY };
        int ways = 1, state = migration->state;

        if (others && can_run(run.seen.current == MAIN ? THREAD : MAIN)) {
            way[ways++] = SWITCH;
        }
        if (run.bql == NOBODY && !run.cancelled && (cancellable >> state & 1)) {
            way[ways++] = CANCEL;
        }
        if (run.bql == NOBODY && !run.failed_over && state == MIGRATION_STATUS_COLO &&
            inside("colo_process_checkpoint")) {
            way[ways++] = FAILOVER;
        }
        switch (way[executor_choose(&executor_world, kind, name, site, ways, way)]) {
        case STAY:
            return;
        case SWITCH:
            go_to(run.seen.current == MAIN ? THREAD : MAIN);
            return;
        case CANCEL:
            run.cancelled = true;
            interfere(migration_cancel);
            break;
        case FAILOVER:
            run.failed_over = true;
            interfere(colo_do_failover);
            break;
        }
    }
}

static void may_switch(const char *name, void *site, bool others)
{
    switch_point(name, site, others, TURN);
}

void bql_lock(void)
{
    may_switch("bql_lock", __builtin_return_address(0), true);
    while (run.bql != NOBODY && run.bql != run.seen.current) {
        wait_for_others();
    }
    run.bql = run.seen.current;
}

void bql_unlock(void)
{
    run.bql = NOBODY;
    may_switch("bql_unlock", __builtin_return_address(0), true);
}

void qemu_thread_join(QemuThread *thread)
{
    (void)thread;
    may_switch("qemu_thread_join", __builtin_return_address(0), true);
    while (run.seen.status[THREAD] != ENDED) {
        run.joining = true;
        wait_for_others();
        run.joining = false;
    }
}

static void thread_entry(void)
{
    run.start(run.argument);
    run.seen.status[THREAD] = ENDED;
    run.depth[THREAD] = 0;
    run.seen.current = MAIN;
    setcontext(executor_context(executor_world.number, MAIN));
}

void qemu_thread_create(QemuThread *thread, const char *name, void *(*start)(void *), void *argument, int mode)
{
    (void)thread, (void)name, (void)mode;
    run.start = start;
    run.argument = argument;
    run.seen.status[THREAD] = READY;
    run.seen.saved[THREAD] = NULL;
    ucontext_t *context = executor_context(executor_world.number, THREAD);
    getcontext(context);
    context->uc_stack.ss_sp = executor_stack(executor_world.number, THREAD);
    context->uc_stack.ss_size = STACK;
    context->uc_link = NULL;
    makecontext(context, thread_entry, 0);
}

static void stay_blocked(void)
{
    run.seen.status[run.seen.current] = BLOCKED;
    wait_for_others();
}

void qemu_event_wait(QemuEvent *event)
{
    MigrationState *s = migration;

    bool waits = event == &s->colo_exit_event && !run.failed_over;
    switch_point("qemu_event_wait", __builtin_return_address(0), true, waits ? IDLE : TURN);
    if (event == &s->colo_exit_event && !run.failed_over) {
        stay_blocked();
    }
}

void qemu_sem_wait(QemuSemaphore *semaphore)
{
    MigrationState *s = migration;

    may_switch("qemu_sem_wait", __builtin_return_address(0), true);
    if (semaphore == &s->postcopy_pause_sem) {
        stay_blocked();
    }
}

int qemu_sem_timedwait(QemuSemaphore *semaphore, int milliseconds)
{
    void *site = __builtin_return_address(0);

    (void)semaphore, (void)milliseconds;
    may_switch("qemu_sem_timedwait", site, true);
    return -choose("qemu_sem_timedwait", site, 2);
}

void migration_bh_schedule(void (*function)(void *), void *argument)
{
    run.deferred[run.deferred_count].function = function;
    run.deferred[run.deferred_count++].argument = argument;
}

static void run_deferred(void)
{
    int which = executor_choose(&executor_world, IDLE, "deferred", NULL, run.deferred_count, NULL);
    void (*function)(void *) = run.deferred[which].function;
    void *argument = run.deferred[which].argument;

    run.deferred_count--;
    for (int i = which; i < run.deferred_count; i++) {
        run.deferred[i] = run.deferred[i + 1];
    }
    run.deferred[run.deferred_count].function = NULL;
    run.deferred[run.deferred_count].argument = NULL;
    while (run.bql != NOBODY) {
        wait_for_others();
    }
    run.bql = MAIN;
    function(argument);
    run.bql = NOBODY;
}

static void main_entry(void)
{
    MigrationState *s = migration;

    run.bql = MAIN;
    s->to_dst_file = choose("connected", NULL, 2) ? NULL : &executor_file;
    migration_connect(s, s->to_dst_file ? NULL : &executor_error);
    run.bql = NOBODY;
    for (;;) {
        if (run.deferred_count && (run.seen.status[THREAD] != READY || !executor_choose(&executor_world, IDLE, "idle", NULL, 2, NULL))) {
            run_deferred();
        } else if (run.seen.status[THREAD] == READY) {
            go_to(THREAD);
        } else {
            finish(run.seen.status[THREAD] == BLOCKED ? END_BLOCKED : END_DONE);
        }
    }
}

int executor_exchange(int *place, int old, int new)
{
    int was = *place;

    if (was == old) {
        *place = new;
    }
    note_state();
    return was;
}

/* --- hooks: gcc calls these at every function under test --------------------------------------------- */

void __cyg_profile_func_enter(void *function, void *site)
{
    if (!run.hooks) {
        return;
    }
    if (run.depth[run.seen.current] == DEPTH) {
        fprintf(stderr, "executor: calls nest deeper than %d\n", DEPTH);
        exit(2);
    }
    int index = executor_function(function);
    if (run.bql == NOBODY && run.seen.current != OTHER) {
        may_switch(asked->names[index], site, false);
    }
    run.stack[run.seen.current][run.depth[run.seen.current]++] = (unsigned char)index;
    enter(index);
    note_state();
}

void __cyg_profile_func_exit(void *function, void *site)
{
    (void)function, (void)site;
    if (run.hooks) {
        run.stack[run.seen.current][--run.depth[run.seen.current]] = 0;
        note_state();
    }
}

/* --- letters ----------------------------------------------------------------------------------------- */

static void emit(int letter, int up)
{
    int function = run.stack[run.seen.current][run.depth[run.seen.current] - 1 - up], last = run.seen.letters - 1;

    if (asked->twice && last > 0 && run.seen.letter[last] == letter && run.seen.where[last] == function &&
        run.seen.letter[last - 1] == letter && run.seen.where[last - 1] == function) {
        return;
    }
    if (run.seen.letters == asked->max_letters) {
        executor_abandon(true);
    }
    if (asked->contexts) {
        bool locked = run.bql == run.seen.current;
        run.seen.context[run.seen.letters] =
            (unsigned char)(migration->state << 3 | run.seen.current << 1 | locked);
    }
    run.seen.letter[run.seen.letters] = (unsigned char)letter;
    run.seen.where[run.seen.letters++] = (unsigned char)function;
}

static void watch(const char *call, int outcome)
{
    int i = known(call)->watched;

    if (i >= 0) {
        run.watch[i] |= outcome < 0 ? 4 : outcome > 0 ? 2 : 1;
    }
}

int executor_returned(const char *call, int result)
{
    watch(call, result);
    return result;
}

/*
 * What a notification returns, where somebody asks. The tree asserts that nobody refuses but at SETUP; the
 * analyzer does not look into what notifies, so that here too it may be anything.
 */
int executor_notified(int event, int result)
{
    (void)result;
    int refused = -choose("refused", SITE, 2);
    if (event == MIG_EVENT_PRECOPY_SETUP) {
        watch("migration_call_notifiers(MIG_EVENT_PRECOPY_SETUP)", refused);
    }
    return refused;
}

/* The one that listens. */
static int listen(NotifierWithReturn *notifier, MigrationEvent *e, Error **errp)
{
    (void)notifier, (void)errp;
    emit((int)e->type, 1);
    return 0;
}

void vm_start(void)
{
    enter(called("vm_start"));
    emit(START, 0);
}

void vm_resume(RunState state)
{
    (void)state;
    enter(called("vm_resume"));
    emit(RESUME, 0);
}

/* --- unknown outcomes -------------------------------------------------------------------------------- */

static void interrupted(const char *call, void *site)
{
    if (run.bql == NOBODY && run.seen.current != OTHER) {
        may_switch(call, site, false);
    }
}

static int answer(const char *call, void *site, int first, int second)
{
    interrupted(call, site);
    enter(called(call));
    int outcome = choose(call, site, 2) ? second : first;
    watch(call, outcome);
    return outcome;
}

#define UNKNOWN(type, name, first, second) type name() { return (type)answer(#name, SITE, first, second); }

UNKNOWN(bool, anyone_asks, 0, 1)
UNKNOWN(bool, migrate_auto_converge, 0, 1)
UNKNOWN(bool, migrate_multifd, 0, 1)
UNKNOWN(bool, migrate_release_ram, 0, 1)
UNKNOWN(bool, migrate_has_error, 0, 1)
UNKNOWN(bool, migrate_return_path, 0, 1)
UNKNOWN(bool, migrate_switchover_ack, 0, 1)
UNKNOWN(bool, migration_block_inactivate, 1, 0)
UNKNOWN(bool, migration_rate_exceeded, 0, 1)
UNKNOWN(bool, qemu_file_set_blocking, 1, 0)
UNKNOWN(bool, qemu_savevm_state_guest_unplug_pending, 0, 1)
UNKNOWN(bool, qemu_savevm_state_postcopy_prepare, 1, 0)
UNKNOWN(int, failover_get_state, FAILOVER_STATUS_NONE, FAILOVER_STATUS_ACTIVE)
UNKNOWN(int, migration_rp_wait, 0, -1)
UNKNOWN(int, multifd_channels_setup, 0, -1)
UNKNOWN(int, postcopy_preempt_establish_channel, 0, -1)
UNKNOWN(int, qemu_file_get_error, 0, -1)
UNKNOWN(int, qemu_file_get_error_obj_any, 0, -1)
UNKNOWN(int, qemu_save_device_state, 0, -1)
UNKNOWN(int, qemu_savevm_send_packaged, 0, -1)
UNKNOWN(int, qemu_savevm_state_complete_precopy, 0, -1)
UNKNOWN(int, qemu_savevm_state_complete_precopy_iterable, 0, -1)
UNKNOWN(int, qemu_savevm_state_complete_precopy_non_iterable, 0, -1)
UNKNOWN(int, qemu_savevm_state_resume_prepare, 0, -1)
UNKNOWN(int, qemu_savevm_state_setup, 0, -1)
UNKNOWN(int, ram_write_tracking_start, 0, -1)

int vm_stop_force_state(RunState state)
{
    (void)state;
    return answer("vm_stop_force_state", SITE, 0, -1);
}

/* Its result only words an error. */
int qemu_file_get_error_obj()
{
    return 0;
}

/* postcopy_start() throws the result away: there it is no outcome that anything can depend on. */
bool migration_block_activate()
{
    enter(called("migration_block_activate"));
    return !strcmp(caller(0), "postcopy_start") ? true : answer("migration_block_activate", SITE, 1, 0);
}

/* Precopy throws the result away. */
int qemu_savevm_state_iterate()
{
    enter(called("qemu_savevm_state_iterate"));
    return !strcmp(caller(0), "migration_iteration_run") ? 0 : answer("qemu_savevm_state_iterate", SITE, 0, 1);
}

bool runstate_check(RunState state)
{
    if (state == RUN_STATE_SHUTDOWN) {
        return answer("runstate_check(RUN_STATE_SHUTDOWN)", SITE, 0, 1);
    }
    return choose("runstate_check", SITE, 2) != 0;
}

void runstate_set(RunState new_state)
{
    (void)new_state;
}

RunState runstate_get(void)
{
    return choose("runstate_get", SITE, 2) ? RUN_STATE_PAUSED : RUN_STATE_RUNNING;
}

bool runstate_is_running(void)
{
    return choose("runstate_is_running", SITE, 2);
}

static const char *const capabilities[] = {
    "RAM", "BITMAPS", "PREEMPT", "COLO", "SNAPSHOT", "PAUSE", "ASKED",
};
enum { RAM, BITMAPS, PREEMPT, COLO, SNAPSHOT, PAUSE, ASKED, CAPABILITIES, ALL = 1 << CAPABILITIES };

/* What the code before migration_connect() refuses, as the profile says it. */
static bool allowed(unsigned set)
{
    bool has[CAPABILITIES];

    for (int i = 0; i < CAPABILITIES; i++) {
        has[i] = set >> i & 1;
    }
    if (migration->parameters.mode != MIG_MODE_NORMAL &&
        (has[RAM] || has[BITMAPS] || has[COLO] || has[SNAPSHOT] || has[ASKED])) {
        return false;
    }
    if (has[SNAPSHOT] && (has[RAM] || has[BITMAPS] || has[PAUSE] || has[COLO])) {
        return false;
    }
    return !(has[ASKED] && !has[RAM] && !has[BITMAPS]) && !(has[PREEMPT] && !has[RAM]);
}

static bool possible(int which, bool value)
{
    unsigned known = run.known | 1u << which;
    unsigned set = run.set | (unsigned)value << which;
    bool normal = migration->parameters.mode == MIG_MODE_NORMAL;
    signed char *memo = &memos[(normal * ALL + known) * ALL + set];

    if (!*memo) {
        *memo = -1;
        for (unsigned rest = 0; rest < ALL; rest++) {
            if (!((rest ^ set) & known) && allowed(rest)) {
                *memo = 1;
                break;
            }
        }
    }
    return *memo > 0;
}

static bool capability(int which)
{
    if (!(run.known >> which & 1)) {
        bool value = !possible(which, false) || (possible(which, true) && choose(capabilities[which], NULL, 2));
        run.known |= 1u << which;
        run.set |= (unsigned)value << which;
    }
    return run.set >> which & 1;
}

bool migrate_postcopy_ram(void) { return capability(RAM); }
bool migrate_dirty_bitmaps(void) { return capability(BITMAPS); }
bool migrate_postcopy_preempt(void) { return capability(PREEMPT); }
bool migrate_colo(void) { return capability(COLO); }
bool migrate_background_snapshot(void) { return capability(SNAPSHOT); }
bool migrate_pause_before_switchover(void) { return capability(PAUSE); }

void colo_receive_check_message(void *file, int message, Error **errp)
{
    (void)file, (void)message;
    interrupted("colo_receive_check_message", SITE);
    *errp = choose("colo_receive_check_message", SITE, 2) ? &executor_error : NULL;
}

void replication_start_all(int mode, Error **errp)
{
    (void)mode;
    interrupted("replication_start_all", SITE);
    *errp = choose("replication_start_all", SITE, 2) ? &executor_error : NULL;
}

/* Also where the other side's and the user's news come in: before each look at what is left to send. */
void qemu_savevm_state_pending_estimate(uint64_t *must, uint64_t *can)
{
    MigrationState *s = migration;
    void *site = SITE;

    interrupted("pending", site);
    s->start_postcopy = capability(ASKED);
    if (!s->postcopy_package_loaded && s->state == MIGRATION_STATUS_POSTCOPY_DEVICE) {
        s->postcopy_package_loaded = choose("loaded", site, 2);
    }
    *must = choose("must", site, 2) ? 5 : 0;
    *can = choose("can", site, 2) ? 5 : 0;
}

void qemu_savevm_state_pending_exact(uint64_t *must, uint64_t *can)
{
    void *site = SITE;

    *must = choose("must", site, 2) ? 5 : 0;
    /* The analyzer does no arithmetic: for it the sum may be small although one of its parts is large. */
    uint64_t values[] = { 0, 5, -*must };
    *can = values[choose("can", site, *must ? 3 : 2)];
}

Error *error_copy(const Error *error) { return (Error *)error; }
void json_writer_free(JSONWriter *writer) { (void)writer; }
GSList *g_slist_remove(GSList *list, void *data) { (void)data; return list; }

GSList *g_slist_prepend(GSList *list, void *data)
{
    static GSList cell[MIG_MODE__MAX];
    static int used;

    cell[used].data = data;
    cell[used].next = list;
    return &cell[used++];
}

/* --- results ----------------------------------------------------------------------------------------- */

/* letters TAB state TAB mode TAB old state TAB end TAB entered TAB passed TAB outcomes */
static void finish(int how)
{
    char *line = NULL;
    size_t size = 0;
    MigrationState *s = migration;
    FILE *out = open_memstream(&line, &size);

    for (int i = 0; i < run.seen.letters; i++) {
        fprintf(out, "%s%s@%s", i ? " " : "", letter_names[run.seen.letter[i]], asked->names[run.seen.where[i]]);
    }
    fprintf(out, "\t%d\t%d\t%d\t%s\t", s->state, (int)s->parameters.mode, s->vm_old_state,
            how == END_DONE ? "done" : "blocked");
    for (size_t i = 0; i < asked->name_count; i++) {
        if (run.entered[i]) {
            fprintf(out, "%s:%d ", asked->names[i], run.entered[i] - 1);
        }
    }
    fputc('\t', out);
    for (int i = 0; i < MIGRATION_STATUS__MAX; i++) {
        if (run.passed >> i & 1) {
            fprintf(out, "%d ", i);
        }
    }
    fputc('\t', out);
    for (int i = 0; i < asked->watched_count; i++) {
        if (run.watch[i]) {
            fprintf(out, "%s=%d;", asked->watched[i], run.watch[i]);
        }
    }
    fclose(out);
    executor_end(&executor_world, line, size);
}

/* --- the beginning ----------------------------------------------------------------------------------- */

/* Lay the memory out as it is when a run begins. */
static void prepare(int mode)
{
    static NotifierWithReturn listener[MIG_MODE__MAX];
    static const MigMode modes[] = { MIG_MODE_NORMAL, MIG_MODE_CPR_REBOOT };

    if (!table) {
        table = calloc(KNOWN, sizeof(*table));
        memos = calloc(2 * (size_t)ALL * ALL, 1);
        migration = migrate_get_current();
        for (int each = 0; each < MIG_MODE__MAX; each++) {
            migration_add_notifier_mode(&listener[each], listen, (MigMode)each);
        }
    }
    migration->state = MIGRATION_STATUS_SETUP;
    migration->vm_old_state = -1;
    migration->threshold_size = 1;
    migration->parameters.mode = modes[mode];
    run.bql = NOBODY;
    run.seen.status[MAIN] = READY;
    run.hooks = true;
}
