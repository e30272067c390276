/*
 * Runs the fixture's sources in every way they can run, and prints what each way was like.
 *
 * Every unknown outcome and every choice of who goes on is a decision (`choose`). All sequences of
 * decisions are tried, by depth: a run is repeated from its start with the decisions it is to take, and
 * ends early when it is in a state that was met before. A state is the whole memory of the program under
 * test: its variables and the used parts of its tasks' stacks. See README for what is modelled and what not.
 *
 * Usage: executor NAMES MAX_LETTERS MAX_RUNS [SEED]. NAMES holds lines `function ADDRESS NAME`, sorted by
 * address, for all functions under test, and what is asked about a run, for facts nobody asks about only keep
 * states apart: `enter NAME`, `watch CALL`, `pass STATE`. With a SEED decisions are taken at random and
 * nothing is cut off.
 */

#define _GNU_SOURCE
#include "qemu/osdep.h"
#include "migration/migration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define STACK (64 * 1024)
#define USED (8 * 1024)
#define DEPTH 64
#define LETTERS 32
#define FUNCTIONS 128
#define WATCHES 64

enum { MAIN, THREAD, OTHER, NOBODY };
enum { ABSENT, READY, BLOCKED, ENDED };
enum { END_DONE, END_BLOCKED };
enum { EVENT_SETUP, EVENT_DONE, EVENT_FAILED, START, RESUME };

static const char *const letter_names[] = { "SETUP", "DONE", "FAILED", "vm_start", "vm_resume" };

/* --- the explorer's own memory: on the heap, so that it is no part of a state ----------------------- */

typedef struct Decision { unsigned char taken, ways; } Decision;

typedef struct Explorer {
    ucontext_t home, task[2];
    char *stack[2];
    char *image;
    Decision *path;
    size_t length, depth, room;
    uint64_t *seen;
    size_t seen_count, seen_room;
    uint64_t *shown;
    size_t shown_count, shown_room;
    char **names;
    uintptr_t *addresses;
    size_t name_count;
    int max_letters;
    int random;
    uint64_t seed;
    int cut;
    bool asked[FUNCTIONS];
    char *watched[WATCHES];
    int watched_count;
    uint32_t passing;
    struct { const char *call; int function, watched; } known[128];
    signed char *possible;
} Explorer;

static Explorer *x;

/* --- the state of a run: all of it is in .data and .bss ---------------------------------------------- */

typedef struct Run {
    int current, bql, status[2], depth[3];
    unsigned char stack[3][DEPTH];
    void *saved[2];
    void *(*start)(void *);
    void *argument;
    struct { void (*function)(void *); void *argument; } deferred[8];
    int deferred_count;
    bool cancelled, failed_over, hooks, joining;
    unsigned char letter[LETTERS], where[LETTERS];
    int letters;
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

extern char __data_start[], _end[];

/* --- names ------------------------------------------------------------------------------------------- */

static int function_index(void *address)
{
    size_t low = 0, high = x->name_count;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (x->addresses[middle] <= (uintptr_t)address) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (int)low;
}

static int named(const char *name)
{
    for (size_t i = 0; i < x->name_count; i++) {
        if (!strcmp(x->names[i], name)) {
            return (int)i;
        }
    }
    if (x->name_count == FUNCTIONS) {
        fprintf(stderr, "executor: more than %d functions\n", FUNCTIONS);
        exit(2);
    }
    x->names[x->name_count] = strdup(name);
    x->addresses[x->name_count] = UINTPTR_MAX;
    return (int)x->name_count++;
}

/* What a call's name, a literal in this file, stands for: by its address, for comparing texts is slow. */
static int known(const char *call)
{
    size_t at = ((uintptr_t)call >> 2) % 128;

    while (x->known[at].call && x->known[at].call != call) {
        at = (at + 1) % 128;
    }
    if (!x->known[at].call) {
        x->known[at].call = call;
        x->known[at].function = named(call);
        x->known[at].watched = -1;
        for (int i = 0; i < x->watched_count; i++) {
            if (!strcmp(x->watched[i], call)) {
                x->known[at].watched = i;
            }
        }
    }
    return (int)at;
}

static int called(const char *call)
{
    return x->known[known(call)].function;
}

static void enter(int function)
{
    if (x->asked[function] && !run.entered[function]) {
        run.entered[function] = (unsigned char)(run.letters + 1);
    }
}

static const char *caller(int up)
{
    int depth = run.depth[run.current] - 1 - up;
    return depth < 0 ? "" : x->names[run.stack[run.current][depth]];
}

/* --- decisions --------------------------------------------------------------------------------------- */

/* These two are hot and keep nothing of a state in registers, so they may be optimised. */
__attribute__((optimize("O2"))) static uint64_t mix(uint64_t hash, const char *from, const char *to)
{
    for (; from + 8 <= to; from += 8) {
        uint64_t word;
        memcpy(&word, from, 8);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
        hash ^= hash >> 29;
    }
    for (; from < to; from++) {
        hash = (hash ^ (unsigned char)*from) * 0x9E3779B97F4A7C15ull;
        hash ^= hash >> 29;
    }
    return hash;
}

/* True if it was there already. */
__attribute__((optimize("O2"))) static bool add(uint64_t **table, size_t *count, size_t *room, uint64_t hash)
{
    hash += !hash;
    if (2 * *count >= *room) {
        size_t wider = *room ? 2 * *room : 1 << 16;
        uint64_t *fresh = calloc(wider, sizeof(*fresh));
        for (size_t i = 0; i < *room; i++) {
            if ((*table)[i]) {
                size_t at = (*table)[i] & (wider - 1);
                while (fresh[at]) {
                    at = (at + 1) & (wider - 1);
                }
                fresh[at] = (*table)[i];
            }
        }
        free(*table);
        *table = fresh;
        *room = wider;
    }
    size_t at = hash & (*room - 1);
    while ((*table)[at]) {
        if ((*table)[at] == hash) {
            return true;
        }
        at = (at + 1) & (*room - 1);
    }
    (*table)[at] = hash;
    (*count)++;
    return false;
}

void executor_leave(void)
{
    setcontext(&x->home);
    abort();
}

static bool met_before(void)
{
    char *here = __builtin_frame_address(0);
    uint64_t hash = mix(1, __data_start, _end);

    for (int task = 0; task < 2; task++) {
        char *from = task == run.current ? here : run.saved[task];
        if (run.status[task] != ABSENT && run.status[task] != ENDED && from) {
            hash = mix(hash * 31 + task, from, x->stack[task] + STACK);
        }
    }
    return add(&x->seen, &x->seen_count, &x->seen_room, hash);
}

static __attribute__((noinline)) int choose(int ways)
{
    if (ways <= 1) {
        return 0;
    }
    if (x->random) {
        x->seed = x->seed * 6364136223846793005ull + 1442695040888963407ull;
        return (int)((x->seed >> 33) % (unsigned)ways);
    }
    if (x->depth == x->length) {
        if (met_before()) {
            executor_leave();
        }
        if (x->length == x->room) {
            x->room = x->room ? 2 * x->room : 1024;
            x->path = realloc(x->path, x->room * sizeof(*x->path));
        }
        x->path[x->length++] = (Decision){ 0, (unsigned char)ways };
    }
    return x->path[x->depth++].taken;
}

/* --- tasks ------------------------------------------------------------------------------------------- */

static void note_state(void)
{
    run.passed |= x->passing & 1u << migration->state;
}

static __attribute__((noinline)) void go_to(int task)
{
    int from = run.current;

    run.saved[from] = __builtin_frame_address(0);
    run.current = task;
    swapcontext(&x->task[from], &x->task[task]);
    run.saved[from] = NULL;
}

static bool can_run(int task)
{
    if (run.status[task] != READY || task == run.current) {
        return false;
    }
    if (task == MAIN && run.joining) {
        return run.status[THREAD] == ENDED;
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
    int other = run.current == MAIN ? THREAD : MAIN;

    if (!can_run(other)) {
        finish(END_BLOCKED);
    }
    go_to(other);
}

static void interfere(void (*function)(void))
{
    int from = run.current;

    run.bql = OTHER;
    run.current = OTHER;
    function();
    run.current = from;
    run.bql = NOBODY;
    note_state();
}

void colo_do_failover(void);

/* Whether the thread is in a function. */
static bool inside(const char *function)
{
    for (int i = 0; i < run.depth[THREAD]; i++) {
        if (!strcmp(x->names[run.stack[THREAD][i]], function)) {
            return true;
        }
    }
    return false;
}

/* Any user's command may come here, and with `others` another task may go on. */
static void may_switch(bool others)
{
    static const uint32_t cancellable =
        1u << MIGRATION_STATUS_SETUP | 1u << MIGRATION_STATUS_ACTIVE | 1u << MIGRATION_STATUS_WAIT_UNPLUG |
        1u << MIGRATION_STATUS_PRE_SWITCHOVER | 1u << MIGRATION_STATUS_DEVICE | 1u << MIGRATION_STATUS_COLO;

    for (;;) {
        enum { STAY, SWITCH, CANCEL, FAILOVER } way[4] = { STAY };
        int ways = 1, state = migration->state;

        if (others && can_run(run.current == MAIN ? THREAD : MAIN)) {
            way[ways++] = SWITCH;
        }
        if (run.bql == NOBODY && !run.cancelled && (cancellable >> state & 1)) {
            way[ways++] = CANCEL;
        }
        if (run.bql == NOBODY && !run.failed_over && state == MIGRATION_STATUS_COLO &&
            inside("colo_process_checkpoint")) {
            way[ways++] = FAILOVER;
        }
        switch (way[choose(ways)]) {
        case STAY:
            return;
        case SWITCH:
            go_to(run.current == MAIN ? THREAD : MAIN);
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

void bql_lock(void)
{
    may_switch(true);
    while (run.bql != NOBODY) {
        wait_for_others();
    }
    run.bql = run.current;
}

void bql_unlock(void)
{
    run.bql = NOBODY;
    may_switch(true);
}

void qemu_thread_join(QemuThread *thread)
{
    (void)thread;
    may_switch(true);
    while (run.status[THREAD] != ENDED) {
        run.joining = true;
        wait_for_others();
        run.joining = false;
    }
}

static void thread_entry(void)
{
    run.start(run.argument);
    run.status[THREAD] = ENDED;
    run.depth[THREAD] = 0;
    run.current = MAIN;
    setcontext(&x->task[MAIN]);
}

void qemu_thread_create(QemuThread *thread, const char *name, void *(*start)(void *), void *argument, int mode)
{
    (void)thread, (void)name, (void)mode;
    run.start = start;
    run.argument = argument;
    run.status[THREAD] = READY;
    run.saved[THREAD] = NULL;
    getcontext(&x->task[THREAD]);
    x->task[THREAD].uc_stack.ss_sp = x->stack[THREAD];
    x->task[THREAD].uc_stack.ss_size = STACK;
    x->task[THREAD].uc_link = NULL;
    makecontext(&x->task[THREAD], thread_entry, 0);
}

static void stay_blocked(void)
{
    run.status[run.current] = BLOCKED;
    wait_for_others();
}

void qemu_event_wait(QemuEvent *event)
{
    MigrationState *s = migration;

    may_switch(true);
    if (event == &s->colo_exit_event && !run.failed_over) {
        stay_blocked();
    }
}

void qemu_sem_wait(QemuSemaphore *semaphore)
{
    MigrationState *s = migration;

    may_switch(true);
    if (semaphore == &s->postcopy_pause_sem) {
        stay_blocked();
    }
}

int qemu_sem_timedwait(QemuSemaphore *semaphore, int milliseconds)
{
    (void)semaphore, (void)milliseconds;
    may_switch(true);
    return -choose(2);
}

void migration_bh_schedule(void (*function)(void *), void *argument)
{
    run.deferred[run.deferred_count].function = function;
    run.deferred[run.deferred_count++].argument = argument;
}

static void run_deferred(void)
{
    int which = choose(run.deferred_count);
    void (*function)(void *) = run.deferred[which].function;
    void *argument = run.deferred[which].argument;

    run.deferred_count--;
    for (int i = which; i < run.deferred_count; i++) {
        run.deferred[i] = run.deferred[i + 1];
    }
    run.deferred[run.deferred_count].function = NULL;
    run.deferred[run.deferred_count].argument = NULL;
    run.bql = MAIN;
    function(argument);
    run.bql = NOBODY;
}

static void main_entry(void)
{
    MigrationState *s = migration;

    run.bql = MAIN;
    s->to_dst_file = choose(2) ? NULL : &executor_file;
    migration_connect(s, s->to_dst_file ? NULL : &executor_error);
    run.bql = NOBODY;
    for (;;) {
        if (run.deferred_count && (run.status[THREAD] != READY || !choose(2))) {
            run_deferred();
        } else if (run.status[THREAD] == READY) {
            go_to(THREAD);
        } else {
            finish(run.status[THREAD] == BLOCKED ? END_BLOCKED : END_DONE);
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
    (void)site;
    if (!run.hooks) {
        return;
    }
    if (run.depth[run.current] == DEPTH) {
        fprintf(stderr, "executor: calls nest deeper than %d\n", DEPTH);
        exit(2);
    }
    if (run.bql == NOBODY && run.current != OTHER) {
        may_switch(false);
    }
    int index = function_index(function);
    run.stack[run.current][run.depth[run.current]++] = (unsigned char)index;
    enter(index);
    note_state();
}

void __cyg_profile_func_exit(void *function, void *site)
{
    (void)function, (void)site;
    if (run.hooks) {
        run.stack[run.current][--run.depth[run.current]] = 0;
        note_state();
    }
}

/* --- letters ----------------------------------------------------------------------------------------- */

static void emit(int letter, int up)
{
    if (run.letters == x->max_letters) {
        x->cut++;
        executor_leave();
    }
    run.letter[run.letters] = (unsigned char)letter;
    run.where[run.letters++] = run.stack[run.current][run.depth[run.current] - 1 - up];
}

static void watch(const char *call, int outcome)
{
    int i = x->known[known(call)].watched;

    if (i >= 0) {
        run.watch[i] |= outcome < 0 ? 4 : outcome > 0 ? 2 : 1;
    }
}

/* The first in the list of notifiers: it hears every event, and may refuse SETUP for all of them. */
static int listen(NotifierWithReturn *notifier, MigrationEvent *e, Error **errp)
{
    (void)notifier, (void)errp;
    emit((int)e->type, 1);
    if (e->type != MIG_EVENT_PRECOPY_SETUP) {
        return 0;
    }
    int refused = -choose(2);
    watch("migration_call_notifiers(MIG_EVENT_PRECOPY_SETUP)", refused);
    return refused;
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

static void interrupted(void)
{
    if (run.bql == NOBODY && run.current != OTHER) {
        may_switch(false);
    }
}

static int answer(const char *call, int first, int second)
{
    interrupted();
    enter(called(call));
    int outcome = choose(2) ? second : first;
    watch(call, outcome);
    return outcome;
}

#define UNKNOWN(type, name, first, second) type name() { return (type)answer(#name, first, second); }

UNKNOWN(bool, migrate_multifd, 0, 1)
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
    return answer("vm_stop_force_state", 0, -1);
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
    return !strcmp(caller(0), "postcopy_start") ? true : answer("migration_block_activate", 1, 0);
}

/* Precopy throws the result away. */
int qemu_savevm_state_iterate()
{
    enter(called("qemu_savevm_state_iterate"));
    return !strcmp(caller(0), "migration_iteration_run") ? 0 : answer("qemu_savevm_state_iterate", 0, 1);
}

bool runstate_check(RunState state)
{
    return state == RUN_STATE_SHUTDOWN ? answer("runstate_check(RUN_STATE_SHUTDOWN)", 0, 1) : true;
}

void runstate_set(RunState new_state)
{
    (void)new_state;
}

RunState runstate_get(void)
{
    return choose(2) ? RUN_STATE_PAUSED : RUN_STATE_RUNNING;
}

bool runstate_is_running(void)
{
    return choose(2);
}

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
    signed char *memo = &x->possible[(normal * ALL + known) * ALL + set];

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
        bool value = !possible(which, false) || (possible(which, true) && choose(2));
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
    interrupted();
    *errp = choose(2) ? &executor_error : NULL;
}

/* Also where the other side's and the user's news come in: before each look at what is left to send. */
void qemu_savevm_state_pending_estimate(uint64_t *must, uint64_t *can)
{
    MigrationState *s = migration;

    interrupted();
    s->start_postcopy = capability(ASKED);
    if (!s->postcopy_package_loaded && s->state == MIGRATION_STATUS_POSTCOPY_DEVICE) {
        s->postcopy_package_loaded = choose(2);
    }
    *must = choose(2) ? 5 : 0;
    *can = choose(2) ? 5 : 0;
}

void qemu_savevm_state_pending_exact(uint64_t *must, uint64_t *can)
{
    *must = choose(2) ? 5 : 0;
    *can = choose(2) ? 5 : 0;
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
    static char *line;
    static size_t size;
    MigrationState *s = migration;
    FILE *out = open_memstream(&line, &size);

    for (int i = 0; i < run.letters; i++) {
        fprintf(out, "%s%s@%s", i ? " " : "", letter_names[run.letter[i]], x->names[run.where[i]]);
    }
    fprintf(out, "\t%d\t%d\t%d\t%s\t", s->state, (int)s->parameters.mode, s->vm_old_state,
            how == END_DONE ? "done" : "blocked");
    for (size_t i = 0; i < x->name_count; i++) {
        if (run.entered[i]) {
            fprintf(out, "%s:%d ", x->names[i], run.entered[i] - 1);
        }
    }
    fputc('\t', out);
    for (int i = 0; i < MIGRATION_STATUS__MAX; i++) {
        if (run.passed >> i & 1) {
            fprintf(out, "%d ", i);
        }
    }
    fputc('\t', out);
    for (int i = 0; i < x->watched_count; i++) {
        if (run.watch[i]) {
            fprintf(out, "%s=%d;", x->watched[i], run.watch[i]);
        }
    }
    fclose(out);
    if (!add(&x->shown, &x->shown_count, &x->shown_room, mix(7, line, line + size))) {
        puts(line);
    }
    free(line);
    line = NULL;
    size = 0;
    executor_leave();
}

/* --- the explorer ------------------------------------------------------------------------------------ */

static void read_names(const char *path)
{
    FILE *file = fopen(path, "r");
    unsigned long address;
    char what[16], name[256];

    if (!file) {
        perror(path);
        exit(2);
    }
    x->names = calloc(FUNCTIONS, sizeof(*x->names));
    x->addresses = calloc(FUNCTIONS, sizeof(*x->addresses));
    while (fscanf(file, "%15s", what) == 1) {
        bool function = !strcmp(what, "function");
        if (function && fscanf(file, "%lx", &address) != 1) {
            break;
        }
        if (fscanf(file, "%255s", name) != 1) {
            break;
        }
        if (function) {
            x->addresses[named(name)] = address;
        } else if (!strcmp(what, "enter")) {
            x->asked[named(name)] = true;
        } else if (!strcmp(what, "watch") && x->watched_count < WATCHES) {
            x->watched[x->watched_count++] = strdup(name);
        } else if (!strcmp(what, "pass")) {
            x->passing |= 1u << atoi(name);
        }
    }
    fclose(file);
}

static void once(void)
{
    volatile bool started = false;

    memcpy(__data_start, x->image, (size_t)(_end - __data_start));
    /* What an earlier run left on the stacks would keep equal states apart; none comes deeper than this. */
    memset(x->stack[MAIN] + STACK - USED, 0, USED);
    memset(x->stack[THREAD] + STACK - USED, 0, USED);
    x->depth = 0;
    getcontext(&x->home);
    if (started) {
        return;
    }
    started = true;
    getcontext(&x->task[MAIN]);
    x->task[MAIN].uc_stack.ss_sp = x->stack[MAIN];
    x->task[MAIN].uc_stack.ss_size = STACK;
    x->task[MAIN].uc_link = &x->home;
    makecontext(&x->task[MAIN], main_entry, 0);
    setcontext(&x->task[MAIN]);
}

static bool next_path(void)
{
    while (x->length) {
        Decision *last = &x->path[x->length - 1];
        if (last->taken + 1 < last->ways) {
            last->taken++;
            return true;
        }
        x->length--;
    }
    return false;
}

int main(int argc, char **argv)
{
    static NotifierWithReturn listener[MIG_MODE__MAX];
    static const MigMode modes[] = { MIG_MODE_NORMAL, MIG_MODE_CPR_REBOOT };
    long runs = 0, most;

    if (argc < 4) {
        fprintf(stderr, "usage: executor NAMES MAX_LETTERS MAX_RUNS [SEED]\n");
        return 2;
    }
    x = calloc(1, sizeof(*x));
    read_names(argv[1]);
    x->max_letters = atoi(argv[2]) < LETTERS ? atoi(argv[2]) : LETTERS;
    most = atol(argv[3]);
    x->random = argc > 4;
    x->seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
    x->possible = calloc(2 * (size_t)ALL * ALL, 1);
    x->stack[MAIN] = malloc(STACK);
    x->stack[THREAD] = malloc(STACK);
    x->image = malloc((size_t)(_end - __data_start));

    migration = migrate_get_current();
    MigrationState *s = migration;
    for (int mode = 0; mode < MIG_MODE__MAX; mode++) {
        migration_add_notifier_mode(&listener[mode], listen, (MigMode)mode);
    }
    s->state = MIGRATION_STATUS_SETUP;
    s->vm_old_state = -1;
    s->threshold_size = 1;
    run.bql = NOBODY;
    run.status[MAIN] = READY;
    run.hooks = true;
    bool complete = true;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]) && complete; i++) {
        s->parameters.mode = modes[i];
        memcpy(x->image, __data_start, (size_t)(_end - __data_start));
        long limit = runs + most;
        do {
            once();
            runs++;
            if (!x->random && runs >= limit) {
                complete = false;
                break;
            }
        } while (x->random ? runs < limit : next_path());
        memcpy(__data_start, x->image, (size_t)(_end - __data_start));
        x->length = 0;
    }
    printf("#%s\t%ld\t%zu\t%d\n", complete ? "complete" : "bound", runs, x->seen_count, x->cut);
    return 0;
}
