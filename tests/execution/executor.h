/*
 * What an explorer and the worlds it runs know of each other.
 *
 * A world is one version of the tree under test with all that stands for the rest of the program (world.c). The
 * explorer (explorer.c) decides every unknown outcome and every choice of who goes on, in one world or in two
 * that are to take the same decisions.
 */

#ifndef EXECUTOR_H
#define EXECUTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#define STACK (64 * 1024)
#define USED (8 * 1024)
#define LETTERS 32
#define FUNCTIONS 200
#define WATCHES 64
#define KNOWN 1024

enum { MAIN, THREAD, OTHER, NOBODY };
enum { ABSENT, READY, BLOCKED, ENDED };
enum { END_DONE, END_BLOCKED };

/* Kinds of decisions: an outcome; who goes on, where nobody else may as well; who goes on, where somebody has to. */
enum { OUTCOME, TURN, IDLE };

/* The part of a world's memory that the explorer looks at. */
typedef struct Seen {
    int letters;
    unsigned char letter[LETTERS], where[LETTERS], context[LETTERS];
    int current, status[2];
    void *saved[2]; /* by task: how far its stack is used, if another task runs */
} Seen;

typedef struct World {
    int number;
    Seen *seen;
    void (*prepare)(int mode);
    void (*main_task)(void);
} World;

/* The explorer's memory: on the heap, so that it is no part of a state. */
typedef struct Explorer Explorer;

/* What a world may ask. */
typedef struct Asked {
    char *names[FUNCTIONS];
    size_t name_count;
    bool asked[FUNCTIONS]; /* by name: when it is first entered */
    char *watched[WATCHES];
    int watched_count;
    uint32_t passing; /* states */
    int max_letters;
    bool contexts; /* of letters */
    bool twice; /* at most: of a letter that repeats two count */
} Asked;

extern Asked *asked;

/* The number of a name, which is given one if it has none. */
int executor_named(const char *name);

/* The number of the name of the function under test at an address. */
int executor_function(void *address);

/* The stack of a task, and where it is left off. */
char *executor_stack(int world, int task);
ucontext_t *executor_context(int world, int task);

/*
 * One of `ways` ways on, at the call `name` from the address `site` (NULL: it is the same wherever it is asked).
 * `meaning` are numbers that say what the ways are, in both worlds (NULL: 0, 1...); of a TURN the first is 0.
 */
int executor_choose(const World *world, int kind, const char *name, void *site, int ways,
                    const unsigned char *meaning);

/* The run is over, in this world; `line`, which is the explorer's from now on, tells what it was like. */
_Noreturn void executor_end(const World *world, char *line, size_t size);

/* The run is over and has no result; `cut` if it has more letters than allowed. */
_Noreturn void executor_abandon(bool cut);

#endif
