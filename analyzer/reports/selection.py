"""A selection of runs in words.

Input: a `Selection`. Output: one phrase for each of its parts, foreign text as it is; none for all runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analyzer.model.profile import Selection, Watch

_ENDS = {"done": "they come to their end", "blocked": "they go on for ever, or wait for ever"}


def selection_words(select: Selection) -> tuple[str, ...]:
    """``("they enter vent()", "they end in level = LOW or EMPTY")``; () means every run."""
    found = [f"they enter {_calls(select.through, ' and ')}"] if select.through else []
    found += [f"they do not enter {_calls(select.avoids, ' or ')}"] if select.avoids else []
    found += [f"some {_watched(watch)}" for watch in select.returned]
    found += [f"every {_watched(watch)}" for watch in select.assume]
    found += [f"they end in {text}" for text in _values(select.final)]
    found += [f"they pass {text}" for text in _values(select.passed)]
    found += [f"they never are in {text}" for text in _values(select.never)]
    return (*found, _ENDS[select.ends]) if select.ends else tuple(found)


def _calls(names: Iterable[str], between: str) -> str:
    return between.join(f"{name}()" for name in names)


def _watched(watch: Watch) -> str:
    call = watch.call if watch.call.endswith(")") else f"{watch.call}()"
    return f"{call} that is called returns {watch.outcome.value.replace('-', ' ')}"


def _values(wanted: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [f"{name} = {' or '.join(values)}" for name, values in wanted.items()]
