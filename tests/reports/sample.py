"""A report built by hand, of a domain that does not exist: a canal lock that announces its gates.

Three patches: the first changes nothing, the second loses the early STOP of a failed filling, the third
announces it again, before `pump_on()`. Patch text that tries to escape its medium stands in it as well.
"""

from __future__ import annotations

from dataclasses import replace

from analyzer.model.claim import Claim, ClaimKind, ClaimVerdict, Medium, Point
from analyzer.model.effect import Effect
from analyzer.model.letters import Context, Letter, Sequence
from analyzer.model.profile import LetterKind
from analyzer.model.report import (
    Change,
    ChangeKind,
    Finding,
    FindingKind,
    Level,
    Report,
    ScenarioSequences,
    SourceLine,
    StageInfo,
    StageSequences,
)
from analyzer.model.series import Repair
from analyzer.model.snapshot import Evidence
from analyzer.model.spot import Spot, Spots
from analyzer.model.subscriber import Hit, Look, Seen, Subscriber
from analyzer.model.unknown import Location, Unknown, Weight
from analyzer.model.witness import Cause, Step, StepKind, Witness

NASTY = "\x1b[31m<script>|`x`|*b* @all #1 https://e.example \u202egnp"
CONTEXT = Context((("gate", "OPEN"), ("level", "?")), "keeper", ("big lock",))


def event(name: str, function: str, line: int, phase: str = "", how: Evidence = Evidence.BUILT_IN) -> Letter:
    """A notification."""
    where = Location("canal/gate.c", line)
    return Letter(name, LetterKind.EVENT, function, f"notify {name}", phase, where, how, CONTEXT)


def pump(how: Evidence = Evidence.BUILT_IN, *, repeats: bool = False) -> Letter:
    """The landmark."""
    where = Location("canal/gate.c", 88)
    return Letter("pump_on", LetterKind.LANDMARK, "settle", "pump_on()", "", where, how, CONTEXT, repeats)


START = event("START", "open_gate", 20)
EARLY = event("STOP", "fill", 42, "filling", Evidence.DIFF)
LATE = event("STOP", "close_gate", 95)
AGAIN = event("STOP", "settle", 86, how=Evidence.DIFF)
BASE = Sequence((START, EARLY, pump(), LATE), shown_from=1)
SECOND = Sequence((START, pump(), LATE), shown_from=1)
THIRD = Sequence((START, AGAIN, pump(Evidence.DIFF)), shown_from=1)
PLAIN = Sequence((START, LATE))


def stages(*lists: tuple[Sequence, ...]) -> tuple[StageSequences, ...]:
    """A scenario's stages, from the base on."""
    return tuple(StageSequences(patch, sequences) for patch, sequences in enumerate(lists))


FAILED = ScenarioSequences(
    "failed-filling",
    "failed filling",
    "The sluice refuses while the chamber fills.",
    stages((BASE,), (BASE,), (SECOND,), (THIRD,)),
)
PASSAGE = ScenarioSequences("passage", "passage", "A boat passes.", stages(*[(PLAIN,)] * 4))
STUCK = ScenarioSequences(
    "early-stop",
    "early stop",
    "",
    (
        *stages((), (PLAIN, Sequence((START,), blocked=True)), (Sequence((pump(repeats=True),)),)),
        StageSequences(
            3, (), (Unknown("scenario early-stop", "a bound on states was hit", "canal/gate.c:7", 3),)
        ),
    ),
)

BEFORE_PATH = Witness(
    1,
    (
        Step(StepKind.ENTER, Location("canal/gate.c", 30), "fill", "fill() is called"),
        Step(StepKind.DECISION, Location("canal/gate.c", 40), "fill", "sluice_up(s) fails", Evidence.DIFF),
        Step(StepKind.LETTER, Location("canal/gate.c", 42), "fill", "notify STOP", Evidence.DIFF),
        Step(StepKind.DEFER, Location("canal/gate.c", 50), "fill", "close_gate() is deferred"),
        Step(StepKind.TASK, Location("canal/gate.c", 90), "close_gate", "deferred close_gate() runs"),
        Step(StepKind.END, Location("canal/gate.c", 99), "close_gate", "all tasks are idle"),
    ),
)
AFTER_PATH = Witness(2, BEFORE_PATH.steps[:2])

BARGE = Hit("STOP", "barge", "barge_notifier", Location("boats/barge.c", 12), True, (), ())
BUOY = Hit(
    "STOP",
    "buoy|x",
    "buoy_gate_notifier",
    Location("boats/buoy.c", 9),
    False,
    (
        Seen(
            Look(
                "level",
                "l->level",
                "gate_is_low",
                Location("canal/gate.c", 7),
                ("buoy_gate_notifier", "buoy_sink", ".look = gate_is_low"),
            ),
            ("LOW", "HIGH"),
            ("LOW",),
            ("0", "1"),
            ("1",),
        ),
        Seen(
            Look(
                "pump_on",
                "pump_runs()",
                "buoy_sink",
                Location("boats/buoy.c", 30),
                ("buoy_gate_notifier",),
                True,
            ),
            ("1",),
            ("0",),
            (),
            (),
        ),
    ),
    ("a()", "b()", "->c()", "d()"),
)
CHANGES = (
    Change(
        2,
        ChangeKind.LOST,
        ("STOP",),
        ("failed-filling",),
        BASE,
        SECOND,
        (Cause("sluice_up(s) fails", Location("canal/gate.c", 40), "fill", 1),),
        Location("canal/gate.c", 48),
        "fail: in fill",
        BEFORE_PATH,
        AFTER_PATH,
        ("normal",),
        (BARGE,),
    ),
    Change(
        3,
        ChangeKind.MOVED,
        ("STOP",),
        ("failed-filling",),
        SECOND,
        THIRD,
        (),
        None,
        "",
        Witness(2, ()),
        Witness(3, ()),
        (),
        (BARGE, BUOY),
    ),
)

FINDINGS = (
    Finding(
        "start-stop",
        "out of order",
        Level.NOTE,
        FindingKind.PREEXISTING,
        None,
        None,
        (1, 1, 1, 1),
        ("passage",),
        "",
        "",
        (),
        None,
        PLAIN,
        None,
        Location("canal/gate.c", 95),
        "f0",
    ),
    Finding(
        "stop-before-pump",
        "out of order",
        Level.WARNING,
        FindingKind.WINDOW,
        2,
        3,
        (0, 0, 1, 0),
        ("failed-filling",),
        "Boats must hear STOP before the pump runs.",
        "canal/README:12",
        ("STOP", "pump_on"),
        BASE,
        SECOND,
        AFTER_PATH,
        Location("canal/gate.c", 48),
        "f1",
        (
            replace(BARGE, effect=Effect.ORDER, beside=("after pump_on()",), compared=True),
            replace(BUOY, effect=Effect.ORDER, beside=("after pump_on()",), compared=True),
        ),
        CHANGES[0],
    ),
    Finding(
        "start-stop",
        "missing",
        Level.ERROR,
        FindingKind.INTRODUCED,
        3,
        None,
        (0, 0, None, 1),
        ("early-stop",),
        NASTY,
        "",
        ("START", "STOP"),
        None,
        Sequence((START,)),
        None,
        Location("canal/gate.c", 21),
        "f2",
        (replace(BARGE, effect=Effect.LOSES, heard=("START",)),),
    ),
)

CLAIMS = (
    Claim(
        ClaimKind.LIST,
        ClaimVerdict.CONFIRMED,
        "Ada Example <ada@example.org>",
        Medium.REPLY,
        Location("thread.txt", 12),
        ("After patch 2", "=============", "- pump_on()", "- notify STOP (during close_gate)"),
        "after patch 2, for failed filling: pump_on(), notify STOP (during close_gate)",
        "it goes so",
        (Point("failed filling, after patch 2", ClaimVerdict.CONFIRMED, "it goes so", SECOND),),
        again=(Location("thread.txt", 40), Location("thread.txt", 71)),
    ),
    Claim(
        ClaimKind.NO_CHANGE,
        ClaimVerdict.CONTRADICTED,
        NASTY,
        Medium.MESSAGE,
        Location("0002.patch", 9),
        (f"No functional change intended. {NASTY}",),
        "patch 2 changes no sequence",
        "patch 2: STOP is lost",
        (
            Point(
                "patch 2, failed filling",
                ClaimVerdict.CONTRADICTED,
                "STOP is lost",
                SECOND,
                BEFORE_PATH,
                Location("canal/gate.c", 48),
            ),
        ),
    ),
    Claim(
        ClaimKind.TABLE,
        ClaimVerdict.INCOMPLETE,
        "",
        Medium.COVER,
        Location("0000.patch", 20),
        ("| boat | handler | events |", "| barge | barge_notifier | STOP |"),
        "1 row of handlers with the events they act on",
        f"1 of 1 rows are so; 1 more registered: buoy|x: {NASTY}",
        (Point("barge: barge_notifier: STOP", ClaimVerdict.CONFIRMED, "it acts on STOP"),),
        (f"buoy|x: buoy_gate_notifier (START, STOP; {NASTY})",),
        quoted_by="Bert Example",
    ),
    Claim(
        ClaimKind.ORDER,
        ClaimVerdict.UNTOLD,
        "Bert Example",
        Medium.COVER,
        Location("0000.patch", 31),
        ("After patch 9 STOP always comes before pump_on().",),
        "after patch 9: notify STOP comes always before pump_on()",
        "patch 9 is not among the patches given",
    ),
)
SAMPLE = Report(
    profile="canal",
    profile_title="Canal lock",
    source="built-in",
    follows="canal 4.1",
    title="Announce the gates in order",
    stages=(
        StageInfo(0, "base"),
        StageInfo(1, "Rename the lever"),
        StageInfo(2, f"Drop the early stop {NASTY}"),
        StageInfo(3, "Announce the stop before the pump"),
    ),
    scenarios=(FAILED, PASSAGE, STUCK),
    changes=CHANGES,
    findings=FINDINGS,
    subscribers=(
        Subscriber("barge", "barge_notifier", Location("boats/barge.c", 12), ("normal",), ("STOP",)),
        Subscriber("buoy|x", "buoy_gate_notifier", Location("boats/buoy.c", 9), (), ("START", "STOP")),
    ),
    repairs=(Repair("two blank lines restored", "thread.txt:120", 2),),
    notes=("patch 1 came twice, the second copy was left aside",),
    assumptions=("assert(s->up) was taken to hold (canal/gate.c:33)",),
    unknown=(
        Unknown("hunk 2 of canal/gate.c", f"two places fit {NASTY}", "0003.patch:31", 3),
        Unknown("pointer s->next", "taken to be apart from s", "", 0, Weight.ASSUMPTION),
    ),
    exit_status=1,
    source_lines={
        (1, "canal/gate.c", 40): SourceLine("    if (sluice_up(s)) {", taken=2),
        (1, "canal/gate.c", 42): SourceLine("\tnotify(s, STOP); /* \x1b[2J */", taken=2),
        (1, "canal/gate.c", 50): SourceLine("    defer(close_gate, s);"),
        (2, "canal/gate.c", 40): SourceLine("    if (sluice_up(s) < 0) {", put=2),
    },
    claims=CLAIMS,
    spots=Spots(
        {
            "f1": Spot(Location("canal/gate.c", 50), "9ae3:1"),
            "f2": Spot(Location("canal/gate.c", 40), "51b:2"),
        },
        {2: Spot(Location("canal/gate.c", 50), "9ae3:1"), 3: Spot(Location("canal/gate.c", 40), "51b:2")},
    ),
)
CLEAN = replace(
    SAMPLE,
    scenarios=(FAILED, PASSAGE),
    findings=(),
    repairs=(),
    notes=(),
    unknown=(),
    exit_status=0,
    claims=(),
)
ASIDE = replace(
    SAMPLE,
    title="Paint the benches",
    profile="",
    source="",
    stages=(),
    scenarios=(),
    changes=(),
    findings=(),
    subscribers=(),
    unknown=(),
    exit_status=0,
    concerned=False,
)
