"""Mutants of a C file: each place that emits a letter, dropped, copied, moved, guarded, and so on, by script.

Input: a path, its text and a profile, which says what calls emit letters. Output: `Mutant`s, each with the
whole text after, where each of its lines came from, and the place it is about. Edits are of whole lines, so
a statement that shares its line with another is left alone. Not decided here: whether a mutant compiles, or
makes a difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import tree_sitter_c
from tree_sitter import Language, Node, Parser

from analyzer.cfront.normalise import normalise
from analyzer.model.profile import Profile

FRESH = "anyone_asks()"  # a condition that nothing in the tree knows
MOST_STEPS = 4  # statements that a call is moved across
MOST_COPIES = 8  # other blocks of a function that get a copy
MOST_CONDITIONS = 3  # conditions of a function that are used as guards

_LANGUAGE = Language(tree_sitter_c.language())
_LOOPS = ("while_statement", "for_statement", "do_statement")
_LISTS = ("compound_statement", "case_statement")
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Line:
    """A line of text, and the number of the line it was before (0: none)."""

    text: str
    came: int


@dataclass(frozen=True)
class Mutant:
    """`line` is that of the call it is about, `extent` the first and last line of its function, before."""

    kind: str
    words: str
    path: str
    function: str
    line: int
    extent: tuple[int, int]
    before: str
    lines: tuple[Line, ...]

    @property
    def otherwise(self) -> tuple[Line, ...]:
        """The same text, of whose copy it is said that it is the original, and the other way round: () if
        there is none."""
        if self.kind != "duplicate":
            return ()
        copied = [line for line in self.lines if line.came == 0]
        own = [line.text.strip() for line in copied]
        first = next(n for n, line in enumerate(self.lines) if line.came == self.line)
        # The statement may begin before the call does.
        while [line.text.strip() for line in self.lines[first : first + len(own)]] != own:
            first -= 1
        numbers = iter([line.came for line in self.lines[first : first + len(own)]])
        return tuple(
            Line(line.text, next(numbers)) if line.came == 0 else Line(line.text, 0) if own_line else line
            for own_line, line in ((first <= n < first + len(own), line) for n, line in enumerate(self.lines))
        )

    @property
    def name(self) -> str:
        return f"{self.function}:{self.line} {self.kind}: {self.words}"

    @property
    def text(self) -> str:
        return "".join(line.text + "\n" for line in self.lines)

    def differing(self) -> tuple[frozenset[int], frozenset[int]]:
        """The numbers of the lines that only one side has, before and after."""
        removed: set[int] = set()
        added: set[int] = set()
        old, new = self.before.split("\n"), self.text.split("\n")
        for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                removed.update(range(i + 1, j + 1))
                added.update(range(k + 1, m + 1))
        return frozenset(removed), frozenset(added)


def emitting(profile: Profile) -> frozenset[str]:
    """The names of all calls that emit a letter, older ones included."""
    names = {event.call for event in profile.events} | {mark.call for mark in profile.landmarks}
    names |= {old for new, old in profile.same.items() if new in names}
    names |= {new for new, old in profile.same.items() if old in names}
    return frozenset(names - {""})


def mutants(path: str, text: str, profile: Profile, fresh: str = FRESH) -> tuple[Mutant, ...]:
    """All mutants of one file whose texts differ, in the order of its calls."""
    assert text.endswith("\n")
    code = normalise(text, profile.dialect).code
    root = Parser(_LANGUAGE).parse(code.encode()).root_node
    constants = sorted({name for event in profile.events for name in event.names if name})
    found: dict[str, Mutant] = {}
    for function in _all(root, ("function_definition",)):
        body = function.child_by_field_name("body")
        for call in _calls(body, emitting(profile)) if body is not None else ():
            site = _Site(path, text, code, function, call, emitting(profile), constants, fresh)
            for mutant in site.mutants():
                if mutant.text != text:
                    found.setdefault(mutant.text, mutant)
    return tuple(found.values())


def _all(node: Node, kinds: Sequence[str]) -> Iterator[Node]:
    if node.type in kinds:
        yield node
    for child in node.children:
        yield from _all(child, kinds)


def _calls(node: Node, names: frozenset[str]) -> Iterator[Node]:
    for call in _all(node, ("call_expression",)):
        callee = call.child_by_field_name("function")
        if callee is not None and callee.text is not None and callee.text.decode() in names:
            yield call


class _Site:
    """One call that emits a letter, and what can be done to it."""

    def __init__(
        self,
        path: str,
        text: str,
        code: str,
        function: Node,
        call: Node,
        emitting: frozenset[str],
        constants: list[str],
        fresh: str,
    ) -> None:
        self.path = path
        self.text = text
        self.code = code.split("\n")
        self.lines = [Line(line, number) for number, line in enumerate(text.split("\n")[:-1], 1)]
        self.function = function
        body = function.child_by_field_name("body")
        assert body is not None
        self.body = body
        self.call = call
        self.emitting = emitting
        self.constants = constants
        self.fresh = fresh
        declarator = next(_all(function, ("function_declarator",)))
        self.name = next(_written(n) for n in _all(declarator, ("identifier",)))
        self.known = self._known(declarator)

    def mutants(self) -> Iterator[Mutant]:
        unit = self._unit()
        makers: list[Callable[[Node], Iterator[tuple[str, str, list[Line]]]]] = [self._constant]
        if unit is not None:
            makers += [
                self._drop, self._copy, self._move, self._guard, self._unguard, self._swap, self._leave,
            ]  # fmt: skip
        for make in makers:
            for kind, words, lines in make(unit or self.call):
                extent = (self.function.start_point[0] + 1, self.function.end_point[0] + 1)
                at = self.call.start_point[0] + 1
                yield Mutant(kind, words, self.path, self.name, at, extent, self.text, tuple(lines))

    # --- what can be done -------------------------------------------------------------------

    def _drop(self, unit: Node) -> Iterator[tuple[str, str, list[Line]]]:
        yield "drop", "without it", self._without(unit)

    def _copy(self, unit: Node) -> Iterator[tuple[str, str, list[Line]]]:
        last = unit.end_point[0]
        yield "duplicate", "twice", self._with(self._again(unit), last + 1)
        if not self._is_safe(unit):
            return
        for step, other in enumerate(self._neighbours(unit, +1)[:2], 1):
            words = f"again {step} later"
            yield "duplicate", words, self._with(self._again(unit), other.end_point[0] + 1)
        for step, other in enumerate(self._neighbours(unit, -1)[:2], 1):
            words = f"already {step} before"
            yield "duplicate", words, self._with(self._again(unit), other.start_point[0])
        others = list(self._elsewhere(unit))
        for row, indent, words in others[:: -(-len(others) // MOST_COPIES) or 1]:
            yield "duplicate", words, self._with(self._again(unit, indent), row)

    def _move(self, unit: Node) -> Iterator[tuple[str, str, list[Line]]]:
        for step, other in enumerate(self._neighbours(unit, +1)[:MOST_STEPS], 1):
            yield "move", f"{step} down", self._moved(unit, other.end_point[0] + 1)
        for step, other in enumerate(self._neighbours(unit, -1)[:MOST_STEPS], 1):
            yield "move", f"{step} up", self._moved(unit, other.start_point[0])
        for level, outer in enumerate(self._ancestors(unit), 1):
            if self._is_whole(outer):
                indent = outer.start_point[1]
                yield "move", f"out by {level}, before", self._moved(unit, outer.start_point[0], indent)
                yield "move", f"out by {level}, behind", self._moved(unit, outer.end_point[0] + 1, indent)
        for way, others in (
            ("next", self._neighbours(unit, +1)[:1]),
            ("last", self._neighbours(unit, -1)[:1]),
        ):
            for other in others:
                for number, block in enumerate(self._blocks(other), 1):
                    indent = other.start_point[1] + 4
                    words = f"into block {number} of the {way} statement"
                    start, end = block.start_point[0] + 1, block.end_point[0]
                    yield "move", f"{words}, first", self._moved(unit, start, indent)
                    yield "move", f"{words}, last", self._moved(unit, end, indent)

    def _guard(self, unit: Node) -> Iterator[tuple[str, str, list[Line]]]:
        for condition in (self.fresh, *self._conditions()):
            for text in (condition, f"!({condition})"):
                yield "guard", f"if {text}", self._around(unit, f"if ({text}) {{")
        yield "guard", f"while {self.fresh}", self._around(unit, f"while ({self.fresh}) {{")

    def _unguard(self, unit: Node) -> Iterator[tuple[str, str, list[Line]]]:
        for level, outer in enumerate(self._ancestors(unit), 1):
            if outer.type != "if_statement" or not self._is_whole(outer):
                continue
            for block in self._blocks(outer):
                if not _holds(block, unit):
                    continue
                inside = self.lines[block.start_point[0] + 1 : block.end_point[0]]
                yield "unguard", f"no condition {level} out", self._replaced(outer, inside)

    def _swap(self, unit: Node) -> Iterator[tuple[str, str, list[Line]]]:
        for level, outer in enumerate([unit, *self._ancestors(unit)]):
            if outer.type != "if_statement" or not self._is_whole(outer):
                continue
            blocks = self._blocks(outer)
            condition = outer.child_by_field_name("condition")
            assert condition is not None
            row, column = condition.start_point
            head = self.lines[row]
            if condition.end_point[0] == row:
                end = condition.end_point[1]
                turned = f"{head.text[:column]}(!{head.text[column:end]}){head.text[end:]}"
                lines = list(self.lines)
                lines[row] = Line(turned, head.came)
                yield "swap", f"the condition {level} out turned", lines
            if len(blocks) == 2 and outer.child_by_field_name("alternative") is not None:
                (first, second) = [
                    self.lines[block.start_point[0] + 1 : block.end_point[0]] for block in blocks
                ]
                opening = self.lines[outer.start_point[0] : blocks[0].start_point[0] + 1]
                between = self.lines[blocks[0].end_point[0] : blocks[1].start_point[0] + 1]
                closing = self.lines[blocks[1].end_point[0] : outer.end_point[0] + 1]
                made = [*opening, *second, *between, *first, *closing]
                yield "swap", f"the arms {level} out exchanged", self._replaced(outer, made)

    def _leave(self, unit: Node) -> Iterator[tuple[str, str, list[Line]]]:
        indent = unit.start_point[1]
        for way in self._ways_out(unit):
            alone = [Line(" " * indent + way, 0)]
            yield "leave", way, self._with(alone, unit.start_point[0])
            asked = [
                Line(" " * indent + f"if ({self.fresh}) {{", 0),
                Line(" " * (indent + 4) + way, 0),
                Line(" " * indent + "}", 0),
            ]
            yield "leave", f"{way} if {self.fresh}", self._with(asked, unit.start_point[0])
        for loop in self._ancestors(unit):
            if loop.type in (*_LOOPS, "switch_statement"):
                yield "leave", "break;", self._with([Line(" " * indent + "break;", 0)], unit.start_point[0])
                break

    def _constant(self, unit: Node) -> Iterator[tuple[str, str, list[Line]]]:
        """Another constant, at the call or, if it stands at none, where the function names one."""
        holder = self.call if self._named(self.call) else self.body
        arguments = self.call.child_by_field_name("arguments")
        if not any(c in " ".join(self.code) for c in self.constants) or arguments is None:
            return
        if holder is self.body and not list(_all(arguments, ("identifier",))):
            return
        for name in self._named(holder):
            if holder is self.body and self._is_at_a_call(name):
                continue
            row, start = name.start_point
            end = name.end_point[1]
            for other in self.constants:
                if other != _written(name):
                    lines = list(self.lines)
                    was = lines[row]
                    lines[row] = Line(was.text[:start] + other + was.text[end:], was.came)
                    yield "constant", f"{other} for {_written(name)}", lines

    # --- places -----------------------------------------------------------------------------

    def _unit(self) -> Node | None:
        """The statement around the call; None if it does not stand on lines of its own."""
        node: Node | None = self.call
        while node is not None and (node.parent is None or node.parent.type not in _LISTS):
            node = node.parent
            if node is self.body:
                return None
        return node if node is not None and self._is_whole(node) else None

    def _is_whole(self, node: Node) -> bool:
        (first, start), (last, end) = node.start_point, node.end_point
        return not self.code[first][:start].strip() and not self.code[last][end:].strip()

    def _neighbours(self, unit: Node, way: int) -> list[Node]:
        """The statements of the same block behind (+1) or before (-1) it, the nearest first."""
        assert unit.parent is not None
        every = [n for n in unit.parent.named_children if n.type.endswith("statement")]
        here = next(number for number, node in enumerate(every) if node.id == unit.id)
        found = every[here + 1 :] if way > 0 else every[:here][::-1]
        return [node for node in found if self._is_whole(node)]

    def _ancestors(self, unit: Node) -> list[Node]:
        """The statements around it, the nearest first; blocks and cases do not count."""
        found = []
        node = unit.parent
        while node is not None and node.id != self.body.id:
            alone = node.type.endswith("statement") and node.type not in (*_LISTS, "labeled_statement")
            if alone and node.parent is not None and node.parent.type in _LISTS:
                found.append(node)
            node = node.parent
        return found

    def _blocks(self, node: Node) -> list[Node]:
        """The blocks right inside an `if` or a loop, as far as they stand on lines of their own."""
        arms = [node.child_by_field_name(name) for name in ("consequence", "body")]
        other = node.child_by_field_name("alternative")
        if other is not None:
            arms.append(next((n for n in other.named_children if n.type == "compound_statement"), None))
        found = [arm for arm in arms if arm is not None and arm.type == "compound_statement"]
        return [arm for arm in found if arm.end_point[0] > arm.start_point[0] + 1]

    def _elsewhere(self, unit: Node) -> Iterator[tuple[int, int, str]]:
        """Rows of other blocks of the function where a statement may be put: their ends, with the indent."""
        for block in _all(self.body, ("compound_statement",)):
            inside = [n for n in block.named_children if n.type.endswith("statement") and self._is_whole(n)]
            if not inside or block.id == self.body.id or _holds(block, unit) or _holds(unit, block):
                continue
            row, indent = inside[-1].start_point
            yield row, indent, f"also at line {row + 1}"

    def _conditions(self) -> list[str]:
        """Conditions of the function that mean something at any of its places."""
        found: dict[str, None] = {}
        for one in _all(self.body, ("if_statement",)):
            condition = one.child_by_field_name("condition")
            if condition is None or any(_calls(condition, self.emitting)):
                continue
            if self._is_safe(condition) and "\n" not in _written(condition):
                found[_written(condition)[1:-1]] = None
        return list(found)[:MOST_CONDITIONS]

    def _ways_out(self, unit: Node) -> list[str]:
        """Statements that leave the function early, or go to a label that comes later."""
        found: dict[str, None] = {}
        returns = list(_all(self.body, ("return_statement",)))
        for one in returns:
            if self._is_safe(one) and "\n" not in _written(one):
                found[_written(one)] = None
        if not returns:
            found["return;"] = None
        for label in _all(self.body, ("labeled_statement",)):
            name = label.child_by_field_name("label")
            if name is not None and label.start_point > unit.start_point:
                found[f"goto {_written(name)};"] = None
        return list(found)

    def _known(self, declarator: Node) -> frozenset[str]:
        """Names that have a value wherever the function uses them: parameters, and locals born with one."""
        parameters = declarator.child_by_field_name("parameters")
        names = {_written(n) for n in _all(parameters, ("identifier",))} if parameters is not None else set()
        for one in self.body.named_children:
            if one.type != "declaration":
                continue
            for born in _all(one, ("init_declarator",)):
                inner = born.child_by_field_name("declarator")
                names |= {_written(n) for n in _all(inner, ("identifier",))} if inner is not None else set()
        return frozenset(names)

    def _is_safe(self, node: Node) -> bool:
        """Whether no local is read that may have no value yet."""
        locals_ = {
            _written(n)
            for one in _all(self.body, ("declaration",))
            for field in one.children_by_field_name("declarator")
            for n in _all(field, ("identifier",))
        }
        used = {_written(n) for n in _all(node, ("identifier",))}
        return not (used & locals_) - self.known

    def _named(self, node: Node) -> list[Node]:
        return [n for n in _all(node, ("identifier",)) if _written(n) in self.constants]

    def _is_at_a_call(self, name: Node) -> bool:
        node = name.parent
        while node is not None and node.id != self.body.id:
            if node.type == "call_expression":
                return True
            node = node.parent
        return False

    # --- texts ------------------------------------------------------------------------------

    def _own(self, unit: Node) -> list[Line]:
        return self.lines[unit.start_point[0] : unit.end_point[0] + 1]

    def _again(self, unit: Node, indent: int | None = None) -> list[Line]:
        """A copy, which is new."""
        shift = 0 if indent is None else indent - unit.start_point[1]
        return [Line(_shifted(line.text, shift), 0) for line in self._own(unit)]

    def _with(self, lines: list[Line], row: int) -> list[Line]:
        return [*self.lines[:row], *lines, *self.lines[row:]]

    def _without(self, unit: Node) -> list[Line]:
        return [*self.lines[: unit.start_point[0]], *self.lines[unit.end_point[0] + 1 :]]

    def _replaced(self, node: Node, lines: list[Line]) -> list[Line]:
        return [*self.lines[: node.start_point[0]], *lines, *self.lines[node.end_point[0] + 1 :]]

    def _moved(self, unit: Node, row: int, indent: int | None = None) -> list[Line]:
        """The statement in front of what stands at `row`."""
        shift = 0 if indent is None else indent - unit.start_point[1]
        own = [Line(_shifted(line.text, shift), line.came) for line in self._own(unit)]
        first, behind = unit.start_point[0], unit.end_point[0] + 1
        if row <= first:
            return [*self.lines[:row], *own, *self.lines[row:first], *self.lines[behind:]]
        return [*self.lines[:first], *self.lines[behind:row], *own, *self.lines[row:]]

    def _around(self, unit: Node, head: str) -> list[Line]:
        indent = " " * unit.start_point[1]
        own = [Line(_shifted(line.text, 4), line.came) for line in self._own(unit)]
        return self._replaced(unit, [Line(indent + head, 0), *own, Line(indent + "}", 0)])


def _shifted(text: str, by: int) -> str:
    if not text.strip():
        return text
    return " " * by + text if by >= 0 else text[min(-by, len(text) - len(text.lstrip())) :]


def _written(node: Node) -> str:
    return (node.text or b"").decode()


def _holds(block: Node, node: Node) -> bool:
    return block.start_byte <= node.start_byte and node.end_byte <= block.end_byte
