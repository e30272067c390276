"""The commands and options as data: the parser, the help and the shell completion are made from it."""

from __future__ import annotations

from dataclasses import dataclass

PROGRAM = "analyze-series"
SHELLS = ("bash", "zsh", "fish")
# The formats that `analyzer.reports` has; by name, so that it need not be read for --help.
FORMATS = (
    "text", "mail", "markdown", "html", "json", "sarif", "terse", "rdjson", "rdjsonl", "github", "gitlab",
    "patchwork", "b4-check", "mermaid", "dot",
)  # fmt: skip
VERDICTS = ("json", "terse")
STORIES = ("text", "json")
LISTINGS = ("text", "org", "json")
BOOKS = ("text", "json")
MATRICES = ("text", "markdown", "json")
HOOK_ACTIONS = ("install", "uninstall", "status", "run")
PROFILE_ACTIONS = ("list", "show", "check")


@dataclass(frozen=True, slots=True)
class Option:
    """An option. `value` is the placeholder of its value, "" for a switch; `offers` says what completes
    it: ``file``, ``profile`` or "" for nothing but `choices`."""

    flags: tuple[str, ...]
    summary: str
    value: str = ""
    choices: tuple[str, ...] = ()
    offers: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command; the one without a name is the default. `words` shows its operands."""

    name: str
    words: str
    summary: str
    options: tuple[Option, ...]
    examples: tuple[tuple[str, str], ...]
    teaching: str = ""
    operands: tuple[str, ...] = ()  # what completes the first operand, besides files
    takes_files: bool = True


HELP = Option(("--help", "-h"), "show this help")
VERSION = Option(("--version",), "show the version")
QUIET = Option(
    ("--quiet", "-q"), "nothing on standard error but errors: no progress, no word on what is incomplete"
)
COLOR = Option(
    ("--color",),
    "colour the output (NO_COLOR and FORCE_COLOR are heeded under auto)",
    "WHEN",
    ("auto", "always", "never"),
)
PROFILE = Option(
    ("--profile",),
    "what the code base calls its events: a name from `profile list` or a file (default: found by the "
    "names in the patches)",
    "NAME",
    offers="profile",
)
REPO = Option(
    ("--repo",),
    "the repository whose source the series changes (default: the one around the current folder, if it "
    "holds the series' base); it is read, never written",
    "DIR",
    offers="file",
)
BASE = Option(
    ("--base",),
    "the commit that the first patch changes (default: the one the patches name, else HEAD)",
    "REV",
)
NO_REPO = Option(("--no-repo",), "on the patches alone, whatever repository is around")
SCENARIO = Option(
    ("--scenario",), "only this course of events, by id or title; may be given several times", "NAME"
)
ONLY = Option(
    ("--only",),
    "what if these patches alone were taken, each brought over as git cherry-pick would: 2, or 1,3, or 2-4",
    "NUMBERS",
)
ORDER = Option(("--order",), "what if the patches stood in this order, such as 1,3,2", "NUMBERS")
SQUASH = Option(
    ("--squash",),
    "what if these patches were one commit, such as 2+3; may be given several times",
    "NUMBERS",
)
SUGGEST = Option(
    ("--suggest",),
    "where a window stands open, try the small reorders and squashes that could close it, each analysed as "
    "a series of its own, which takes a while; without it only the squash that needs no analysis is offered",
)
SUPPRESSIONS = Option(
    ("--suppressions",),
    "the findings that the project has decided to live with (default: .analyze-series.toml of the base "
    "commit; without a repository none)",
    "FILE",
    offers="file",
)
PREVIOUS = Option(
    ("--previous",),
    "the version of the series before this one, as FILES or COMMITS: what this version fixed and brought, "
    "and which sequences differ; may be given several times",
    "FILE",
    offers="file",
)
FORMAT = Option(
    ("--format",),
    "how to write the report (default: text); may be given several times, each with its own --output",
    "FORMAT",
    FORMATS,
)
OUTPUT = Option(
    ("--output",), "write the format before it to this file (- is standard output)", "FILE", offers="file"
)
CONFIG = Option(("--config",), "what the bot may do (docs/bot.md)", "FILE", offers="file")
ONCE = Option(("--once",), "look once and end, as cron wants it")
RESEND = Option(
    ("--resend",), "send again, as the same mail, what may or may not have been sent when it was interrupted"
)
STEP_SUMMARY = Option(
    ("--step-summary",), "add the report in Markdown to the summary of the step that runs it on GitHub"
)
REPORT_URL = Option(
    ("--report-url",),
    "where the report can be read, for formats that link to it (patchwork, b4-check)",
    "URL",
)
VERDICT = Option(
    ("--format",),
    "json for b4 review (the default), or terse, the lines of checkpatch, for b4 prep and b4 am",
    "FORMAT",
    VERDICTS,
)
FAIL_ON = Option(
    ("--fail-on",),
    "exit with 1 from this level of finding on (default: error)",
    "LEVEL",
    ("note", "warning", "error", "never"),
)
CHECK_CLAIMS = Option(
    ("--check-claims",), "hold what the mails say of the series against what was found (the default)"
)
NO_CHECK_CLAIMS = Option(("--no-check-claims",), "leave alone what the mails say of the series")
THREAD = Option(
    ("--thread",),
    "a discussion of the series, as an mbox, a mail or a saved text: what it says is checked too; may be "
    "given several times",
    "FILE",
    offers="file",
)

INCOMPLETE = Option(
    ("--incomplete",),
    "what a hook does where something could not be told: say so and let it pass, or refuse (default: pass)",
    "WHAT",
    ("pass", "refuse"),
)
BESIDE = Option(("--beside",), "write the hook into a file of its own, for the hook that is there to call")

TREE = Option(
    ("--repo",), "the repository this folder lies in (default: the current folder)", "DIR", offers="file"
)
AT = Option(("--at",), "the commit to look at (default: HEAD)", "REV")
FULL = Option(("--full-history",), "walk all parents of merges (default: the first ones)")
JOBS = Option(("--jobs",), "how many processes compare commits (default: 1)", "N")
NO_CACHE = Option(("--no-cache",), "neither use nor keep what earlier runs found out")
STORY = Option(("--format",), "how to write it (default: text)", "FORMAT", STORIES)
MATRIX = Option(("--format",), "how to write it (default: text)", "FORMAT", MATRICES)
BOOK = Option(("--format",), "how to write it (default: text)", "FORMAT", BOOKS)
LISTING = Option(("--format",), "how to write it (default: text)", "FORMAT", LISTINGS)

ANALYSE = Command(
    "",
    "FILES... | COMMITS",
    "Tell what each patch of a series does to the order of lifecycle events.",
    (
        REPO,
        BASE,
        NO_REPO,
        NO_CACHE,
        SCENARIO,
        ONLY,
        ORDER,
        SQUASH,
        SUGGEST,
        SUPPRESSIONS,
        PREVIOUS,
        FORMAT,
        OUTPUT,
        STEP_SUMMARY,
        REPORT_URL,
        PROFILE,
        FAIL_ON,
        CHECK_CLAIMS,
        NO_CHECK_CLAIMS,
        THREAD,
        QUIET,
        COLOR,
        VERSION,
        HELP,
    ),
    (
        ("a series from git format-patch, in any order", "analyze-series *.patch"),
        (
            "one scenario, as people write it on the list",
            "analyze-series --format mail --scenario 'NAME OF IT' *.patch",
        ),
        ("a thread from standard input", "curl -s URL/t.mbox.gz | gunzip | analyze-series -"),
        ("on the source it changes", "analyze-series --repo ~/src/project *.patch"),
        ("what if patches 2 and 3 were one commit", "analyze-series --squash 2+3 *.patch"),
        ("what became of the first version's faults", "analyze-series --previous v1.mbox v2.mbox"),
        ("commits instead of patches", "analyze-series --repo ~/src/project v1.0..topic"),
        (
            "a page for people and a file for machines",
            "analyze-series --format text --format json --output report.json *.patch",
        ),
    ),
    """FILES are patches, diffs, mails, mboxes, maildirs or saved threads; - is standard input.
COMMITS are A..B, A...B, a branch (what it has over --base, the branch it follows, or HEAD)
or a commit. A file that is named like a command or a commit is reached by ./flow.

Exit status: 0 nothing found; 1 a finding at or over --fail-on; 2 usage or input; 3 the answer is
incomplete (it says why); 130 interrupted; 141 the reader of the output went away.""",
)
BACKPORT = Command(
    "backport",
    "FILES... | COMMITS",
    "Tell which patches could be taken alone, and which beginnings of the series: what applies, what breaks.",
    (REPO, BASE, NO_REPO, NO_CACHE, SUPPRESSIONS, MATRIX, PROFILE, FAIL_ON, QUIET, HELP),
    (
        ("a series on a stable branch", "analyze-series backport --repo ~/src/project --base stable *.patch"),
        ("for a forge", "analyze-series backport --format markdown *.patch"),
    ),
    """Each patch is brought to the base alone, as git cherry-pick would, and the series up to each patch.

Exit status: 0; 1 a part of the series breaks a rule at or over --fail-on; 2 usage or input; 3 a part
does not apply, or something could not be told; 130; 141.""",
)
FLOW = Command(
    "flow",
    "FUNCTION [FILES...]",
    "Print how a function was understood, before and after the patches.",
    (REPO, BASE, NO_REPO, PROFILE, QUIET, COLOR, HELP),
    (("a function's branches and calls at every stage", "analyze-series flow FUNCTION *.patch"),),
)
PROFILES = Command(
    "profile",
    "list | show NAME | check FILE [PATH...]",
    "List the profiles, show what one knows, or check one of your own.",
    (COLOR, HELP),
    (
        ("the profiles that come with the program", "analyze-series profile list"),
        ("its scenarios, events and rules", "analyze-series profile show NAME"),
        ("what a profile matches in a tree, and what never", "analyze-series profile check my.toml src/"),
    ),
    operands=PROFILE_ACTIONS,
)
SUBSCRIBERS = Command(
    "subscribers",
    "",
    "Tell who registers for the events, for which modes, and on which events each handler acts.",
    (TREE, AT, LISTING, PROFILE, NO_CACHE, QUIET, HELP),
    (
        ("every registration of a tree", "analyze-series subscribers --repo ~/src/tree"),
        ("a table for the list, of a release", "analyze-series subscribers --at v1.2 --format org"),
    ),
    """Only what is committed is looked at. A handler acts on an event if it does anything when it is told.

Exit status: 0; 2 usage or input; 3 of some handler it could not be told (it says why); 130; 141.""",
    takes_files=False,
)
HISTORY = Command(
    "history",
    "[RANGE] [-- PATH...]",
    "Tell which commit changed which scenario's sequence, from what to what.",
    (TREE, FULL, JOBS, NO_CACHE, SCENARIO, STORY, PROFILE, QUIET, HELP),
    (
        ("all that HEAD comes from", "analyze-series history --repo ~/src/tree"),
        ("between two releases, with four processes", "analyze-series history --jobs 4 v1.0..v2.0"),
        ("only commits that touch a file", "analyze-series history v1.0..v2.0 -- core/life.c"),
    ),
    """RANGE is A..B, A...B, or a revision with all that it comes from (default: HEAD). PATHs are as
for git log, seen from the top of the repository.

Commits that touch the profile's files are compared with their parents, the newest first, back to
one of which nothing can be told. What was found is kept: an ended walk goes on where it was.

Exit status: 0; 2 usage or input; 3 something could not be told (it says what and why); 130; 141.""",
    takes_files=False,
)
RULES = Command(
    "rules",
    "[NAME]",
    "List and explain the rules: what each asks for, of which runs, and why.",
    (PROFILE, BOOK, HELP),
    (
        ("the rules of every profile that comes with the program", "analyze-series rules"),
        ("one rule, with words that keep it and words that break it", "analyze-series rules NAME"),
        (
            "the rules of a profile of your own, for machines",
            "analyze-series rules --profile my.toml --format json",
        ),
    ),
    """A contract is a regular expression over the names of events and landmarks: | is either, * any number,
+ one or more, ? at most one, () nothing. It is about the runs that it says.""",
    takes_files=False,
)
HOOK = Command(
    "hook",
    "install | uninstall | status [pre-push | pre-receive | sendemail-validate ...]",
    "Have git ask before it pushes, takes or mails a series that breaks something.",
    (TREE, PROFILE, FAIL_ON, SUPPRESSIONS, INCOMPLETE, BESIDE, COLOR, HELP),
    (
        ("before every push of this repository", "analyze-series hook install"),
        ("on a server, warnings too", "analyze-series hook install --fail-on warning pre-receive"),
        ("before git send-email sends", "analyze-series hook install sendemail-validate"),
        ("which are there, and whose", "analyze-series hook status"),
        ("take them away", "analyze-series hook uninstall"),
    ),
    """What the hooks are to judge by is written into them when they are installed. A hook that analyze-series
did not write is never touched. A push that changes no C code starts no Python.

"hook run NAME" is what the hooks call.

Exit status: 0; 1 install: another hook is there; 2 usage or input; 10 run: refused; 130; 141.""",
    operands=HOOK_ACTIONS,
    takes_files=False,
)
BOT = Command(
    "bot",
    "",
    "Watch where mails arrive, and write replies to patch series into an outbox.",
    (CONFIG, ONCE, RESEND, QUIET, HELP),
    (
        ("look once, for cron", "analyze-series bot --config bot.toml --once"),
        ("go on watching", "analyze-series bot --config bot.toml"),
    ),
    """The least that a configuration holds:

    [bot]
    state = "state.sqlite"
    outbox = "outbox"

    [[source]]
    kind = "maildir"    # or mbox, public-inbox
    path = "Maildir"

    [reply]
    from = "Order bot <bot@lists.example>"
    allow = ["*"]       # authors who may be answered

Nothing is sent: replies are drafts in a maildir, unless the configuration names a mail server.

Exit status: 0; 2 usage or configuration; 3 something could not be done (standard error says what); 130.""",
    takes_files=False,
)
B4_CHECK = Command(
    "b4-check",
    "",
    "As a check of b4: take one mail of a series on standard input, and say what that patch does.",
    (TREE, PROFILE, SUPPRESSIONS, VERDICT, REPORT_URL, HELP),
    (
        ("in b4 review", "git config b4.review-perpatch-check-cmd 'analyze-series b4-check'"),
        (
            "in b4 prep --check",
            "git config b4.prep-perpatch-check-cmd 'analyze-series b4-check --format terse'",
        ),
    ),
    """The other patches are found by the file that B4_TRACKING_FILE names: on b4's review branch, or in the
thread that b4 keeps; without it among the commits below HEAD. Nothing is fetched.

Exit status: 0; 1 the patch brings an error; 2 usage or input; 3 something about it could not be told; 130;
141.""",
    takes_files=False,
)
COMPLETION = Command(
    "completion",
    "bash | zsh | fish",
    "Print a completion script for a shell.",
    (HELP,),
    (("in bash, for this session", "source <(analyze-series completion bash)"),),
    operands=SHELLS,
    takes_files=False,
)
COMMANDS = (ANALYSE, BACKPORT, FLOW, HISTORY, SUBSCRIBERS, RULES, HOOK, BOT, B4_CHECK, PROFILES, COMPLETION)


def valued() -> frozenset[str]:
    """All flags that take a value, in any command."""
    return frozenset(
        flag for command in COMMANDS for option in command.options if option.value for flag in option.flags
    )
