"""Which event a call notifies: by a constant among its arguments, or by the state its handlers look at.

Job: read a call against the alternatives of the profile. Output: a `Notice` with the letters, or a
`Question` that has to be executed first, a predicate of the tree itself. What a handler answers is decided
here when the answer changes who is told what. Not modelled: which handlers are registered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analyzer.lifecycle.actions import Notify
from analyzer.lifecycle.effects import Effects
from analyzer.lifecycle.evaluate import Evaluator, read
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.state import ANSWER, Frame, Live
from analyzer.lifecycle.values import (
    ANY_SIGN,
    NEGATIVE,
    POSITIVE,
    ZERO,
    Name,
    Test,
    Unsure,
    Value,
    constant_of,
    key_of,
    simplify,
)
from analyzer.model.profile import ANY_ARGUMENT, EventCall, Handler, Outcome, StateEvent, Veto
from analyzer.model.summary import Call, ControlFlowSummary, Span

UNKNOWN = "?"

_REFUSED = {
    Outcome.ZERO: ZERO,
    Outcome.NONZERO: ANY_SIGN & ~ZERO,
    Outcome.NEGATIVE: NEGATIVE,
    Outcome.NOT_NEGATIVE: ZERO | POSITIVE,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What a call tells: short names in order with what to print (`UNKNOWN` for an event that cannot be
    told), what the call returns, and the handlers that run in it."""

    letters: tuple[tuple[str, str], ...]
    result: Value
    handlers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A predicate of the tree to be executed; its result goes to the local `target` of the caller."""

    function: str
    arguments: tuple[Value, ...]
    target: str


class Notices:
    """Reads the notifying calls of one program."""

    def __init__(self, program: Program, values: Evaluator, effects: Effects) -> None:
        self._program = program
        self._values = values
        self._effects = effects
        self._index = {variable.name: i for i, variable in enumerate(program.profile.tracked)}

    def read(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, call: Call, action: Notify, site: str
    ) -> Notice | Question | None:
        """What the call notifies; None when it notifies on no chain of the profile.

        Every decision is made before the first letter: the call may be read again after each.
        """
        events = self._program.events_of(action, call)
        if not events:
            return None
        event, constant = self._chosen(live, frame, summary, call, events)
        if event is None:
            unsure = events[0]
            words = unsure.words.replace("{}", UNKNOWN)
            return Notice(((UNKNOWN, words),), self._values.result(call, site)(live, frame))
        if event.states:
            found = self._by_state(live, frame, summary, call, event)
            if isinstance(found, Question):
                return found
            names = [found] if found else []
        else:
            names = [_name(event, constant)]
        handlers = self._handlers(live, frame, summary, call, names)
        result = self._result(live, frame, summary, call, event, names, site)
        if event.shows and constant and handlers:
            live.tracked[self._index[event.shows]] = Name(constant)
        letters = tuple((name, event.words.replace("{}", name)) for name in names)
        return Notice(letters, result, handlers)

    def _chosen(
        self,
        live: Live,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        events: tuple[EventCall, ...],
    ) -> tuple[EventCall | None, str]:
        """The alternative that fits and its constant; None when no constant can be told. One with an opposite
        fits best where that stands in its place."""
        silent: EventCall | None = None
        half: tuple[EventCall, str] | None = None
        unclear = False
        for event in events:
            if event.argument == -1:
                silent = silent or event
                continue
            wanted = range(len(call.arguments)) if event.argument == ANY_ARGUMENT else (event.argument,)
            for number in wanted:
                if number >= len(call.arguments):
                    continue
                constant = self._constant(live, frame, summary, call, number)
                if not _name(event, constant):
                    unclear = True
                elif event.undo < 0 or self._opposite(live, frame, summary, call, event):
                    return event, constant
                else:
                    half = half or (event, constant)
        return half or ((None, "") if unclear else (silent, ""))

    def _opposite(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, call: Call, event: EventCall
    ) -> str:
        """The short name of the event that takes this one back, "" if it cannot be told."""
        if event.undo >= len(call.arguments):
            return ""
        return _name(event, self._constant(live, frame, summary, call, event.undo))

    def _constant(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, call: Call, number: int
    ) -> str:
        value = self._values.evaluate(live, frame, summary, call.span, call.arguments[number])
        return str(key_of(value)) if isinstance(value, (int, Name)) else ""

    def _by_state(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, call: Call, event: EventCall
    ) -> str | Question:
        """The event that handlers see in the state; "" when none of them sees any."""
        for number, state in enumerate(event.states):
            holds = self._state_holds(live, frame, summary, call, event, number, state)
            if isinstance(holds, Question):
                return holds
            if holds:
                return state.name
        return ""

    def _state_holds(
        self,
        live: Live,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        event: EventCall,
        number: int,
        state: StateEvent,
    ) -> bool | Question:
        own = self._program.by_canonical.get(state.predicate) if state.predicate else None
        if own is None:
            return self._all(live, frame, summary, call, state.when)
        target = f"{ANSWER}{number}"
        answer = frame.reads.get((ANSWER, target))
        if answer is None:
            given: tuple[Value, ...] = ()
            if 0 <= event.object < len(call.arguments):
                argument = call.arguments[event.object]
                given = (self._values.evaluate(live, frame, summary, call.span, argument),)
            return Question(own, given, target)
        return self._truth(answer, frame, summary, call.span, lambda: f"{own}()")

    def _truth(
        self, value: Value, frame: Frame, summary: ControlFlowSummary, span: Span, asks: Callable[[], str]
    ) -> bool:
        return self._effects.decider(summary, span, asks)(value)

    def _all(
        self,
        live: Live,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        when: Mapping[str, tuple[str, ...]],
    ) -> bool:
        """Whether every variable has one of its values."""
        for name, wanted in when.items():
            for text in wanted:
                value = live.tracked[self._index[name]]
                holds = self._values.compare("==", value, self._wanted(text))
                if holds is None:
                    site = self._program.site(summary, call.span, "access")
                    holds = read(live, frame, ("when", site, name, text))
                if self._truth(
                    holds,
                    frame,
                    summary,
                    call.span,
                    lambda name=name, text=text: f"{name} is {text}",  # type: ignore[misc]
                ):
                    break
            else:
                return False
        return True

    def _wanted(self, text: str) -> int | Name:
        try:
            return int(text, 0)
        except ValueError:
            return constant_of(self._program.profile.constants.get(text, text))

    def _handlers(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, call: Call, names: list[str]
    ) -> tuple[str, ...]:
        return tuple(
            self._program.by_canonical[handler.function]
            for handler in self._program.profile.handlers
            if self._heard(handler, names) and self._all(live, frame, summary, call, handler.when)
        )

    def _heard(self, handler: Handler, names: list[str]) -> bool:
        if handler.function not in self._program.by_canonical:
            return False
        return bool(names) and (not handler.events or any(name in handler.events for name in names))

    def _result(
        self,
        live: Live,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        event: EventCall,
        names: list[str],
        site: str,
    ) -> Value:
        """What the call returns; a refusal that others are told of is added to `names`."""
        if event.veto is Veto.IGNORED:
            return int(event.refused is Outcome.ZERO)
        if event.undo < 0:
            return self._values.result(call, site)(live, frame)
        result = read(live, frame, ("call", site))
        refused: Value = result
        if isinstance(result, Unsure):
            refused = simplify(Test(result, _REFUSED[event.refused], None))
        elif isinstance(result, int):
            sign = ZERO if result == 0 else POSITIVE if result > 0 else NEGATIVE
            refused = int(bool(sign & _REFUSED[event.refused]))
        if self._truth(refused, frame, summary, call.span, lambda: f"a handler refuses {' '.join(names)}"):
            names.append(self._opposite(live, frame, summary, call, event) or UNKNOWN)
        return result


def _name(event: EventCall, constant: str) -> str:
    """The short name of the event that a constant means, "" for none."""
    found = event.names.get(constant, "")
    if not found and event.prefix and constant.startswith(event.prefix):
        return constant[len(event.prefix) :]
    return found
