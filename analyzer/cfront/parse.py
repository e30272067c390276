"""Read C functions: all of a file, or those that are wanted.

Input: path, text, dialect. Output: a `FileSummary`; never an exception, whatever the text. The file is cut
into its outermost pieces first and each is parsed alone, so that an error in one does not reach the next
and `lower` gives for a function what `parse` gives. Functions in any arm of a preprocessor conditional are
found, in source order. Nodes that the parser could not read are problems of the function they stand in, or
of the file. Not modelled: types and globals of the file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import tree_sitter_c
from tree_sitter import Language, Node, Parser

from analyzer.cfront.expressions import span_of
from analyzer.cfront.extents import Chunk
from analyzer.cfront.normalise import Normalised, normalise
from analyzer.cfront.pieces import chunks_of
from analyzer.cfront.shift import moved
from analyzer.cfront.statements import lower_definition
from analyzer.model.summary import (
    Block,
    ControlFlowSummary,
    Dialect,
    FileSummary,
    Opaque,
    Problem,
    Return,
    Span,
)

_LANGUAGE = Language(tree_sitter_c.language())
# Where function definitions may stand.
_OUTER = ("translation_unit", "linkage_specification", "declaration_list", "ERROR")
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
# What was read last, so that a file which differs in one function costs the reading of one function:
# (path, text, dialect) -> the lines above it, functions, problems.
_MOST = 1024
_read: dict[tuple[str, str, Dialect], tuple[int, list[ControlFlowSummary], list[Problem]]] = {}
_WIDEST = 1000  # columns behind this one are not told
_LONGEST = 400_000  # characters of a definition
_CALLED = re.compile(r"([A-Za-z_]\w*)\s*\(", re.ASCII)


def parse(path: str, text: str, dialect: Dialect) -> FileSummary:
    """All functions of one file."""
    reader = _Reader(path, text, dialect)
    for chunk in chunks_of(text, dialect):
        reader.read(chunk)
    return FileSummary(path, tuple(reader.functions), tuple(reader.problems))


def lower(path: str, text: str, dialect: Dialect, wanted: Collection[str]) -> FileSummary:
    """The functions of one file that have a wanted name; what stands elsewhere is not read."""
    names = frozenset(wanted)
    reader = _Reader(path, text, dialect)
    for chunk in chunks_of(text, dialect):
        if not names.isdisjoint(_may_define(chunk, text)):
            reader.read(chunk)
    return FileSummary(path, tuple(one for one in reader.functions if one.name in names))


def _may_define(chunk: Chunk, text: str) -> Iterator[str]:
    """The names that the parser may give a definition in this piece."""
    for extent in chunk.functions:
        yield extent.name
        yield from _WORD.findall(text, extent.start, extent.body)
    if not chunk.clear:
        yield from _CALLED.findall(text, chunk.start, chunk.end)


class _Reader:
    """Parses pieces of one text, in order."""

    def __init__(self, path: str, text: str, dialect: Dialect) -> None:
        self._path = path
        self._text = text
        self._dialect = dialect
        self._parser = Parser(_LANGUAGE)
        self._counted = 0  # up to where lines have been counted
        self._lines = 0
        self.functions: list[ControlFlowSummary] = []
        self.problems: list[Problem] = []  # outside of functions

    def read(self, chunk: Chunk) -> None:
        self._lines += self._text.count("\n", self._counted, chunk.start)
        self._counted = chunk.start
        start = self._text.rfind("\n", max(0, chunk.start - _WIDEST), chunk.start) + 1
        column = min(chunk.start - start, _WIDEST)
        if chunk.end - chunk.start > _LONGEST:
            self._pass_over(chunk)
            return
        piece = " " * column + self._text[chunk.start : chunk.end]
        if chunk.functions:
            key = (self._path, piece, self._dialect)
            known = _read.pop(key, None)
            if known is None:
                known = (self._lines, *self._parse(piece))
            _read[key] = known
            if len(_read) > _MOST:
                del _read[next(iter(_read))]
            above, functions, problems = known
            by = self._lines - above
            self.functions.extend([moved(one, by) for one in functions])
            self.problems.extend(
                [
                    Problem(one.text, Span(one.span.line + by, one.span.column, one.span.end_line + by))
                    for one in problems
                ]
            )
        else:
            functions, problems = self._parse(piece)
            self.functions.extend(functions)
            self.problems.extend(problems)

    def _pass_over(self, chunk: Chunk) -> None:
        """Too much text for one definition: it is named, and what it does is unknown."""
        line = self._lines + 1
        problem = Problem("too long to be read", Span(line, 1, line))
        if not chunk.functions:
            self.problems.append(problem)
        for extent in chunk.functions:
            first = line + self._text.count("\n", chunk.start, extent.start)
            span = Span(first, 1, first + self._text.count("\n", extent.start, extent.end))
            problem = Problem(problem.text, span)
            block = Block((problem,), Return(Opaque(problem.text), span))
            self.functions.append(
                ControlFlowSummary(extent.name, self._path, span, False, "", (), (), (block,), (problem,))
            )

    def _parse(self, piece: str) -> tuple[list[ControlFlowSummary], list[Problem]]:
        """The functions of a piece, and the problems in it that are of none."""
        functions: list[ControlFlowSummary] = []
        outside: list[Problem] = []
        source = normalise(piece, self._dialect, self._lines)
        pending = [self._parser.parse(source.code.encode("ascii")).root_node]
        while pending:
            node = pending.pop()
            if node.type == "function_definition":
                problems = [*_problems(node, source), *_lost(node, source)]
                problems.sort(key=lambda problem: problem[0])
                found = lower_definition(node, self._path, source, self._dialect, problems)
                if found is not None:
                    functions.append(found)
                    continue
            if node.type in _OUTER or node.type.startswith("preproc_"):
                if node.type == "ERROR":
                    outside.append(_problem(node, source))
                pending.extend(reversed(node.named_children))
            elif node.has_error:
                outside.extend(problem for _, problem in _problems(node, source))
        return functions, outside


def _problem(node: Node, source: Normalised) -> Problem:
    span = span_of(node, source.above)
    if node.is_missing:
        return Problem(f"expected {node.type}", span)
    text = " ".join(source.clean[node.start_byte : node.end_byte][:400].split())
    return Problem(f"not understood: {text[:100]}", span)


def _problems(node: Node, source: Normalised) -> list[tuple[int, Problem]]:
    """The outermost nodes under `node` that are errors or missing, by offset."""
    found: list[tuple[int, Problem]] = []
    pending = [node]
    while pending:
        at = pending.pop()
        if at.is_error or at.is_missing:
            found.append((at.start_byte, _problem(at, source)))
        elif at.has_error:
            pending.extend(reversed(at.children))
    return found


def _lost(node: Node, source: Normalised) -> list[tuple[int, Problem]]:
    """Conditionals inside `node` of which only one arm could be kept."""
    found: list[tuple[int, Problem]] = []
    for offset, text in source.lost.items():
        if node.start_byte <= offset < node.end_byte:
            line = source.code.count("\n", 0, offset) + 1 + source.above
            found.append((offset, Problem(f"only one arm of {text} is read", Span(line, 1, line))))
    return found
