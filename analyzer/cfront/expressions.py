"""Lower C expressions: pure expressions are returned, calls and writes are emitted in order.

Input: expression nodes. Output: `Expression`s, and instructions and branches in the graph. ``&&``, ``||``
and ``?:`` become branches; a condition is lowered to jumps; casts and parentheses vanish. ``a[i]`` is
``*(a + i)``. Not modelled: integer width, the value of sizeof, writes of inline assembly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tree_sitter import Node

from analyzer.cfront.declare import text_of
from analyzer.cfront.graph import Graph
from analyzer.cfront.literals import character, integer, string
from analyzer.cfront.names import matches
from analyzer.cfront.normalise import Normalised
from analyzer.cfront.scopes import Scopes
from analyzer.model.summary import (
    Assign,
    Binary,
    Branch,
    Call,
    Dialect,
    Expression,
    Field,
    Goto,
    Local,
    Number,
    Opaque,
    Problem,
    Span,
    Stop,
    Symbol,
    Text,
    Unary,
)

# Nesting of statements and expressions together. Each level costs two or three frames of the interpreter.
MAX_DEPTH = 150
# Annotations of C code in general: worth their first argument.
_WRAPPED = frozenset(("parenthesized_expression", "cast_expression", "call_expression"))
_TRANSPARENT = ("likely", "unlikely", "G_LIKELY", "G_UNLIKELY", "__builtin_expect")


def span_of(node: Node, above: int) -> Span:
    """Where a node stands, in a text that has `above` lines before the parsed piece."""
    line, column = node.start_point
    return Span(line + 1 + above, column + 1, node.end_point[0] + 1 + above)


class Expressions:
    """The expression half of the lowering of one function."""

    def __init__(self, source: Normalised, dialect: Dialect, problems: Sequence[tuple[int, Problem]]) -> None:
        self.source = source
        self.dialect = dialect
        self.graph = Graph()
        self.scopes = Scopes()
        self.deep: list[Problem] = []
        self._problems = list(reversed(problems))
        self._temporaries = 0
        self._depth = 0
        self._quoted: tuple[int, str] = (0, "")
        self._leaves: dict[str, Callable[[Node], Expression]] = {
            "identifier": self._identifier,
            "number_literal": lambda node: integer(self.quote(node)),
            "char_literal": lambda node: character(self.quote(node)),
            "string_literal": lambda node: Text(string(self.quote(node))),
            "concatenated_string": lambda node: Text(string(self.quote(node))),
            "true": lambda node: Number(1),
            "false": lambda node: Number(0),
            "null": lambda node: Number(0),
        }
        self._values: dict[str, Callable[[Node], Expression]] = {
            "call_expression": lambda node: self._call(node, self.temporary()),
            "field_expression": self._field,
            "subscript_expression": self._subscript,
            "unary_expression": self._unary,
            "pointer_expression": self._unary,
            "update_expression": self._update,
            "binary_expression": self._binary,
            "assignment_expression": self._assignment,
            "conditional_expression": self._choice,
            "comma_expression": self._comma,
            "compound_statement": self.block_value,
            "compound_literal_expression": self._list,
            "initializer_list": self._list,
        }

    # --- shared with statements ---------------------------------------------------------------

    def span_of(self, node: Node) -> Span:
        return span_of(node, self.source.above)

    def quote(self, node: Node) -> str:
        """The node as written, white space folded."""
        return text_of(node, self.source.clean)

    def flush(self, end: int) -> None:
        """Emit the problems of the parser that stand before `end` and have not been emitted."""
        if not self._problems:
            return
        while self._problems and self._problems[-1][0] < end:
            self.graph.emit(self._problems.pop()[1])

    def temporary(self) -> Local:
        self._temporaries += 1
        return Local(f"%{self._temporaries - 1}")

    def enter_level(self, node: Node) -> bool:
        """Go one level down; past the bound the node becomes a problem and False is returned."""
        if self._depth >= MAX_DEPTH:
            problem = Problem("nested too deeply: " + self.quote(node)[:60], self.span_of(node))
            self.deep.append(problem)
            self.graph.emit(problem)
            return False
        self._depth += 1
        return True

    def leave_level(self) -> None:
        self._depth -= 1

    def block_value(self, node: Node) -> Expression:
        """The value of a statement expression; the statements are the other half's business."""
        raise NotImplementedError

    def part(self, node: Node, name: str) -> Node:
        """A part the grammar promises; where the parser recovered from an error, the node itself."""
        return node.child_by_field_name(name) or node

    def strip(self, node: Node) -> Node:
        """Without parentheses, casts and annotations."""
        while True:
            inner: Node | None = None
            kind = node.type
            if kind not in _WRAPPED:
                return node
            if kind == "parenthesized_expression":
                inner = next((c for c in node.named_children if c.type != "ERROR"), None)
            elif kind == "cast_expression":
                inner = node.child_by_field_name("value")
            else:
                # The function comes first: where the code goes on with another word, this is no annotation.
                start = node.start_byte
                if self.source.code.startswith(_TRANSPARENT, start):
                    function = node.child_by_field_name("function")
                    arguments = self.arguments(node)
                    name = text_of(function, self.source.code) if function is not None else ""
                    if arguments and name in _TRANSPARENT:
                        inner = arguments[0]
            if inner is None:
                return node
            node = inner

    def arguments(self, node: Node) -> list[Node]:
        listed = node.child_by_field_name("arguments")
        return [c for c in listed.named_children if c.type != "ERROR"] if listed is not None else []

    # --- the four ways to lower an expression -------------------------------------------------

    def value(self, node: Node) -> Expression:
        """For its value, as a pure expression."""
        kind = node.type
        leaf = self._leaves.get(kind)
        if leaf is not None:
            return leaf(node)
        if kind in _WRAPPED:
            node = self.strip(node)
            kind = node.type
            leaf = self._leaves.get(kind)
            if leaf is not None:
                return leaf(node)
        handler = self._values.get(kind)
        if handler is None:
            return Opaque(self.quote(node))
        if not self.enter_level(node):
            return Opaque(self.quote(node)[:60])
        found = handler(node)
        self.leave_level()
        return found

    def effect(self, node: Node) -> None:
        """For its effects only."""
        node = self.strip(node)
        if not self.enter_level(node):
            return
        if node.type == "call_expression":
            self._call(node, None)
        elif node.type == "comma_expression":
            self.effect(self.part(node, "left"))
            self.effect(self.part(node, "right"))
        elif node.type == "update_expression":
            self._step(node)
        elif node.type == "conditional_expression" and node.child_by_field_name("consequence"):
            self._fork(node, lambda arm: self.effect(arm))
        elif self._logical(node):
            go, after = self.graph.new(), self.graph.new()
            either = self._operator(node) == "||"
            self.condition(self.part(node, "left"), after if either else go, go if either else after, node)
            self.graph.start(go)
            self.effect(self.part(node, "right"))
            self.graph.start(after)
        else:
            self.value(node)
        self.leave_level()

    def assign(self, target: Expression, node: Node, span: Span) -> None:
        """Into `target`, so that a constant on an arm of ``?:`` reaches it on that arm."""
        node = self.strip(node)
        if not self.enter_level(node):
            self.graph.emit(Assign(target, Opaque("too deep"), span))
            return
        if node.type == "conditional_expression" and node.child_by_field_name("consequence"):
            self._fork(node, lambda arm: self.assign(target, arm, span))
        elif self._logical(node):
            yes, no, after = self.graph.new(), self.graph.new(), self.graph.new()
            self.condition(node, yes, no, node)
            self.graph.start(yes)
            self.graph.emit(Assign(target, Number(1), span))
            self.graph.end(Goto(after))
            self.graph.start(no)
            self.graph.emit(Assign(target, Number(0), span))
            self.graph.start(after)
        elif node.type == "call_expression" and isinstance(target, Local):
            self._call(node, target)
        elif node.type in ("initializer_list", "compound_literal_expression"):
            self._fill(target, node, span)
        else:
            self.graph.emit(Assign(target, self.value(node), span))
        self.leave_level()

    def condition(self, node: Node, then: int, otherwise: int, whole: Node) -> None:
        """As jumps to `then` or `otherwise`; `whole` is the condition to quote."""
        node = self.strip(node)
        if not self.enter_level(node):
            self.graph.end(
                Branch(Opaque("too deep"), then, otherwise, self.span_of(node), self.quote(node)[:60])
            )
            return
        if self._logical(node):
            operator = self._operator(node)
            *firsts, last = self._chain(node, operator)
            for first in firsts:
                following = self.graph.new()
                if operator == "&&":
                    self.condition(first, following, otherwise, whole)
                else:
                    self.condition(first, then, following, whole)
                self.graph.start(following)
            self.condition(last, then, otherwise, whole)
        elif node.type == "unary_expression" and self._operator(node) == "!":
            self.condition(self.part(node, "argument"), otherwise, then, whole)
        elif node.type == "comma_expression":
            self.effect(self.part(node, "left"))
            self.condition(self.part(node, "right"), then, otherwise, whole)
        elif node.type == "conditional_expression" and node.child_by_field_name("consequence"):
            yes, no = self.graph.new(), self.graph.new()
            self.condition(self.part(node, "condition"), yes, no, whole)
            for block, arm in ((yes, "consequence"), (no, "alternative")):
                self.graph.start(block)
                self.condition(self.part(node, arm), then, otherwise, whole)
        else:
            self._test(self.value(node), node, then, otherwise, whole)
        self.leave_level()

    def _test(self, value: Expression, node: Node, then: int, otherwise: int, whole: Node) -> None:
        if isinstance(value, Number):
            self.graph.end(Goto(then if value.value else otherwise))
        else:
            if self._quoted[0] != whole.id:  # many operands share one text
                self._quoted = (whole.id, self.quote(whole))
            self.graph.end(Branch(value, then, otherwise, self.span_of(node), self._quoted[1]))

    # --- the kinds ----------------------------------------------------------------------------

    def _operator(self, node: Node) -> str:
        operator = node.child_by_field_name("operator")
        return operator.type if operator is not None else ""

    def _logical(self, node: Node) -> bool:
        return node.type == "binary_expression" and self._operator(node) in ("&&", "||")

    def _chain(self, node: Node, operator: str) -> list[Node]:
        """The operands of a left-leaning chain of one operator, in order."""
        operands = []
        while node.type == "binary_expression" and self._operator(node) == operator:
            operands.append(self.part(node, "right"))
            node = self.strip(self.part(node, "left"))
        operands.append(node)
        return operands[::-1]

    def _fork(self, node: Node, lower: Callable[[Node], None]) -> None:
        yes, no, after = self.graph.new(), self.graph.new(), self.graph.new()
        test = self.part(node, "condition")
        self.condition(test, yes, no, test)
        self.graph.start(yes)
        lower(self.part(node, "consequence"))
        self.graph.end(Goto(after))
        self.graph.start(no)
        lower(self.part(node, "alternative"))
        self.graph.start(after)

    def _identifier(self, node: Node) -> Expression:
        start, end = node.start_byte, node.end_byte
        name, written = self.source.code[start:end], self.source.clean[start:end]
        if name != written:  # a type that the normaliser dressed up as a name
            return Opaque(" ".join(written.split()))
        return self.scopes.find(name) or Symbol(name)

    def _call(self, node: Node, target: Local | None) -> Expression:
        function = self.strip(self.part(node, "function"))
        callee: Expression = Opaque(self.quote(node)) if function == node else self.value(function)
        if isinstance(callee, Unary) and callee.op == "*":
            callee = callee.operand if isinstance(callee.operand, Local | Field) else callee
        arguments = tuple(self.value(argument) for argument in self.arguments(node))
        span = self.span_of(node)
        self.graph.emit(Call(target, callee, arguments, span, self.quote(node)))
        if isinstance(callee, Symbol) and matches(callee.name, self.dialect.noreturn):
            self.graph.end(Stop(span))
        return target if target is not None else Opaque("unused")

    def _field(self, node: Node) -> Expression:
        base = self.value(self.part(node, "argument"))
        field = node.child_by_field_name("field")
        if isinstance(base, Unary) and base.op in ("*", "&") and not isinstance(base.operand, Binary):
            base = base.operand  # (*p).f and (&x)->f
        return Field(base, self.quote(field) if field is not None else "")

    def _subscript(self, node: Node) -> Expression:
        base = self.value(self.part(node, "argument"))
        return Unary("*", Binary("+", base, self.value(self.part(node, "index"))))

    def _unary(self, node: Node) -> Expression:
        operator = self._operator(node)
        argument = self.part(node, "argument")
        operand = self.value(argument)
        if operator == "+":
            return operand
        if operator == "-" and isinstance(operand, Number):
            return Number(-operand.value)
        if operator == "&" and isinstance(operand, Unary) and operand.op == "*":
            return operand.operand
        if operator == "*" and isinstance(operand, Unary) and operand.op == "&":
            return operand.operand
        return Unary(operator, operand)

    def _step(self, node: Node) -> Expression:
        target = self.value(self.part(node, "argument"))
        self.graph.emit(
            Assign(target, Binary(self._operator(node)[:1], target, Number(1)), self.span_of(node))
        )
        return target

    def _update(self, node: Node) -> Expression:
        if node.children and node.children[0].type in ("++", "--"):
            return self._step(node)
        old = self.temporary()
        self.graph.emit(Assign(old, self.value(self.part(node, "argument")), self.span_of(node)))
        self._step(node)
        return old

    def _binary(self, node: Node) -> Expression:
        if self._logical(node):
            return self._into_temporary(node)
        spine: list[tuple[str, Node]] = []
        while node.type == "binary_expression" and not self._logical(node):
            spine.append((self._operator(node), self.part(node, "right")))
            node = self.strip(self.part(node, "left"))
        found = self.value(node)
        for count, (operator, right) in enumerate(reversed(spine)):
            if count >= MAX_DEPTH:  # whoever reads the expression recurses over it
                self.value(right)
                found = Opaque("a long expression")
            else:
                found = Binary(operator, found, self.value(right))
        return found

    def _into_temporary(self, node: Node) -> Expression:
        target = self.temporary()
        self.assign(target, node, self.span_of(node))
        return target

    def _assignment(self, node: Node) -> Expression:
        target = self.value(self.part(node, "left"))
        right = self.part(node, "right")
        operator = self._operator(node)
        if operator != "=":
            value = Binary(operator[:-1], target, self.value(right))
            self.graph.emit(Assign(target, value, self.span_of(node)))
            return target
        if isinstance(target, Local):
            self.assign(target, right, self.span_of(node))
            return target
        inner = self.strip(right)
        split = inner.type in ("conditional_expression", "compound_literal_expression")
        if split or self._logical(inner):
            self.assign(target, right, self.span_of(node))
            return target
        found = self.value(right)
        self.graph.emit(Assign(target, found, self.span_of(node)))
        return found if isinstance(found, Number | Symbol | Local | Text) else target

    def _choice(self, node: Node) -> Expression:
        if node.child_by_field_name("consequence"):
            return self._into_temporary(node)
        found, other, after = self.temporary(), self.graph.new(), self.graph.new()
        test = self.part(node, "condition")
        self.assign(found, test, self.span_of(test))
        self._test(found, test, after, other, test)
        self.graph.start(other)
        self.assign(found, self.part(node, "alternative"), self.span_of(node))
        self.graph.start(after)
        return found

    def _comma(self, node: Node) -> Expression:
        self.effect(self.part(node, "left"))
        return self.value(self.part(node, "right"))

    def _list(self, node: Node) -> Expression:
        """An initialiser as a value: opaque, or a temporary whose fields are written where it names them."""
        items = self.part(node, "value") if node.type == "compound_literal_expression" else node
        if any(_designated(item) for item in items.named_children):
            target = self.temporary()
            self._fill(target, node, self.span_of(node))
            return target
        self._effects(items)
        return Opaque(self.quote(node))

    def _effects(self, node: Node) -> None:
        """The calls and writes of an initialiser, in order."""
        pending = [node]
        while pending:
            at = pending.pop()
            if at.type == "compound_literal_expression" or at.type == "initializer_pair":
                pending.extend(at.children_by_field_name("value"))
            elif at.type == "initializer_list":
                pending.extend(reversed(at.named_children))
            else:
                self.value(at)

    def _fill(self, target: Expression, node: Node, span: Span) -> None:
        """``target = {.a = x, .b.c = y}``: the whole is unknown, then each named field is written."""
        items = self.part(node, "value") if node.type == "compound_literal_expression" else node
        written = self.quote(node)
        if items is node or not _mentions(written, target):
            self.graph.emit(Assign(target, Opaque(written), span))
            self._fields(target, items)
        else:  # it reads what it replaces
            self._effects(items)
            self.graph.emit(Assign(target, Opaque(written), span))

    def _fields(self, target: Expression, items: Node) -> None:
        if isinstance(target, Unary) and target.op == "*" and not isinstance(target.operand, Binary):
            target = target.operand  # (*p).f
        for item in items.named_children:
            names = _designated(item)
            if not names:
                self._effects(item)
                continue
            place = target
            for name in names:
                place = Field(place, self.quote(name))
            for value in item.children_by_field_name("value"):
                if value.type == "initializer_list":
                    if self.enter_level(value):
                        self._fields(place, value)
                        self.leave_level()
                else:
                    self.assign(place, value, self.span_of(item))


def _mentions(written: str, target: Expression) -> bool:
    """Whether text reads a part of what `target` is a part of."""
    while isinstance(target, Field | Unary):
        target = target.base if isinstance(target, Field) else target.operand
    if not isinstance(target, Local | Symbol):
        return True
    name = re.escape(target.name.partition("@")[0])
    return re.search(rf"\b{name}\s*(?:->|\.|\[)|\*\s*{name}\b", written) is not None


def _designated(item: Node) -> list[Node]:
    """The fields that an item of an initialiser names, outermost first; none if it is an array's."""
    if item.type != "initializer_pair":
        return []
    designators = item.children_by_field_name("designator")
    if any(one.type != "field_designator" or not one.named_children for one in designators):
        return []
    return [one.named_children[0] for one in designators]
