"""Abstract values: exact constants, and unknown values with what is known of them.

An unknown value has an identity, its `Token`: the call or read that produced it and the how-manieth it
is of that origin. What a branch teaches about it is substituted wherever the token stands, so that a
decision reaches every copy. Not modelled: arithmetic (a fresh unknown), pointers, integer width.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

NEGATIVE, ZERO, POSITIVE = 1, 2, 4
ANY_SIGN = NEGATIVE | ZERO | POSITIVE

Origin: TypeAlias = tuple[str, ...]


class Token(NamedTuple):
    """Identity of an unknown value: its origin and its occurrence since origins were last forgotten."""

    origin: Origin
    occurrence: int


class Name(NamedTuple):
    """A symbolic constant: an enumerator, a function, a macro whose number is not known."""

    name: str


class Unsure(NamedTuple):
    """An unknown value: the signs it may have and the constants it is known not to be."""

    token: Token
    signs: int = ANY_SIGN
    excluded: frozenset[str | int] = frozenset()


class Test(NamedTuple):
    """The truth of a comparison of an unknown value.

    With `constant` None: its sign is in `signs`. Else: it equals `constant`. `negated` turns it round.
    """

    subject: Unsure
    signs: int
    constant: str | int | None
    negated: bool = False


Constant: TypeAlias = int | Name
Value: TypeAlias = int | Name | Unsure | Test


YES, NO, EITHER = frozenset({True}), frozenset({False}), frozenset({True, False})


def sign_of(number: int) -> int:
    """The sign bit of an exact number."""
    return ZERO if number == 0 else POSITIVE if number > 0 else NEGATIVE


def key_of(constant: Constant) -> str | int:
    """How a constant stands in exclusions and tests."""
    return constant if isinstance(constant, int) else constant.name


def constant_of(key: str | int) -> Constant:
    """The inverse of `key_of`."""
    return key if isinstance(key, int) else Name(key)


def negate(value: Value) -> Value:
    """``!value``. A name without a number counts as non-zero, like the address it usually is."""
    if isinstance(value, int):
        return int(value == 0)
    if isinstance(value, Name):
        return 0
    if isinstance(value, Test):
        return Test(value.subject, value.signs, value.constant, not value.negated)
    return simplify(Test(value, ZERO, None))


def simplify(test: Test) -> Value:
    """A test whose outcome is settled becomes 0 or 1."""
    holds = outcomes(test)
    if len(holds) == 1:
        return int(next(iter(holds)))
    return test


def outcomes(value: Value) -> frozenset[bool]:
    """The truth values that `value` may have."""
    if isinstance(value, int):
        return YES if value != 0 else NO
    if isinstance(value, Name):
        return YES
    if isinstance(value, Unsure):
        if value.signs & ZERO:
            return NO if value.signs == ZERO else EITHER
        return YES
    subject = value.subject
    if value.constant is None:
        if not subject.signs & value.signs:
            found = NO
        elif subject.signs & ~value.signs & ANY_SIGN:
            return EITHER
        else:
            found = YES
    elif value.constant in subject.excluded or (
        isinstance(value.constant, int) and not subject.signs & sign_of(value.constant)
    ):
        found = NO
    else:
        return EITHER
    if value.negated:
        return NO if found is YES else YES
    return found


def refine(value: Value, truth: bool) -> tuple[Token, Value]:
    """What `value` being `truth` teaches: the token and the value to put in its place.

    `value` must be an `Unsure` or a `Test` for which `truth` is possible.
    """
    if isinstance(value, Unsure):
        value = Test(value, ZERO, None, negated=True)
    assert isinstance(value, Test)
    subject = value.subject
    holds = truth != value.negated
    if value.constant is None:
        signs = subject.signs & (value.signs if holds else ~value.signs & ANY_SIGN)
        return subject.token, narrow(subject, signs)
    if holds:
        return subject.token, constant_of(value.constant)
    return subject.token, Unsure(subject.token, subject.signs, subject.excluded | {value.constant})


def narrow(subject: Unsure, signs: int) -> Value:
    """`subject` with only these signs; exactly zero becomes the constant."""
    if signs == ZERO:
        return 0
    return Unsure(subject.token, signs, subject.excluded)


def meet(subject: Unsure, known: Value) -> Value:
    """`subject`, given what is `known` of the same token from elsewhere."""
    if isinstance(known, Unsure):
        signs = subject.signs & known.signs
        return narrow(Unsure(subject.token, signs, subject.excluded | known.excluded), signs)
    return known


def both(left: Value, right: Value) -> Value | None:
    """What two decisions on the same unknown value leave of it; None when they exclude each other."""
    if isinstance(left, Unsure):
        if isinstance(right, Unsure):
            found = meet(left, right)
            if isinstance(found, Unsure):
                return found if found.signs else None
            return None if 0 in left.excluded | right.excluded else found
        left, right = right, left
    if isinstance(right, Unsure):
        assert isinstance(left, (int, Name))
        sign = sign_of(left) if isinstance(left, int) else ZERO | POSITIVE
        possible = right.signs & sign and key_of(left) not in right.excluded
        return left if possible else None
    if isinstance(left, Name) != isinstance(right, Name):
        # A name whose number is not known may be any number that is not negative.
        name, number = (left, right) if isinstance(left, Name) else (right, left)
        assert isinstance(number, int)
        return name if number >= 0 else None
    return left if left == right else None


def substitute(value: Value, token: Token, known: Value) -> Value:
    """`value` with what is `known` of `token` put in."""
    if isinstance(value, Unsure):
        return meet(value, known) if value.token == token else value
    if isinstance(value, Test) and value.subject.token == token:
        inner = meet(value.subject, known)
        if isinstance(inner, Unsure):
            return simplify(Test(inner, value.signs, value.constant, value.negated))
        assert not isinstance(inner, Test)
        return int(holds_for(value, inner))
    return value


def holds_for(test: Test, constant: Constant) -> bool:
    """Whether `test` holds when its subject is exactly `constant`."""
    if test.constant is None:
        sign = sign_of(constant) if isinstance(constant, int) else POSITIVE
        holds = bool(sign & test.signs)
    else:
        holds = key_of(constant) == test.constant
    return holds != test.negated


def retoken(value: Value, names: dict[Token, Token]) -> Value:
    """`value` with its tokens renamed."""
    if isinstance(value, Unsure):
        token = names.get(value.token)
        return value if token is None else Unsure(token, value.signs, value.excluded)
    if isinstance(value, Test):
        subject = retoken(value.subject, names)
        assert isinstance(subject, Unsure)
        return Test(subject, value.signs, value.constant, value.negated)
    return value


def token_of(value: Value) -> Token | None:
    """The token `value` depends on, if any."""
    if isinstance(value, Unsure):
        return value.token
    if isinstance(value, Test):
        return value.subject.token
    return None


SIGN_TESTS = {
    "==": ZERO,
    "!=": NEGATIVE | POSITIVE,
    "<": NEGATIVE,
    "<=": NEGATIVE | ZERO,
    ">": POSITIVE,
    ">=": POSITIVE | ZERO,
}
MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compare(op: str, left: Value, right: Value, distinct: bool) -> Value | None:
    """``left op right`` where something can be said of it, else None (the caller makes it unknown).

    `distinct` says that two different names are known to be different constants. An enumerator is never
    negative.
    """
    if op not in SIGN_TESTS:
        return None
    if isinstance(left, int) and isinstance(right, int):
        return int(bool(sign_of(left - right) & SIGN_TESTS[op]))
    if isinstance(left, Name) and isinstance(right, Name):
        if op in ("==", "!=") and (left == right or distinct):
            return int((left == right) == (op == "=="))
        return None
    if isinstance(left, int) and isinstance(right, Name):
        return compare(MIRRORED[op], right, left, distinct)
    if isinstance(left, Name) and isinstance(right, int):
        return int(op == "!=") if op in ("==", "!=") and right < 0 else None
    if isinstance(left, (int, Name)) and isinstance(right, (Unsure, Test)):
        return compare(MIRRORED[op], right, left, distinct)
    if isinstance(left, Test) and isinstance(right, int):
        if op in ("==", "!=") and right in (0, 1):
            return left if (right == 1) == (op == "==") else negate(left)
        return None
    if isinstance(left, Unsure) and isinstance(right, int):
        if right == 0:
            return simplify(Test(left, SIGN_TESTS[op], None))
        if op in ("==", "!="):
            return simplify(Test(left, 0, right, negated=op == "!="))
        return None
    if isinstance(left, Unsure) and isinstance(right, Name) and op in ("==", "!="):
        return simplify(Test(left, 0, right.name, negated=op == "!="))
    if (
        isinstance(left, Unsure)
        and isinstance(right, Unsure)
        and left.token == right.token
        and op in ("==", "!=", "<=", ">=", "<", ">")
    ):
        return int(op in ("==", "<=", ">="))
    return None
