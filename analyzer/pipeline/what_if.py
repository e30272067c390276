"""What a series would do if it were taken otherwise: what was asked for, as a `WhatIf`.

Input: a series, the words of ``--only``, ``--order`` and ``--squash``. Output: the commits to make of it, and
the series without what is left out; `InputError` names a number that the series does not have, has twice,
or that was given twice. Not modelled: whether they apply (`analyzer.snapshots`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from analyzer.model.series import Series
from analyzer.model.unknown import InputError
from analyzer.model.what_if import WhatIf, number_of
from analyzer.pipeline.options import Options

_PART = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?\Z", re.ASCII)
_MOST = 1000  # patches in one range


def asked(series: Series, options: Options) -> WhatIf | None:
    """What the options ask for; None: the series as it was sent."""
    if options.only is None and options.order is None and not options.squash:
        return None
    own = [patch.number for patch in series.patches]
    words: list[str] = []
    taken = own
    if options.only is not None:
        words.append(f"--only {options.only}")
        wanted = _numbers(words[-1], options.only, own)
        taken = [number for number in own if number in wanted]
    if options.order is not None:
        words.append(f"--order {options.order}")
        order = _numbers(words[-1], options.order, own)
        _check_all(words[-1], order, taken)
        taken = order
    groups: list[list[int]] = []
    for given in options.squash:
        words.append(f"--squash {given}")
        groups += [_group(words[-1], part, own, taken) for part in given.split(",")]
    _refuse_twice("--squash", [number for group in groups for number in group])
    return WhatIf(_steps(taken, groups), " ".join(words))


def otherwise(series: Series, what_if: WhatIf | None) -> Series:
    """The series as far as it is taken: what could not be read of a patch that is left out is no matter, and
    that of a squashed one is the squashed commit's."""
    if what_if is None:
        return series
    stage = {number: number_of(step) for step in what_if.steps for number in step}
    own = {patch.number for patch in series.patches}
    return replace(
        series,
        patches=tuple(patch for patch in series.patches if patch.number in stage),
        unknown=tuple(
            replace(one, patch=stage.get(one.patch, one.patch))
            for one in series.unknown
            if one.patch not in own or one.patch in stage
        ),
    )


def spelt(own: Sequence[int], steps: tuple[tuple[int, ...], ...]) -> str:
    """The options that ask for these commits of a series whose patches have the numbers `own`."""
    order = [number for step in steps for number in step]
    groups = [step for step in steps if len(step) > 1]
    taken = [number for number in own if number in order]
    words = [] if len(taken) == len(own) else [f"--only {','.join(map(str, taken))}"]
    if _steps(taken, groups) != steps:
        words.append(f"--order {','.join(map(str, order))}")
    words += [f"--squash {'+'.join(map(str, step))}" for step in groups]
    return " ".join(words)


def _steps(taken: Sequence[int], groups: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """The commits: a squashed one stands where the first of its patches stood."""
    steps: list[tuple[int, ...]] = []
    for number in taken:
        group = next((group for group in groups if number in group), (number,))
        step = tuple(each for each in taken if each in group)
        if step[0] == number:
            steps.append(step)
    return tuple(steps)


def _numbers(words: str, text: str, own: Sequence[int]) -> list[int]:
    """Numbers and ranges, parted by commas."""
    found: list[int] = []
    for part in text.split(","):
        match = _PART.match(part.strip())
        if match is None:
            raise InputError(f"{words}: {part!r} is no patch number; say for example 2, or 1,3, or 2-4")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last - first > _MOST:
            raise InputError(f"{words}: {part!r} is no range; say the smaller number first")
        found += range(first, last + 1)
    _check_known(words, found, own)
    _refuse_twice(words, found)
    return found


def _group(words: str, text: str, own: Sequence[int], taken: Sequence[int]) -> list[int]:
    parts = [part.strip() for part in text.split("+")]
    if len(parts) < 2:
        raise InputError(f"{words}: {text!r} is one patch; say which to squash, for example 2+3")
    found = [number for part in parts for number in _numbers(words, part, own)]
    left_out = [number for number in found if number not in taken]
    if left_out:
        raise InputError(f"{words}: patch {left_out[0]} is left out by --only")
    return found


def _check_known(words: str, numbers: Sequence[int], own: Sequence[int]) -> None:
    count = Counter(own)
    for number in numbers:
        if not count[number]:
            known = ", ".join(map(str, own))
            raise InputError(f"{words}: the series has no patch {number}; it has {known or 'none'}")
        if count[number] > 1:
            raise InputError(f"{words}: {count[number]} patches of the series have the number {number}")


def _check_all(words: str, order: Sequence[int], taken: Sequence[int]) -> None:
    for number in order:
        if number not in taken:
            raise InputError(f"{words}: patch {number} is left out by --only")
    for number in taken:
        if number not in order:
            raise InputError(f"{words}: patch {number} is not in it; --only is there to leave patches out")


def _refuse_twice(words: str, numbers: Sequence[int]) -> None:
    twice = [number for number, count in Counter(numbers).items() if count > 1]
    if twice:
        raise InputError(f"{words}: patch {twice[0]} is named twice")
