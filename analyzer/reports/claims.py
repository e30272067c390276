"""What the mails claim, with verdicts and evidence, for each format.

Input: a `Report`. Output: escaped lines or values, laid out by the formats. Long evidence is cut, and says
so; `json` has all. Not modelled: claims that were not understood.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.model.claim import Claim, ClaimVerdict, Point
from analyzer.model.report import Report
from analyzer.reports import words
from analyzer.reports.escape import code_span, visible
from analyzer.reports.escape import markdown as plain
from analyzer.reports.layout import fold
from analyzer.reports.style import Style
from analyzer.reports.witness import drawn_path, path_of

SHOWN_POINTS = 16  # of a claim
SHOWN_QUOTE = 12  # lines
SHOWN_IN_MAIL = 3  # what an incomplete claim misses
_LOOKS = {
    ClaimVerdict.CONFIRMED: "green",
    ClaimVerdict.CONTRADICTED: "red",
    ClaimVerdict.INCOMPLETE: "yellow",
    ClaimVerdict.UNTOLD: "yellow",
}
_ORDER = (ClaimVerdict.CONTRADICTED, ClaimVerdict.INCOMPLETE, ClaimVerdict.UNTOLD, ClaimVerdict.CONFIRMED)


def ordered(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """What is wrong first."""
    return tuple(sorted(claims, key=lambda claim: _ORDER.index(claim.verdict)))


def in_short(report: Report) -> tuple[str, ...]:
    """``2 of 8 claims in the mails are contradicted``; nothing where all are confirmed."""
    lines = []
    for verdict, said in (
        (ClaimVerdict.CONTRADICTED, "contradicted"),
        (ClaimVerdict.INCOMPLETE, "incomplete"),
    ):
        count = sum(claim.verdict is verdict for claim in report.claims)
        total = len(report.claims)
        if count:
            many = (
                f"claims in the mails {'are' if count > 1 else 'is'}"
                if total > 1
                else "claim in the mails is"
            )
            lines.append(f"{count} of {total} {many} {said}")
    return tuple(lines)


def said_by(claim: Claim) -> str:
    """Who said it, in what, and where; not escaped."""
    who = claim.author or (f"somebody whom {claim.quoted_by} quotes" if claim.quoted_by else "somebody")
    places = (
        f", and at {len(claim.again)} other place{'s' if len(claim.again) > 1 else ''}" if claim.again else ""
    )
    return f"{who}, in a {claim.medium.value} ({claim.where}{places})"


def point_words(point: Point) -> str:
    """One point in one line; not escaped."""
    run = f": {words.run_words(point.sequence)}" if point.sequence else ""
    return f"{point.verdict.value}: {point.subject}: {point.text}{run}"


def text_blocks(report: Report, style: Style) -> list[list[str]]:
    """The section of the `text` format, a block for each claim."""
    if not report.claims:
        return []
    blocks = [[style.paint("Claims in the mails", "bold"), "-" * len("Claims in the mails")]]
    for claim in ordered(report.claims):
        head = visible(f"{claim.verdict.value}: {claim.meaning}")
        lines = [style.paint(line, _LOOKS[claim.verdict]) for line in fold(head, style.width, "", "  ")]
        lines += _told("said by", said_by(claim), style)
        for number, quoted in enumerate(claim.quote[:SHOWN_QUOTE]):
            lines += _told("" if number else "words", f"> {quoted}", style)
        if len(claim.quote) > SHOWN_QUOTE:
            lines += _told("", f"> ... {len(claim.quote) - SHOWN_QUOTE} more lines", style)
        lines += _told("why", claim.why, style)
        for point in claim.points[:SHOWN_POINTS]:
            lines += fold(visible(point_words(point)), style.width, "    - ", "      ")
        if len(claim.points) > SHOWN_POINTS:
            lines.append(f"    - and {len(claim.points) - SHOWN_POINTS} more (json has all)")
        for miss in claim.misses[:SHOWN_POINTS]:
            lines += _told("misses", miss, style)
        witness = _witness(claim)
        if witness is not None and witness.witness is not None:
            lines += drawn_path(*path_of("path", witness.witness), report, style)
        blocks.append(lines)
    return blocks


def mail_blocks(report: Report, width: int) -> list[list[str]]:
    """The section of the `mail` format: two or three lines a claim."""
    blocks = []
    for claim in ordered(report.claims):
        who = claim.author.partition("<")[0].strip() or claim.author or "quoted"
        lines = fold(visible(f"{claim.verdict.value}: {claim.meaning} ({who})"), width, "- ", "  ")
        if claim.verdict is not ClaimVerdict.CONFIRMED:
            lines += fold(visible(claim.why), width, "  ")
        for miss in claim.misses[:SHOWN_IN_MAIL]:
            lines += fold(visible(miss), width, "  - ", "    ")
        if len(claim.misses) > SHOWN_IN_MAIL:
            lines.append(f"  - and {len(claim.misses) - SHOWN_IN_MAIL} more")
        blocks.append(lines)
    return [["Claims in the mails", "=" * len("Claims in the mails")], *blocks] if blocks else []


def markdown_blocks(report: Report) -> list[str]:
    """The section of the `markdown` format."""
    blocks = ["## Claims in the mails"] if report.claims else []
    for claim in ordered(report.claims):
        items = [f"said by {plain(said_by(claim))}"]
        items += [f"words: {code_span(quoted)}" for quoted in claim.quote[:SHOWN_QUOTE]]
        items.append(f"why: {plain(claim.why)}")
        items += [plain(point_words(point)) for point in claim.points[:SHOWN_POINTS]]
        if len(claim.points) > SHOWN_POINTS:
            items.append(f"and {len(claim.points) - SHOWN_POINTS} more (json has all)")
        items += [f"misses {plain(miss)}" for miss in claim.misses[:SHOWN_POINTS]]
        blocks.append(f"### {plain(f'{claim.verdict.value}: {claim.meaning}')}")
        blocks.append("\n".join(f"- {item}" for item in items))
    return blocks


def _witness(claim: Claim) -> Point | None:
    """The first point against a contradicted claim that a path proves."""
    if claim.verdict is not ClaimVerdict.CONTRADICTED:
        return None
    against = (point for point in claim.points if point.verdict is ClaimVerdict.CONTRADICTED)
    return next((point for point in against if point.witness is not None and point.witness.steps), None)


def _told(name: str, text: str, style: Style) -> list[str]:
    return fold(visible(text), style.width, f"  {name + ':' if name else '':<10} ")
