"""Control-flow summaries: what the C front end understood of one function.

A summary is a graph of `Block`s. A block holds instructions without control flow and ends in one
explicit terminator. Calls are instructions with a destination; expressions are pure. ``&&``, ``||``,
``?:`` and returns at the end of the text are lowered to blocks. Worked example::

    int f(S *s) { if (a(s) && !s->up) { go(s); } return 0; }

    b0: t0 = call a(s)            branch t0 ? b1 : b2
    b1:                           branch !s->up ? b3 : b2
    b3: call go(s)                goto b2
    b2:                           return 0

Invariants (held by `analyzer.cfront.verify`): block 0 is the entry; block ids are their index; every
target exists; every block can be reached from the entry; a temporary is written before it is read on
every path; spans lie inside the function. Not modelled: memory, types, integer width, evaluation order
of operands (left to right is taken), ``setjmp``, computed goto (an `Opaque` return).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands: 1-based first line and column, and last line."""

    line: int
    column: int = 1
    end_line: int = 0


# --- expressions: pure, no calls inside -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """An integer constant; ``true``/``false``/``NULL``/character constants included."""

    value: int


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal, quotes removed."""

    value: str


@dataclass(frozen=True, slots=True)
class Local:
    """A parameter, a local variable or a temporary (``%0``, ``%1``... for results of calls and ``?:``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """Any other identifier: an enum constant, a macro, a global, a function's name."""

    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """``base->name`` or ``base.name``."""

    base: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Unary:
    """``!``, ``-``, ``~``, ``*`` (load) or ``&`` (address of) applied to one operand."""

    op: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """A C binary operator but ``&&``, ``||`` and ``,``."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Opaque:
    """Anything else, by its text: its value is unknown."""

    text: str


Expression: TypeAlias = Number | Text | Local | Symbol | Field | Unary | Binary | Opaque


# --- instructions ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """``target = callee(arguments)``; `callee` is a `Symbol` for a direct call."""

    target: Local | None
    callee: Expression
    arguments: tuple[Expression, ...]
    span: Span
    text: str  # the call as written, white space folded


@dataclass(frozen=True, slots=True)
class Assign:
    """``target = value``. Compound assignment and ++/-- arrive as a `Binary` over the old value."""

    target: Expression
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Label:
    """A C label passed on the way."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Enter:
    """A block macro such as ``WITH_LOCK_GUARD(&l) { ... }`` is entered; `Leave` follows on every way out."""

    macro: str
    arguments: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Leave:
    """The way out of the block that `Enter` opened."""

    macro: str
    arguments: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Problem:
    """Text the parser could not read. What it does is unknown."""

    text: str
    span: Span


Instruction: TypeAlias = Call | Assign | Label | Enter | Leave | Problem


# --- terminators -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Goto:
    target: int


@dataclass(frozen=True, slots=True)
class Branch:
    """On a C truth value. `text` is the whole controlling condition as written."""

    condition: Expression
    then: int
    otherwise: int
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Switch:
    """`cases` in source order; case ranges and non-constant labels arrive as `Opaque`."""

    subject: Expression
    cases: tuple[tuple[Expression, int], ...]
    default: int
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Return:
    value: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Stop:
    """Control does not go on (after ``abort()`` and the like)."""

    span: Span


Terminator: TypeAlias = Goto | Branch | Switch | Return | Stop


@dataclass(frozen=True, slots=True)
class Block:
    instructions: tuple[Instruction, ...]
    terminator: Terminator


@dataclass(frozen=True, slots=True)
class Variable:
    """A parameter or local and its declared type, qualifiers and ``*`` folded to single blanks."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class ControlFlowSummary:
    """One function definition as lowered."""

    name: str
    path: str
    span: Span
    static: bool
    returns: str
    parameters: tuple[Variable, ...]
    locals: tuple[Variable, ...]
    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSummary:
    """All functions of one file, in source order, and the problems outside functions."""

    path: str
    functions: tuple[ControlFlowSummary, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """A function definition as the index knows it, before it is lowered.

    `line` and `end_line` are 1-based. `words` are all identifiers of head and body, once each, parted by
    single blanks: those in every arm of a conditional, in arguments of macros and fields included; a field
    that is assigned to stands there a second time, with ``=`` before it.
    """

    name: str
    static: bool
    inline: bool
    line: int
    end_line: int
    words: str

    @property
    def mentions(self) -> frozenset[str]:
        """Every identifier in head and body. Made anew on each use: keep it where it is needed twice."""
        return frozenset(self.words.split(" "))


@dataclass(frozen=True, slots=True)
class Pointer:
    """A name put into a field: ``.ops = {.start = f}`` gives `field` ``ops.start`` and `function` ``f``.

    `within` is the function the assignment stands in, "" for an initialiser outside of functions. That
    the name is a function's is for the reader to check.
    """

    field: str
    function: str
    line: int
    within: str = ""


@dataclass(frozen=True, slots=True)
class MacroEntry:
    """A macro that may call something: its name and the identifiers of its body, parted by blanks.

    If the body is one call whose arguments are single words, `call` holds the callee and those words, and
    `parameters` the macro's own; else both are empty.
    """

    name: str
    words: str
    line: int
    parameters: tuple[str, ...] = ()
    call: tuple[str, ...] = ()

    @property
    def mentions(self) -> frozenset[str]:
        return frozenset(self.words.split(" "))


@dataclass(frozen=True, slots=True)
class FileIndex:
    """What a file holds, found without parsing it.

    Functions in source order; one name may come twice (arms of a conditional). `aliases` are
    ``#define name other``. `problems` are brackets that belong to nothing.
    """

    path: str
    functions: tuple[FunctionEntry, ...]
    pointers: tuple[Pointer, ...] = ()
    macros: tuple[MacroEntry, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the front end must be told of a code base's macros (profile data). Patterns are fnmatch globs."""

    attributes: tuple[str, ...] = ()  # async_fn, autofree: erased
    auto_types: tuple[str, ...] = ()  # autoptr(T) x: a declaration of T *
    block_macros: tuple[str, ...] = ()  # WITH_LOCK_GUARD(&l) { ... }
    loop_macros: tuple[str, ...] = ()  # LIST_FOREACH(...) { ... }
    noreturn: tuple[str, ...] = ()  # abort, not_reached
    guards: tuple[str, ...] = ()  # LOCK_GUARD(&l); holds to the end of the block it stands in
    definers: tuple[str, ...] = ()  # SYSCALL_DEFINE?(sys_*): M(name, type, parameter...) { } defines sys_name
