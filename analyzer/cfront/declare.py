"""Read declarators: the declared name and a type in words.

Input: nodes of declarations and the parsed code. Output: `Variable`s and names. Types are text with
blanks folded: qualifiers, ``*``, ``[]`` and ``(*)()``; they are not resolved.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from analyzer.model.summary import Variable

_NAMES = ("identifier", "type_identifier", "field_identifier")


def text_of(node: Node, code: str) -> str:
    """The code of a node, white space folded."""
    return " ".join(code[node.start_byte : node.end_byte].split())


def _inner(node: Node) -> Node | None:
    found = node.child_by_field_name("declarator")
    if found is None and node.type in ("parenthesized_declarator", "attributed_declarator"):
        found = next((child for child in node.named_children if child.type not in ("ERROR", "comment")), None)
    return found


def name_node(declarator: Node) -> Node | None:
    """The identifier a declarator declares."""
    node: Node | None = declarator
    while node is not None and node.type not in _NAMES:
        node = _inner(node)
    return node


def function_part(declarator: Node) -> Node | None:
    """The function declarator nearest to the declared name, if a function is declared."""
    node: Node | None = declarator
    found = None
    while node is not None:
        if node.type == "function_declarator":
            found = node
        node = _inner(node)
    return found


def declares_function(declarator: Node) -> bool:
    """Whether this is a prototype and not a variable (of whatever pointer type)."""
    part = function_part(declarator)
    inner = _inner(part) if part is not None else None
    return inner is not None and inner.type in _NAMES


def base_type(declaration: Node, code: str) -> str:
    """The type before the declarators, with qualifiers, without storage class and struct body."""
    words = []
    for child in declaration.children:
        if child.type == "type_qualifier":
            words.append(text_of(child, code))
        elif child == declaration.child_by_field_name("type"):
            words.append(re.sub(r"\s*\{.*\}", "", text_of(child, code)))
    return " ".join(word for word in words if word)


def variable(base: str, declarator: Node) -> Variable | None:
    """The variable a declarator declares on a base type."""
    named = name_node(declarator)
    if named is None or named.text is None:
        return None
    suffix = ""
    node: Node | None = declarator
    while node is not None and node.type not in _NAMES:
        if node.type == "pointer_declarator":
            suffix = "*" + suffix
        elif node.type == "array_declarator":
            suffix += "[]"
        elif node.type == "function_declarator":
            return Variable(named.text.decode(), f"{base} (*)()".strip())
        node = _inner(node)
    return Variable(named.text.decode(), f"{base} {suffix}".strip())


def parameters(part: Node, code: str) -> tuple[Variable, ...]:
    """The named parameters of a function declarator; ``...`` and ``void`` have no name."""
    found: list[Variable] = []
    listed = part.child_by_field_name("parameters")
    for child in listed.named_children if listed is not None else ():
        declarator = child.child_by_field_name("declarator")
        if child.type != "parameter_declaration" or declarator is None:
            continue
        declared = variable(base_type(child, code), declarator)
        if declared is not None:
            found.append(declared)
    return tuple(found)


def return_type(definition: Node, code: str) -> str:
    """The type a function definition returns."""
    stars = 0
    node = definition.child_by_field_name("declarator")
    while node is not None and node.type not in _NAMES:
        stars += node.type == "pointer_declarator"
        node = _inner(node)
    return f"{base_type(definition, code)} {'*' * stars}".strip()


def is_static(definition: Node, code: str) -> bool:
    return any(
        child.type == "storage_class_specifier" and text_of(child, code) == "static"
        for child in definition.children
    )
