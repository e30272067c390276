"""Analyses one series and writes what a reply would say; it runs in a process of its own.

Input: a `Task` with the mails as they came. Output: a `Judgement`. The mails are laid out as files in the
task's folder, which is this process's own, so that a report names them by their part in the series. Not
modelled: several series in one task; the one with most patches is then taken.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from analyzer import intake
from analyzer.bot.body import answered, body
from analyzer.bot.policy import AnalysisPolicy, ReplyPolicy
from analyzer.intake import mail
from analyzer.intake.lines import clean
from analyzer.model.report import Report
from analyzer.model.series import Series
from analyzer.model.unknown import InputError
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options

_BOX = "series"
_LONGEST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class Task:
    """Mails: number (0 is the cover letter), Message-ID and text. `folder` is empty and may be written to."""

    mails: tuple[tuple[int, str, bytes], ...]
    folder: str
    reply: ReplyPolicy
    analysis: AnalysisPolicy


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be said. `text` "" is silence, for the reason `why`; `answers` is the Message-ID of the mail
    that is answered, `subject` that mail's."""

    text: str
    why: str
    answers: str = ""
    subject: str = ""


def judge(task: Task) -> Judgement:
    """The judgement on a series."""
    os.chdir(task.folder)
    box = Path(_BOX)
    box.mkdir()
    for at, (number, _, raw) in enumerate(task.mails):
        # Files given together are one series; their names begin with the number, which a subject may lack.
        file = box / f"{number:04}-{'patch' if number else 'cover'}.eml"
        (file if not file.exists() else file.with_stem(f"{file.stem}-{at}")).write_bytes(raw)
    options = Options(
        (_BOX,),
        profile=_linked(task.analysis.profile),
        repo=task.analysis.repo,
        base=task.analysis.base,
        search=False,
        claims=task.analysis.claims,
        suppressions=task.analysis.suppressions,
    )
    try:
        reports = analyse(options)
        every = intake.read((_BOX,))
    except InputError as wrong:
        return Judgement("", f"cannot be read: {wrong}")
    report = max(reports, key=lambda one: len(one.stages))
    series = next((one for one in every if _is_about(report, one)), every[0])
    patches = answered(report, task.reply)
    if patches is None:
        return Judgement("", _silence(report))
    by_number = {number: (message_id, raw) for number, message_id, raw in reversed(task.mails)}
    message_id, raw = by_number[next((one for one in patches if one in by_number), min(by_number))]
    subject = clean(mail.letters(raw, "mail", 1)[0].subject)[:_LONGEST_SUBJECT]
    text = body(report, series, task.reply, task.analysis, message_id)
    return Judgement(text, "", message_id, subject)


def _linked(profile: str | None) -> str | None:
    """The profile by a path that says nothing of this machine: a report names places in its folder."""
    if profile is None or "/" not in profile:
        return profile
    path = Path(profile)
    folder = path if path.is_dir() else path.parent
    link = Path(folder.name if folder.name not in ("", _BOX) else "profile")
    link.symlink_to(folder)
    return str(link if path.is_dir() else link / path.name)


def _is_about(report: Report, series: Series) -> bool:
    own = tuple(patch.number for patch in series.patches)
    return report.title == series.title and own == tuple(stage.patch for stage in report.stages[1:])


def _silence(report: Report) -> str:
    if not report.concerned:
        return "not concerned"
    if report.exit_status == 3:
        return "nothing found, and not all could be told"
    return "nothing to say"
