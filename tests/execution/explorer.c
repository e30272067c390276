/*
 * Runs the fixture's sources in every way they can run, and prints what each way was like.
 *
 * Every unknown outcome and every choice of who goes on is a decision. All sequences of decisions are tried, by
 * depth: what there is at a decision is kept, and taken back when another way is tried. A run ends early when it
 * is in a state that was met before. A state is the whole memory of the programs under test: their variables and
 * the used parts of their tasks' stacks. See README for what is modelled and what not.
 *
 * With two worlds, the second takes the decisions of the first: of each kind of place (a call's name and its
 * line) the n-th as the n-th was there. What the first did not decide, it decides itself; where nobody has to go
 * on in place of another, nobody does. A pair whose order of tasks cannot be the same is dropped and counted.
 * Of a line that the second may pass more often than the first, it is found out beforehand whether the first passes
 * it more than once: if not, the second does not wait for what will not come.
 *
 * Usage: executor NAMES MAX_LETTERS MAX_RUNS [SEED]. NAMES holds lines `function ADDRESS NAME`, sorted by
 * address, for all functions under test; `line ADDRESS NUMBER`, sorted too, for all places; and what is asked
 * about a run, for facts nobody asks about only keep states apart: `enter NAME`, `watch CALL`, `pass STATE`; and
 * `count LINE`, a line that the second world may pass more often than the first, and `repeat twice`: of a letter
 * that repeats two count. A
 * line from OWN on is one that the other world has not. With a SEED decisions are taken at random and nothing
 * is cut off.
 */

#define _GNU_SOURCE
#include "executor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODES 2
#define OWN 100000
#define KEYS 300
#define LINES 10000
#define QUEUE 15
#define COMPARED 0xff /* in place of a context */
#define APART 3 /* decisions of one place that one world may be ahead */

extern World world_0;
extern World world_1 __attribute__((weak));

typedef struct Key {
    const char *name;
    int line, kind;
    bool counted; /* it is of interest how often it is passed in a run */
    bool again; /* the first world passes it more than once */
} Key;
typedef struct Place { uintptr_t address; int line; } Place;

/* What the first world decided at a place, and the second has not met; `all` if it has met all there will be. */
typedef struct Waiting { unsigned char all, count, value[QUEUE]; } Waiting;

/* The explorer's part of what is taken back. */
typedef struct Live {
    ucontext_t here[2], task[2][2];
    bool begun[2], ended[2], shifted;
    bool wants_own; /* the second world waits for a decision that the first never takes */
    int granted; /* the world that is to decide */
    void *frame[2];
    char *line[2];
    int key_count; /* of `waiting` */
    Waiting waiting[KEYS];
} Live;

/* A decision, and all there was when it came. */
typedef struct Decision {
    int taken, ways;
    ucontext_t context;
    Live live;
    char *memory, *stack[2][2];
} Decision;

struct Explorer {
    World *world[2];
    int worlds;
    bool counting; /* how often the first world passes lines, in runs of its own */
    int counted; /* the line of interest */
    ucontext_t home;
    char *stack[2][2];
    char *image;
    size_t size;
    Decision **path;
    size_t length, room;
    bool returned; /* to a decision */
    bool abandoned;
    uint64_t *seen;
    size_t seen_count, seen_room;
    char *lines[LINES];
    int line_count;
    uint64_t *shown;
    size_t shown_count, shown_room;
    uintptr_t address[FUNCTIONS];
    int named[FUNCTIONS]; /* by place in the order of addresses: the function's name */
    size_t function_count;
    Place *places;
    size_t place_count;
    struct { const char *name; void *site; int key; } met[4 * KEYS];
    Key keys[KEYS];
    int key_count;
    Live live;
    bool random;
    uint64_t seed;
    int cut, dropped, lost;
};

static Explorer *x;
Asked *asked;

extern char __data_start[], _end[];

/* --- names and places -------------------------------------------------------------------------------- */

int executor_named(const char *name)
{
    for (size_t i = 0; i < asked->name_count; i++) {
        if (!strcmp(asked->names[i], name)) {
            return (int)i;
        }
    }
    if (asked->name_count == FUNCTIONS) {
        fprintf(stderr, "executor: more than %d functions\n", FUNCTIONS);
        exit(2);
    }
    asked->names[asked->name_count] = strdup(name);
    return (int)asked->name_count++;
}

int executor_function(void *address)
{
    size_t low = 0, high = x->function_count;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (x->address[middle] <= (uintptr_t)address) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return x->named[low];
}

/* The line of a call that returns to `address`; 0 if that is no code under test. */
static int line_of(void *address)
{
    size_t low = 0, high = x->place_count;

    if (!address || !high || (uintptr_t)address <= x->places[0].address) {
        return 0;
    }
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (x->places[middle].address < (uintptr_t)address) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return x->places[low].line;
}

static int key_of(const char *name, void *site, int kind)
{
    size_t at = (((uintptr_t)name >> 1) ^ ((uintptr_t)site * 31)) % (4 * KEYS);

    while (x->met[at].name && (x->met[at].name != name || x->met[at].site != site)) {
        at = (at + 1) % (4 * KEYS);
    }
    if (!x->met[at].name) {
        int line = line_of(site), key = 0;
        while (key < x->key_count &&
               (x->keys[key].line != line || x->keys[key].kind != kind || strcmp(x->keys[key].name, name))) {
            key++;
        }
        if (key == x->key_count) {
            if (key == KEYS) {
                fprintf(stderr, "executor: more than %d places that decide\n", KEYS);
                exit(2);
            }
            x->keys[x->key_count++] = (Key){ name, line, kind, line && line == x->counted, false };
        }
        x->met[at].name = name;
        x->met[at].site = site;
        x->met[at].key = key;
    }
    return x->met[at].key;
}

/* --- memory ------------------------------------------------------------------------------------------ */

char *executor_stack(int world, int task)
{
    return x->stack[world][task];
}

ucontext_t *executor_context(int world, int task)
{
    return &x->live.task[world][task];
}

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

/* Contexts of letters that both worlds emitted are compared, and then they are no part of the state. */
static void compare_contexts(void)
{
    Seen *first = x->world[0]->seen, *second = x->world[1]->seen;

    for (int i = 0; i < first->letters && i < second->letters; i++) {
        if (first->context[i] != COMPARED) {
            x->live.shifted |= first->context[i] != second->context[i];
            first->context[i] = second->context[i] = COMPARED;
        }
    }
}

static bool met_before(void)
{
    if (x->worlds > 1) {
        compare_contexts();
    }
    uint64_t hash = mix(1 + x->live.shifted, __data_start, _end);

    for (int world = 0; world < x->worlds; world++) {
        Seen *seen = x->world[world]->seen;
        for (int task = 0; task < 2 && !x->live.ended[world]; task++) {
            char *from = task == seen->current ? x->live.frame[world] : seen->saved[task];
            if (seen->status[task] != ABSENT && seen->status[task] != ENDED && from) {
                hash = mix(hash * 31 + (uint64_t)task, from, x->stack[world][task] + STACK);
            }
        }
        hash = hash * 31 + x->live.ended[world];
    }
    for (int key = 0; key < x->key_count; key++) {
        Waiting *waiting = &x->live.waiting[key];
        if (waiting->all) {
            hash = hash * 1000003 + (uint64_t)key * 16;
        }
        for (int i = 0; i < waiting->count; i++) {
            hash = hash * 1000003 + (uint64_t)key * 16 + waiting->value[i] + 1;
            hash ^= hash >> 29;
        }
    }
    return add(&x->seen, &x->seen_count, &x->seen_room, hash);
}

/* --- decisions --------------------------------------------------------------------------------------- */

_Noreturn void executor_abandon(bool cut)
{
    x->cut += cut;
    x->abandoned = true;
    setcontext(&x->home);
    abort();
}

static bool too_far_apart(void)
{
    for (int key = 0; key < x->key_count; key++) {
        if (x->live.waiting[key].count > APART) {
            return true;
        }
    }
    return false;
}

/* Keep all there is; the stack in use has to be a task's. */
static void keep(Decision *decision)
{
    memcpy(&decision->live, &x->live, offsetof(Live, waiting) + (size_t)x->key_count * sizeof(Waiting));
    decision->live.key_count = x->key_count;
    memcpy(decision->memory, __data_start, x->size);
    for (int world = 0; world < x->worlds; world++) {
        for (int task = 0; task < 2; task++) {
            memcpy(decision->stack[world][task], x->stack[world][task] + STACK - USED, USED);
        }
    }
}

/* Take all back to what it was; not from a task. */
static void take_back(Decision *decision)
{
    int known = decision->live.key_count;

    memcpy(&x->live, &decision->live, offsetof(Live, waiting) + (size_t)known * sizeof(Waiting));
    memset(&x->live.waiting[known], 0, (size_t)(x->key_count - known) * sizeof(Waiting));
    memcpy(__data_start, decision->memory, x->size);
    for (int world = 0; world < x->worlds; world++) {
        for (int task = 0; task < 2; task++) {
            memcpy(x->stack[world][task] + STACK - USED, decision->stack[world][task], USED);
        }
    }
}

static Decision *another(int ways)
{
    if (x->length == x->room) {
        size_t wider = x->room ? 2 * x->room : 64;
        x->path = realloc(x->path, wider * sizeof(*x->path));
        for (; x->room < wider; x->room++) {
            Decision *decision = x->path[x->room] = calloc(1, sizeof(Decision));
            decision->memory = malloc(x->size);
            for (int i = 0; i < 4; i++) {
                decision->stack[i / 2][i % 2] = malloc(USED);
            }
        }
    }
    Decision *decision = x->path[x->length++];
    decision->taken = 0;
    decision->ways = ways;
    return decision;
}

/* A decision that nobody took yet. Another way is tried by coming back into it. */
static __attribute__((noinline)) int decide(int ways)
{
    if (ways <= 1) {
        return 0;
    }
    if (x->random) {
        x->seed = x->seed * 6364136223846793005ull + 1442695040888963407ull;
        return (int)((x->seed >> 33) % (unsigned)ways);
    }
    if (x->worlds > 1 && !x->live.ended[1] && too_far_apart()) {
        x->lost++;
        executor_abandon(false);
    }
    if (met_before()) {
        executor_abandon(false);
    }
    x->returned = false;
    another(ways);
    getcontext(&x->path[x->length - 1]->context);
    if (!x->returned) {
        keep(x->path[x->length - 1]);
    }
    return x->path[x->length - 1]->taken;
}

static void push(int key, unsigned char value)
{
    Waiting *waiting = &x->live.waiting[key];

    if (waiting->count == QUEUE) {
        x->lost++;
        executor_abandon(false);
    }
    waiting->value[waiting->count++] = value;
}

static unsigned char pop(int key)
{
    Waiting *waiting = &x->live.waiting[key];
    unsigned char value = waiting->value[0];

    memmove(waiting->value, waiting->value + 1, --waiting->count);
    return value;
}

static _Noreturn void drop(void)
{
    x->dropped++;
    executor_abandon(false);
}

/* Until it is this world's turn to go on. */
static void wait(int world)
{
    swapcontext(&x->live.here[world], &x->home);
}

/* The first world decides everything, and waits for the second before it decides what is new. */
static int lead(int kind, int key, int ways, const unsigned char *meaning)
{
    if (ways > 1) {
        do {
            wait(0);
        } while (x->live.granted != 0);
    }
    int way = decide(ways);
    unsigned char value = meaning ? meaning[way] : (unsigned char)way;
    if (x->keys[key].line < OWN) {
        if (!x->live.ended[1]) {
            push(key, value);
        } else if (kind == TURN && value) {
            drop();
        }
    }
    return way;
}

/* The second world does as the first did, and decides what that did not. */
static int follow(int kind, int key, int ways, const unsigned char *meaning)
{
    bool own = x->keys[key].line >= OWN || x->live.waiting[key].all;

    if (own && kind == TURN) {
        return 0;
    }
    for (;;) {
        if (!own && x->live.waiting[key].count) {
            unsigned char value = pop(key);
            x->live.waiting[key].all = x->keys[key].counted && !x->keys[key].again;
            for (int way = 0; way < ways; way++) {
                if (value == (meaning ? meaning[way] : way)) {
                    return way;
                }
            }
            drop();
        }
        if (x->live.ended[0] && kind == TURN) {
            return 0;
        }
        if (x->live.granted == 1 || ways <= 1) {
            x->live.granted = -1;
            return decide(ways);
        }
        x->live.wants_own = own;
        wait(1);
    }
}

int executor_choose(const World *world, int kind, const char *name, void *site, int ways,
                    const unsigned char *meaning)
{
    x->live.frame[world->number] = __builtin_frame_address(0);
    if (x->worlds == 1 && !x->counting) {
        return decide(ways);
    }
    int key = key_of(name, site, kind);
    if (x->counting) {
        x->keys[key].again |= x->live.waiting[key].all;
        x->live.waiting[key].all = x->keys[key].counted;
        return decide(ways);
    }
    return world->number ? follow(kind, key, ways, meaning) : lead(kind, key, ways, meaning);
}

/* --- runs -------------------------------------------------------------------------------------------- */

/* One copy of a line, for good. */
static char *kept(char *line, size_t size)
{
    uint64_t hash = mix(11, line, line + size);

    for (size_t at = hash % LINES;; at = (at + 1) % LINES) {
        if (!x->lines[at]) {
            if (++x->line_count == LINES) {
                fprintf(stderr, "executor: more than %d lines\n", LINES);
                exit(2);
            }
            return x->lines[at] = line;
        }
        if (!strcmp(x->lines[at], line)) {
            free(line);
            return x->lines[at];
        }
    }
}

static void show(const char *text, size_t size)
{
    if (!x->counting && !add(&x->shown, &x->shown_count, &x->shown_room, mix(7, text, text + size))) {
        puts(text);
    }
}

/* What the second world, which is at its end, did not come to: outcomes do not matter any more. */
static void leave_the_rest(void)
{
    for (int key = 0; key < x->key_count; key++) {
        while (x->live.waiting[key].count) {
            if (pop(key) && x->keys[key].kind == TURN) {
                drop();
            }
        }
    }
}

_Noreturn void executor_end(const World *world, char *line, size_t size)
{
    if (x->worlds == 1) {
        show(line, size);
        free(line);
    } else {
        /* It may be taken back to later, so nobody frees it: lines are few, and each is kept once. */
        x->live.line[world->number] = kept(line, size);
        x->live.ended[world->number] = true;
        if (world->number) {
            leave_the_rest();
        }
    }
    setcontext(&x->home);
    abort();
}

/* Let a world go on, until it waits or is at its end; false if the run is given up. */
static bool go_on(int world, int granted)
{
    ucontext_t *where = x->live.begun[world] ? &x->live.here[world] : &x->live.task[world][MAIN];

    x->live.begun[world] = true;
    x->live.granted = granted;
    swapcontext(&x->home, where);
    return !x->abandoned;
}

static void both_ended(void)
{
    char *text = NULL;
    size_t size = 0;

    compare_contexts();
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "%d\x1f%s\x1f%s", x->live.shifted, x->live.line[0], x->live.line[1]);
    fclose(out);
    show(text, size);
    free(text);
}

/* Until both worlds are at their ends: the second goes as far as it can, then somebody decides. */
static void to_the_end(void)
{
    for (;;) {
        x->live.wants_own = false;
        if (!x->live.ended[1] && !go_on(1, -1)) {
            return;
        }
        int next = x->live.ended[1] || (!x->live.ended[0] && !x->live.wants_own) ? 0 : 1;
        if (x->live.ended[next]) {
            both_ended();
            return;
        }
        if (!go_on(next, next)) {
            return;
        }
    }
}

/* A run from the start. */
static void begin(void)
{
    memcpy(__data_start, x->image, x->size);
    memset(&x->live, 0, sizeof(x->live));
    x->abandoned = false;
    for (int world = 0; world < x->worlds; world++) {
        for (int task = 0; task < 2; task++) {
            memset(x->stack[world][task] + STACK - USED, 0, USED);
        }
        ucontext_t *main_task = &x->live.task[world][MAIN];
        getcontext(main_task);
        main_task->uc_stack.ss_sp = x->stack[world][MAIN];
        main_task->uc_stack.ss_size = STACK;
        main_task->uc_link = &x->home;
        makecontext(main_task, x->world[world]->main_task, 0);
    }
    if (go_on(0, -1) && x->worlds > 1) {
        to_the_end();
    }
}

/* The same run up to its last decision that can be taken in another way, and on; false if there is none. */
static bool another_way(void)
{
    while (x->length && x->path[x->length - 1]->taken + 1 == x->path[x->length - 1]->ways) {
        x->length--;
    }
    if (!x->length) {
        return false;
    }
    Decision *last = x->path[x->length - 1];
    take_back(last);
    last->taken++;
    x->abandoned = false;
    x->returned = true;
    swapcontext(&x->home, &last->context);
    if (!x->abandoned && x->worlds > 1) {
        to_the_end();
    }
    return true;
}

static void read_names(const char *path)
{
    FILE *file = fopen(path, "r");
    unsigned long address;
    char what[16], name[256];
    size_t room = 0;

    if (!file) {
        perror(path);
        exit(2);
    }
    while (fscanf(file, "%15s", what) == 1) {
        bool placed = !strcmp(what, "function") || !strcmp(what, "line");
        if ((placed && fscanf(file, "%lx", &address) != 1) || fscanf(file, "%255s", name) != 1) {
            break;
        }
        if (!strcmp(what, "function")) {
            if (x->function_count == FUNCTIONS) {
                fprintf(stderr, "executor: more than %d functions\n", FUNCTIONS);
                exit(2);
            }
            x->address[x->function_count] = address;
            x->named[x->function_count++] = executor_named(name);
        } else if (!strcmp(what, "line")) {
            if (x->place_count == room) {
                room = room ? 2 * room : 1024;
                x->places = realloc(x->places, room * sizeof(*x->places));
            }
            x->places[x->place_count++] = (Place){ address, atoi(name) };
        } else if (!strcmp(what, "enter")) {
            asked->asked[executor_named(name)] = true;
        } else if (!strcmp(what, "watch") && asked->watched_count < WATCHES) {
            asked->watched[asked->watched_count++] = strdup(name);
        } else if (!strcmp(what, "pass")) {
            asked->passing |= 1u << atoi(name);
        } else if (!strcmp(what, "count")) {
            x->counted = atoi(name);
        } else if (!strcmp(what, "repeat")) {
            asked->twice = !strcmp(name, "twice");
        }
    }
    fclose(file);
}

/* All runs, at most `most` of a mode; false if there are more. `runs` counts them. */
static bool explore(long most, long *runs)
{
    bool complete = true;

    for (int mode = 0; mode < MODES && complete; mode++) {
        for (int world = 0; world < x->worlds; world++) {
            x->world[world]->prepare(mode);
        }
        memcpy(x->image, __data_start, x->size);
        long limit = *runs + most;
        begin();
        for (++*runs; x->random ? *runs < limit : another_way(); ++*runs) {
            if (x->random) {
                begin();
            } else if (*runs >= limit) {
                complete = false;
                break;
            }
        }
        memcpy(__data_start, x->image, x->size);
        x->length = 0;
    }
    return complete;
}

/* Find out which decisions on the line of interest the first world comes to more than once. */
static bool count(long most)
{
    int worlds = x->worlds;
    long runs = 0;

    x->counting = true;
    x->worlds = 1;
    bool complete = explore(most, &runs);
    x->worlds = worlds;
    x->counting = false;
    x->cut = 0;
    x->seen_count = 0;
    memset(x->seen, 0, x->seen_room * sizeof(*x->seen));
    return complete;
}

int main(int argc, char **argv)
{
    long runs = 0, most;

    if (argc < 4) {
        fprintf(stderr, "usage: executor NAMES MAX_LETTERS MAX_RUNS [SEED]\n");
        return 2;
    }
    x = calloc(1, sizeof(*x));
    asked = calloc(1, sizeof(*asked));
    read_names(argv[1]);
    asked->max_letters = atoi(argv[2]) < LETTERS ? atoi(argv[2]) : LETTERS;
    most = atol(argv[3]);
    x->random = argc > 4;
    x->seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
    x->world[0] = &world_0;
    x->world[1] = &world_1;
    x->worlds = &world_1 ? 2 : 1;
    asked->contexts = x->worlds > 1;
    for (int world = 0; world < x->worlds; world++) {
        x->world[world]->number = world;
        x->stack[world][MAIN] = malloc(STACK);
        x->stack[world][THREAD] = malloc(STACK);
    }
    x->size = (size_t)(_end - __data_start);
    x->image = malloc(x->size);
    bool complete = (!x->counted || count(most)) && explore(most, &runs);
    printf("#%s\t%ld\t%zu\t%d\t%d\t%d\n", complete ? "complete" : "bound", runs, x->seen_count, x->cut,
           x->dropped, x->lost);
    return 0;
}
