"""Lays out what the small commands print: control-flow summaries and profiles.

Input: data from below. Output: text, foreign characters made visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.model.profile import EventCall, Profile
from analyzer.model.report import StageInfo
from analyzer.reports.escape import visible
from analyzer.reports.layout import fold
from analyzer.reports.stages import NO_CHANGE, merged
from analyzer.reports.style import Style


def flow_text(found: Sequence[tuple[StageInfo, str]], *, colour: bool) -> str:
    """A function's summaries, equal neighbours once."""
    style = Style(colour)
    groups = merged([stage.patch for stage, _ in found], [summary for _, summary in found])
    blocks = []
    for group in groups:
        stage, summary = found[group.members[0]]
        heading = group.heading if len(groups) > 1 or len(found) == 1 else NO_CHANGE
        lines = [style.paint(heading, "bold"), "=" * len(heading), ""]
        if stage.note:
            lines.append(f"(could not tell: {visible(stage.note)})")
        lines += [visible(line) for line in summary.splitlines()] if summary else []
        if not summary and not stage.note:
            lines.append("(no such function)")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def profile_text(profile: Profile, width: int) -> str:
    """What a profile knows, for people."""
    lines = [visible(f"{profile.name}: {profile.title}")]
    if profile.follows:
        lines += fold(visible(f"its built-in lifecycle follows {profile.follows}"), width)
    lines += _section("Scenarios", [_scenario(s.id, s.title, s.summary) for s in profile.scenarios], width)
    calls = [f"{event.call}(): {_named(event)}" for event in profile.events]
    lines += _section("Events", calls, width)
    lines += _section("Landmarks", [landmark.words for landmark in profile.landmarks], width)
    lines += _section("Tracked state", [tracked.name for tracked in profile.tracked], width)
    rules = [f"{rule.name} ({rule.level}): {rule.contract}. {rule.reason}".strip() for rule in profile.rules]
    lines += _section("Rules", rules, width)
    lines += _section("Built-in lifecycle", [file.shown or file.path for file in profile.model], width)
    return "\n".join(lines) + "\n"


def _named(event: EventCall) -> str:
    names = dict.fromkeys((*event.names.values(), *(state.name for state in event.states)))
    return ", ".join(names) or event.prefix


def _scenario(name: str, title: str, summary: str) -> str:
    plain = "" if name == title.replace(" ", "-") else f" ({title})"
    return f"{name}{plain}: {summary}" if summary else f"{name}{plain}"


def _section(title: str, items: Iterable[str], width: int) -> list[str]:
    drawn = [line for item in items for line in fold(visible(item), width, "- ")]
    return ["", title, "-" * len(title), *drawn] if drawn else []
