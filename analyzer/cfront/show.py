"""Print a summary for people: what the front end understood of a function, with line numbers.

Input: a `ControlFlowSummary`. Output: text, the same for the same summary.
"""

from __future__ import annotations

from analyzer.model.summary import (
    Assign,
    Binary,
    Branch,
    Call,
    ControlFlowSummary,
    Enter,
    Expression,
    Field,
    Goto,
    Instruction,
    Label,
    Leave,
    Local,
    Number,
    Opaque,
    Problem,
    Return,
    Stop,
    Switch,
    Symbol,
    Terminator,
    Text,
    Unary,
    Variable,
)

_INDENT = " " * 10


def show(summary: ControlFlowSummary) -> str:
    """The whole summary, one instruction a line."""
    parameters = ", ".join(f"{variable.type} {variable.name}" for variable in summary.parameters)
    static = "static " if summary.static else ""
    lines = [
        f"{static}{summary.returns} {summary.name}({parameters})"
        f"  [{summary.path}:{summary.span.line}-{summary.span.end_line}]"
    ]
    lines += [f"  local {_declared(variable)}" for variable in summary.locals]
    for index, block in enumerate(summary.blocks):
        lines.append(f"  b{index}:")
        lines += [_line(part.span.line, _instruction(part)) for part in block.instructions]
        lines += _terminator(block.terminator)
    for problem in summary.problems:
        lines.append(f"  problem at line {problem.span.line}: {problem.text}")
    return "\n".join(lines) + "\n"


def show_expression(expression: Expression) -> str:
    """One expression as text; what is opaque stands in angle brackets."""
    match expression:
        case Number(value):
            return str(value)
        case Text(value):
            return f'"{value}"'
        case Local(name):
            return name
        case Symbol(name):
            return name
        case Field(base, name):
            return f"{_inner(base)}.{name}"
        case Unary(op, operand):
            return f"{op}{_inner(operand)}"
        case Binary(op, left, right):
            return f"{_inner(left)} {op} {_inner(right)}"
        case Opaque(text):
            return f"<{text}>"


def _inner(expression: Expression) -> str:
    text = show_expression(expression)
    return f"({text})" if isinstance(expression, Binary | Unary) else text


def _declared(variable: Variable) -> str:
    return f"{variable.name}: {variable.type}"


def _line(line: int, text: str) -> str:
    return f"    {line:>4}  {text}"


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."


def _listed(expressions: tuple[Expression, ...]) -> str:
    return ", ".join(show_expression(expression) for expression in expressions)


def _instruction(instruction: Instruction) -> str:
    match instruction:
        case Call(target, callee, arguments):
            result = f"{target.name} = " if target is not None else ""
            return f"{result}call {_inner(callee)}({_listed(arguments)})"
        case Assign(target=place, value=value):
            return f"{show_expression(place)} = {show_expression(value)}"
        case Label(name):
            return f"label {name}"
        case Enter(macro, arguments):
            return f"enter {macro}({_listed(arguments)})"
        case Leave(macro, arguments):
            return f"leave {macro}({_listed(arguments)})"
        case Problem(text):
            return f"problem: {text}"


def _terminator(terminator: Terminator) -> list[str]:
    match terminator:
        case Goto(target):
            return [f"{_INDENT}goto b{target}"]
        case Branch(condition, then, otherwise, span, text):
            way = f"branch {show_expression(condition)} ? b{then} : b{otherwise}"
            return [_line(span.line, f"{way}    of: {_short(text)}")]
        case Switch(subject, cases, default, span, text):
            lines = [_line(span.line, f"switch {show_expression(subject)}    of: {_short(text)}")]
            lines += [f"{_INDENT}  case {show_expression(value)}: b{target}" for value, target in cases]
            return [*lines, f"{_INDENT}  default: b{default}"]
        case Return(value, span):
            return [_line(span.line, "return" if value is None else f"return {show_expression(value)}")]
        case Stop(span):
            return [_line(span.line, "stop")]
