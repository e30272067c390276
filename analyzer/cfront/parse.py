"""Parse a C file and lower all of its functions.

Input: path, text, dialect. Output: a `FileSummary`; never an exception, whatever the text. Functions in
any arm of a preprocessor conditional are found, in source order. Nodes that the parser could not read are
problems of the function they stand in, or of the file. Not modelled: types and globals of the file.
"""

from __future__ import annotations

import tree_sitter_c
from tree_sitter import Language, Node, Parser

from analyzer.cfront.expressions import span_of
from analyzer.cfront.lower import lower
from analyzer.cfront.normalise import Normalised, normalise
from analyzer.model.summary import ControlFlowSummary, Dialect, FileSummary, Problem, Span

_LANGUAGE = Language(tree_sitter_c.language())
# Where function definitions may stand.
_OUTER = ("translation_unit", "linkage_specification", "declaration_list", "ERROR")


def parse(path: str, text: str, dialect: Dialect) -> FileSummary:
    """All functions of one file."""
    source = normalise(text, dialect)
    tree = Parser(_LANGUAGE).parse(source.code.encode("ascii"))
    functions: list[ControlFlowSummary] = []
    outside: list[Problem] = []
    pending = [tree.root_node]
    while pending:
        node = pending.pop()
        if node.type == "function_definition":
            problems = [*_problems(node, source), *_lost(node, source)]
            problems.sort(key=lambda problem: problem[0])
            found = lower(node, path, source, dialect, problems)
            if found is not None:
                functions.append(found)
                continue
        if node.type in _OUTER or node.type.startswith("preproc_"):
            if node.type == "ERROR":
                outside.append(_problem(node, source))
            pending.extend(reversed(node.named_children))
        elif node.has_error:
            outside.extend(problem for _, problem in _problems(node, source))
    return FileSummary(path, tuple(functions), tuple(outside))


def _problem(node: Node, source: Normalised) -> Problem:
    if node.is_missing:
        return Problem(f"expected {node.type}", span_of(node))
    text = " ".join(source.clean[node.start_byte : node.end_byte][:400].split())
    return Problem(f"not understood: {text[:100]}", span_of(node))


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
            line = node.start_point[0] + 1 + source.code.count("\n", node.start_byte, offset)
            found.append((offset, Problem(f"only one arm of {text} is read", Span(line, 1, line))))
    return found
