"""Lower a function definition: statements to blocks.

Input: the tree of one function and the normalised text. Output: its `ControlFlowSummary`. Both arms of a
preprocessor conditional are lowered, behind a branch on an `Opaque` condition. Nesting is bounded; what
lies deeper is a `Problem`, and so is every node the parser could not make sense of. Not modelled: nested
functions, old-style definitions, ``setjmp``, the writes of inline assembly, cleanup at the end of a scope
other than that of guards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from analyzer.cfront import declare
from analyzer.cfront.expressions import Expressions
from analyzer.cfront.names import matches
from analyzer.cfront.normalise import Macro, Normalised
from analyzer.model.summary import (
    Assign,
    Block,
    Branch,
    ControlFlowSummary,
    Dialect,
    Enter,
    Expression,
    Goto,
    Instruction,
    Label,
    Leave,
    Local,
    Number,
    Opaque,
    Problem,
    Return,
    Span,
    Stop,
    Switch,
    Symbol,
    Text,
)


@dataclass(frozen=True, slots=True)
class _Way:
    """Where ``break`` or ``continue`` goes, and how many block macros are open there."""

    target: int
    entered: int


@dataclass(frozen=True, slots=True)
class _Jump:
    """A goto whose label may come later."""

    block: int
    label: str
    entered: tuple[Enter, ...]
    span: Span


@dataclass(slots=True)
class _Cases:
    cases: list[tuple[Expression, int]]
    default: int | None


def lower_definition(
    definition: Node, path: str, source: Normalised, dialect: Dialect, problems: Sequence[tuple[int, Problem]]
) -> ControlFlowSummary | None:
    """The summary of a function definition, or None if it names no function."""
    declarator = definition.child_by_field_name("declarator")
    body = definition.child_by_field_name("body")
    part = declare.function_part(declarator) if declarator is not None else None
    named = declare.name_node(declarator) if declarator is not None else None
    if part is None or named is None or body is None:
        return None
    lowering = _Statements(source, dialect, problems)
    parameters = declare.parameters(part, source.code)
    for parameter in parameters:
        lowering.scopes.declare(parameter, parameter=True)
    lowering.statement(body)
    lowering.flush(definition.end_byte)
    blocks = lowering.finish(lowering.end_of(body))
    return ControlFlowSummary(
        name=declare.text_of(named, source.code),
        path=path,
        span=lowering.span_of(definition),
        static=declare.is_static(definition, source.code),
        returns=declare.return_type(definition, source.code),
        parameters=parameters,
        locals=tuple(lowering.scopes.declared),
        blocks=blocks,
        problems=tuple(problem for _, problem in problems) + tuple(lowering.deep),
    )


class _Statements(Expressions):
    """The statement half of the lowering of one function."""

    def __init__(self, source: Normalised, dialect: Dialect, problems: Sequence[tuple[int, Problem]]) -> None:
        super().__init__(source, dialect, problems)
        self._breaks: list[_Way] = []
        self._continues: list[_Way] = []
        self._switches: list[_Cases] = []
        self._entered: list[Enter] = []
        self._labels: dict[str, tuple[int, tuple[Enter, ...]]] = {}
        self._jumps: list[_Jump] = []
        self._handlers: dict[str, Callable[[Node], None]] = {
            "compound_statement": self._compound,
            "expression_statement": self._expression,
            "declaration": self._declaration,
            "if_statement": self._if,
            "while_statement": self._while,
            "do_statement": self._do,
            "for_statement": self._for,
            "switch_statement": self._switch,
            "case_statement": self._case,
            "labeled_statement": self._labelled,
            "goto_statement": self._goto,
            "break_statement": lambda node: self._leave_to(self._breaks, node),
            "continue_statement": lambda node: self._leave_to(self._continues, node),
            "return_statement": self._return,
            "preproc_if": self._conditional,
            "preproc_ifdef": self._conditional,
            "attributed_statement": lambda node: self._all(node.named_children),
        }

    def statement(self, node: Node) -> None:
        """Lower one statement, declaration or conditional group."""
        handler = self._handlers.get(node.type)
        self.flush(node.start_byte)
        if handler is None:
            if node.type.endswith(("_expression", "_literal")) or node.type == "identifier":
                self.effect(node)
            elif node.type in ("function_definition", "else_clause", "preproc_else", "preproc_elif"):
                self._stray(node)
            self.flush(node.end_byte)
        elif self.enter_level(node):
            handler(node)
            self.leave_level()
            self.flush(node.end_byte)

    def end_of(self, node: Node) -> Span:
        """The place of a node's last character."""
        row, column = node.end_point
        line = row + 1 + self.source.above
        return Span(line, max(column, 1), line)

    def _all(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            if node.type != "ERROR":
                self.statement(node)

    def _stray(self, node: Node) -> None:
        problem = Problem("out of place: " + self.quote(node)[:100], self.span_of(node))
        self.deep.append(problem)
        self.graph.emit(problem)

    def finish(self, close: Span) -> tuple[Block, ...]:
        """Resolve the gotos and number the blocks."""
        for jump in self._jumps:
            found = self._labels.get(jump.label)
            if found is None:
                problem = Problem(f"no label {jump.label}", jump.span)
                self.deep.append(problem)
                self.graph.append(jump.block, [problem], Stop(jump.span))
                continue
            block, outside = found
            common = 0
            while common < min(len(outside), len(jump.entered)) and outside[common] is jump.entered[common]:
                common += 1
            leaves: list[Instruction] = [_left(enter, jump.span) for enter in reversed(jump.entered[common:])]
            self.graph.append(jump.block, leaves, Goto(block))
        return self.graph.finish(close)

    # --- plain statements ---------------------------------------------------------------------

    def _compound(self, node: Node) -> None:
        self.scopes.open()
        outside = len(self._entered)
        self._all(node.named_children)
        if len(self._entered) > outside:  # guards hold to here
            self._leave(outside, self.end_of(node))
            del self._entered[outside:]
        self.scopes.close()

    def _expression(self, node: Node) -> None:
        self.flush(node.end_byte)
        if node.start_byte in self.source.labels:
            self._label(node.named_children[0] if node.named_children else node)
            return
        for child in node.named_children:
            if child.type != "ERROR" and not self._guard(child):
                self.effect(child)

    def _guard(self, node: Node) -> bool:
        """``GUARD(&l);``, also ``guard(kind)(&l);``: entered here, left on every way out of the block."""
        if node.type != "call_expression" or not self.dialect.guards:
            return False
        function = self.part(node, "function")
        if function.type == "call_expression":
            function = self.part(function, "function")
        macro = self.quote(function)
        if function.type != "identifier" or not matches(macro, self.dialect.guards):
            return False
        enter = Enter(macro, tuple(self.value(one) for one in self.arguments(node)), self.span_of(node))
        self.graph.emit(enter)
        self._entered.append(enter)
        return True

    def _declaration(self, node: Node) -> None:
        self.flush(node.end_byte)
        kind = node.child_by_field_name("type")
        macro = kind is not None and kind.type == "macro_type_specifier"
        base = declare.base_type(node, self.source.code)
        fixed = declare.is_static(node, self.source.code)
        for declarator in node.children_by_field_name("declarator"):
            first = declarator.child_by_field_name("value") if declarator.type == "init_declarator" else None
            inner = (
                self.part(declarator, "declarator") if declarator.type == "init_declarator" else declarator
            )
            declared = declare.variable(base, inner)
            if declared is None:
                continue
            if declare.declares_function(inner):
                if macro:  # two calls without a semicolon between them
                    self._stray(node)
                self.scopes.hide(declared.name)
                continue
            local = self.scopes.declare(declared)
            if first is not None and not fixed:  # a static is initialised once, not on every call
                self.assign(local, first, self.span_of(declarator))

    def block_value(self, node: Node) -> Expression:
        """A statement expression: its last expression is its value."""
        self.scopes.open()
        outside = len(self._entered)
        *firsts, last = [child for child in node.named_children if child.type != "ERROR"] or [node]
        self._all(firsts)
        found: Expression = Number(0)
        if last.type == "expression_statement" and last.named_children:
            found = self.value(last.named_children[-1])
        elif last is not node:
            self.statement(last)
        self._leave(outside, self.end_of(node))
        del self._entered[outside:]
        self.scopes.close()
        return found

    def _return(self, node: Node) -> None:
        self.flush(node.end_byte)
        found: Expression | None = None
        for child in node.named_children:
            if child.type != "ERROR":
                found = self.value(child)
        span = self.span_of(node)
        if self._entered and not (found is None or isinstance(found, Number | Symbol | Local | Text)):
            kept = self.temporary()  # the value is read before the blocks are left
            self.graph.emit(Assign(kept, found, span))
            found = kept
        self._leave(0, span)
        self.graph.end(Return(found, span))

    # --- choices ------------------------------------------------------------------------------

    def _if(self, node: Node) -> None:
        """An if with all its else-ifs, in a loop: chains may be long."""
        after = self.graph.new()
        at: Node | None = node
        while at is not None:
            test = self.part(at, "condition")
            macro = self.source.macros.get(at.start_byte)
            if macro is not None:
                self._macro(at, macro, "consequence")
                break
            then, otherwise = self.graph.new(), self.graph.new()
            self.flush(test.end_byte)
            self.condition(test, then, otherwise, _bare(test))
            self.graph.start(then)
            self._body(at.child_by_field_name("consequence"))
            self.graph.end(Goto(after))
            self.graph.start(otherwise)
            clause = at.child_by_field_name("alternative")
            at = None
            for child in clause.named_children if clause is not None else ():
                if child.type == "if_statement":
                    at = child
                elif child.type != "ERROR":
                    self._body(child)
        self.graph.start(after)

    def _body(self, node: Node | None) -> None:
        if node is not None:
            self.scopes.open()
            self.statement(node)
            self.scopes.close()

    def _conditional(self, node: Node) -> None:
        """Arms of a preprocessor conditional, in the scope that it stands in."""
        after = self.graph.new()
        at: Node | None = node
        while at is not None:
            alternative = at.child_by_field_name("alternative")
            test = at.child_by_field_name("condition") or at.child_by_field_name("name")
            skip = {child.id for child in (alternative, test) if child is not None}
            content = [child for child in at.named_children if child.id not in skip]
            text = self.source.conditions.get(at.start_byte, "#if")
            following = self.graph.new()
            if at.type != "preproc_else":
                arm = self.graph.new()
                self.flush(at.start_byte)
                place = self.span_of(at)
                span = Span(place.line, place.column, place.line)
                self.graph.end(Branch(Opaque(text), arm, following, span, text))
                self.graph.start(arm)
            self._all(content)
            self.graph.end(Goto(after))
            self.graph.start(following)
            at = alternative
        self.graph.start(after)

    def _switch(self, node: Node) -> None:
        test = self.part(node, "condition")
        self.flush(test.end_byte)
        subject = self.value(test)
        after = self.graph.new()
        head = self.graph.end(Goto(after))
        self._switches.append(_Cases([], None))
        self._breaks.append(_Way(after, len(self._entered)))
        self._body(node.child_by_field_name("body"))
        self._breaks.pop()
        found = self._switches.pop()
        self.graph.start(after)
        default = after if found.default is None else found.default
        ended = Switch(subject, tuple(found.cases), default, self.span_of(test), self.quote(_bare(test)))
        self.graph.append(head, [], ended)

    def _case(self, node: Node) -> None:
        test = node.child_by_field_name("value")
        content = [child for child in node.named_children if test is None or child.id != test.id]
        if self._switches:
            block = self.graph.new()
            self.graph.start(block)
            if test is None:
                self._switches[-1].default = block
            else:
                self._switches[-1].cases.append((self._case_value(test), block))
        else:
            self._stray(node)
        self._all(content)

    def _case_value(self, node: Node) -> Expression:
        written = self.quote(node)
        if written != declare.text_of(node, self.source.code):
            return Opaque(written)  # a range
        if any(child.type in ("(", "argument_list", "assignment_expression") for child in node.children):
            return Opaque(written)
        return self.value(node)

    # --- loops --------------------------------------------------------------------------------

    def _loop(self, node: Node | None, after: int, again: int) -> None:
        self._breaks.append(_Way(after, len(self._entered)))
        self._continues.append(_Way(again, len(self._entered)))
        self._body(node)
        self._breaks.pop()
        self._continues.pop()

    def _while(self, node: Node) -> None:
        macro = self.source.macros.get(node.start_byte)
        if macro is not None:
            self._macro(node, macro, "body")
            return
        head, body, after = self.graph.new(), self.graph.new(), self.graph.new()
        test = self.part(node, "condition")
        self.graph.start(head)
        self.flush(test.end_byte)
        self.condition(test, body, after, _bare(test))
        self.graph.start(body)
        self._loop(node.child_by_field_name("body"), after, head)
        self.graph.end(Goto(head))
        self.graph.start(after)

    def _do(self, node: Node) -> None:
        body, again, after = self.graph.new(), self.graph.new(), self.graph.new()
        test = self.part(node, "condition")
        self.graph.start(body)
        self._loop(node.child_by_field_name("body"), after, again)
        self.graph.start(again)
        self.flush(test.end_byte)
        self.condition(test, body, after, _bare(test))
        self.graph.start(after)

    def _for(self, node: Node) -> None:
        self.scopes.open()
        head, body, again, after = (self.graph.new() for _ in range(4))
        first = node.child_by_field_name("initializer")
        if first is not None:
            self.statement(first)
        self.graph.start(head)
        test = node.child_by_field_name("condition")
        if test is None:
            self.graph.end(Goto(body))
        else:
            self.flush(test.end_byte)
            self.condition(test, body, after, test)
        self.graph.start(body)
        self._loop(node.child_by_field_name("body"), after, again)
        self.graph.start(again)
        step = node.child_by_field_name("update")
        if step is not None:
            self.effect(step)
        self.graph.end(Goto(head))
        self.graph.start(after)
        self.scopes.close()

    # --- block and loop macros ----------------------------------------------------------------

    def _macro(self, node: Node, macro: Macro, body: str) -> None:
        test = self.part(node, "condition")
        self.flush(test.end_byte)
        parts = [] if macro.empty else _operands(test)
        content = node.child_by_field_name(body)
        start = self.span_of(node)
        span = Span(start.line, start.column, self.span_of(test).end_line)
        written = f"{macro.name}{'()' if macro.empty else self.quote(test)}"
        arguments = tuple(self.value(argument) for argument in parts)
        if macro.loop:
            self._each(written, parts, content, span)
            return
        enter = Enter(macro.name, arguments, span)
        after = self.graph.new()
        self.graph.emit(enter)
        # Such a macro is a for statement that runs once: break and continue leave it and no more.
        ways = len(self._entered)
        self._entered.append(enter)
        self._breaks.append(_Way(after, ways))
        self._continues.append(_Way(after, ways))
        self._body(content)
        self._breaks.pop()
        self._continues.pop()
        self._entered.pop()
        end = content if content is not None else node
        self.graph.emit(_left(enter, self.end_of(end)))
        self.graph.start(after)

    def _each(self, written: str, parts: list[Node], content: Node | None, span: Span) -> None:
        """A loop macro: whether there is another element is unknown, and so is the element."""
        head, body, after = self.graph.new(), self.graph.new(), self.graph.new()
        self.graph.start(head)
        self.graph.end(Branch(Opaque(written), body, after, span, written))
        self.graph.start(body)
        element = next((part for part in parts if part.type == "identifier"), None)
        if element is not None:
            self.graph.emit(Assign(self.value(element), Opaque(written), span))
        self._loop(content, after, head)
        self.graph.end(Goto(head))
        self.graph.start(after)

    # --- jumps --------------------------------------------------------------------------------

    def _leave(self, outside: int, span: Span) -> None:
        for enter in reversed(self._entered[outside:]):
            self.graph.emit(_left(enter, span))

    def _leave_to(self, ways: list[_Way], node: Node) -> None:
        if not ways:
            self._stray(node)
            return
        self._leave(ways[-1].entered, self.span_of(node))
        self.graph.end(Goto(ways[-1].target))

    def _labelled(self, node: Node) -> None:
        label = self.part(node, "label")
        self._label(label)
        self._all([child for child in node.named_children if child.id != label.id])

    def _label(self, label: Node) -> None:
        name = self.quote(label).rstrip(" ;:")
        block = self.graph.new()
        self.graph.start(block)
        self._labels.setdefault(name, (block, tuple(self._entered)))
        self.graph.emit(Label(name, self.span_of(label)))

    def _goto(self, node: Node) -> None:
        self.flush(node.end_byte)
        span = self.span_of(node)
        written = self.quote(node)
        if "*" in written:
            self._leave(0, span)
            self.graph.end(Return(Opaque(written.rstrip("; ")), span))
            return
        label = node.child_by_field_name("label")
        block = self.graph.end(Stop(span))
        name = self.quote(label) if label is not None else ""
        self._jumps.append(_Jump(block, name, tuple(self._entered), span))


def _left(enter: Enter, span: Span) -> Leave:
    return Leave(enter.macro, enter.arguments, span)


def _bare(test: Node) -> Node:
    """A condition without its own parentheses, for quoting."""
    if test.type == "parenthesized_expression" and test.named_children:
        return test.named_children[0]
    return test


def _operands(test: Node) -> list[Node]:
    """The arguments of a macro that the grammar read as a comma expression."""
    found: list[Node] = []
    at: Node | None = _bare(test)
    while at is not None and at.type == "comma_expression":
        left = at.child_by_field_name("left")
        if left is not None:
            found.append(left)
        at = at.child_by_field_name("right")
    return [*found, at] if at is not None else found
