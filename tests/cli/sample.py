"""A small report of a domain that does not exist, and doors that answer with it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from analyzer.cli import Doors, Request, run
from analyzer.cli.doors import Hooked, Progress, Walked
from analyzer.model.backport import Backport, Part
from analyzer.model.history import History, HistoryEntry, ScenarioStep, Told
from analyzer.model.letters import Context, Letter, Sequence
from analyzer.model.profile import LetterKind, Profile, Rule, Scenario, Selection
from analyzer.model.report import Report, ScenarioSequences, StageInfo, StageSequences
from analyzer.model.rulebook import BrokenWord, ExplainedRule, Rulebook
from analyzer.model.siblings import Siblings
from analyzer.model.snapshot import Evidence
from analyzer.model.subscriber import Subscribed, Subscriber
from analyzer.model.summary import Dialect
from analyzer.model.unknown import InputError, Location, Unknown

STOP = Letter(
    "STOP",
    LetterKind.EVENT,
    "close_gate",
    "notify STOP",
    "",
    Location("gate.c", 9),
    Evidence.DIFF,
    Context((), "keeper", ()),
)
HERE = Location("canal.toml", 1)


def _scenario(title: str) -> ScenarioSequences:
    stages = (StageSequences(0, ()), StageSequences(1, (Sequence((STOP,)),)))
    return ScenarioSequences(title.replace(" ", "-"), title, "", stages)


REPORT = Report(
    profile="canal",
    profile_title="Canal lock",
    source="built-in",
    follows="",
    title="Close the gate",
    stages=(StageInfo(0, "base"), StageInfo(1, "Announce it")),
    scenarios=(_scenario("failed filling"), _scenario("passage")),
    changes=(),
    findings=(),
    subscribers=(),
    repairs=(),
    notes=(),
    assumptions=(),
    unknown=(),
    exit_status=0,
    source_lines={},
)
ASIDE = replace(REPORT, title="Paint \x1b[2J benches", scenarios=(), stages=(), concerned=False)
PROFILE = Profile(
    name="canal",
    title="Canal lock",
    follows="canal 4.1",
    source="canal.toml",
    dialect=Dialect(),
    model=(),
    inert=(),
    asserts=(),
    distinct=(),
    constants={},
    events=(),
    landmarks=(),
    tracked=(),
    exclusions=(),
    objects={},
    deferrals=(),
    threads=(),
    joins=(),
    waits=(),
    locks=(),
    entries=(),
    interference=(),
    phases=(),
    scenarios=(
        Scenario("failed-filling", "failed filling", "The sluice refuses.", Selection(), "", HERE),
        Scenario("passage", "passage", "", Selection(), "", HERE),
    ),
    rules=(),
    registrations=(),
)
SUBSCRIBERS = tuple(
    Subscriber(
        device,
        "gate_told",
        Location(f"{device}.c", 7),
        ("MODE_DRY",),
        ("START", "STOP"),
        (),
        Location("gate.c", 3),
    )
    for device in ("buoy", "ferry")
)
SHUT_AGAIN = ExplainedRule(
    Rule(
        "shut-again",
        "START STOP",
        (),
        Selection(through=("fill",)),
        "error",
        "It \x1b[2J floods.",
        "canal.h",
        HERE,
    ),
    ("START", "STOP"),
    (("START", "STOP"),),
    (BrokenWord(("START",), "missing", ("START", "STOP")),),
)
FLOW = (
    (StageInfo(0, "base"), "b0: return 0\n"),
    (StageInfo(1, "Announce it"), "b0: return 0\n"),
    (StageInfo(2, "Return it"), "b0: return 1\n"),
)


def load(name: str) -> Profile:
    if name != "canal":
        raise InputError(f"no profile {name}; known are: canal")
    return PROFILE


def doors(*reports: Report) -> Doors:
    """Doors that answer with `reports` whatever is asked."""

    def analyse(request: Request, *, stdin: BinaryIO | None, progress: Progress) -> tuple[Report, ...]:
        progress("reading")
        return reports

    def flow(
        function: str, request: Request, *, stdin: BinaryIO | None, progress: Progress
    ) -> tuple[tuple[StageInfo, str], ...]:
        return FLOW if function == "fill" else ()

    def subscribers(
        repository: str, revision: str, profile: str | None, *, cache: bool, progress: Progress
    ) -> tuple[Subscribed, ...]:
        if profile not in (None, "canal"):
            raise InputError(f"no profile {profile}; known are: canal")
        doubt = Unknown("handler barge_told", "its definition was not found", "barge.c:4")
        lost = Subscriber("barge", "barge_told", Location("barge.c", 4), (), (), ("STOP",), None, (doubt,))
        both = (*SUBSCRIBERS, lost) if revision == "doubtful" else SUBSCRIBERS
        return (Subscribed("canal", "Canal lock", repository, "c0ffee", both),)

    def history(walked: Walked, *, progress: Progress) -> History:
        if walked.words == "nowhere":
            raise InputError(f"{walked.repo}: 'nowhere' names no commit or range; check the name")
        progress("commit c0ffee: 1 of 1 compared")
        before, after = (
            Told((("STOP@fill",),), (("notify STOP",),)),
            Told((("STOP*",),), (("notify STOP*",),)),
        )
        step = ScenarioStep("failed-filling", "failed filling", False, before, after)
        entry = HistoryEntry(
            "c0ffee00c0ffee00", "Ada <a@b.example>", "Paint \x1b[2J benches", False, False, (step,)
        )
        asked = f"{walked.full} {walked.jobs} {walked.keep} {' '.join(walked.paths)}"
        return History(
            "canal", "Canal lock", walked.repo, walked.words, walked.full, 9, 4, 2, (entry,), asked, (), 3
        )  # fmt: skip

    def rules(rule: str | None, profile: str | None) -> tuple[Rulebook, ...]:
        if rule not in (None, "shut-again"):
            raise InputError(f"no rule {rule}; known are: shut-again")
        return (Rulebook("canal", "Canal lock", (SHUT_AGAIN,)),)

    def backport(request: Request, *, stdin: BinaryIO | None, progress: Progress) -> tuple[Backport, ...]:
        part = Part((2,), True, False, "patch 2, gate.c, hunk 1: it does not apply", ())
        matrix = Backport(
            "Close the gate", "canal", "Canal lock", "built-in", "", "", "", ((2, "Paint \x1b[2J it"),), (),
            (part,), (), 3,
        )  # fmt: skip
        return (matrix,) if request.paths != ("aside.patch",) else ()

    def hook(hooked: Hooked, *, stdin: BinaryIO, progress: Progress) -> tuple[int, str, str]:
        return 10, f"{hooked.action}\n", f"{' '.join(hooked.words)}\n"

    def bot(
        config: str, *, once: bool, resend: bool, say: Callable[[str], None], warn: Callable[[str], None]
    ) -> int:
        say(f"{config} {once} {resend}")
        warn("the reply to \x1b[2J waits")
        return 3

    def siblings(mail: bytes, tracking: str, folder: str) -> Siblings:
        number, _, title = mail.decode().partition(" ")
        return Siblings(int(number), title, tracking, mail, "told by the test")

    return Doors(
        analyse,
        flow,
        lambda: ("canal",),
        load,
        lambda name, paths: (f"{name}: {len(paths)} paths",),
        subscribers,
        history,
        rules,
        backport,
        hook,
        bot,
        siblings,
    )


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def call(
    *argv: str,
    with_doors: Doors | None = None,
    environ: dict[str, str] | None = None,
    stdout: io.StringIO | None = None,
    stderr: io.StringIO | None = None,
    stdin: bytes = b"",
) -> Result:
    """Runs the command line on streams of its own."""
    out = io.StringIO() if stdout is None else stdout
    err = io.StringIO() if stderr is None else stderr
    status = run(argv, with_doors or doors(REPORT), io.BytesIO(stdin), out, err, environ or {})
    return Result(status, out.getvalue(), err.getvalue())
