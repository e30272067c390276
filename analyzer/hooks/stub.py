"""The file that git runs: a few lines of shell that ask git before Python is started.

Job: write it, and know it again. Input: a hook's name, how to start the program, the words for it. Output:
the text. A stub names itself in its second line and holds a digest of the rest in its third, so that one that
was changed by hand is no longer taken for ours. Not modelled: shells that are not POSIX.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

PUSH, RECEIVE, SEND = "pre-push", "pre-receive", "sendemail-validate"
HOOKS = (PUSH, RECEIVE, SEND)
_HEAD = re.compile(
    r"#!/bin/sh\n# analyze-series hook: (?P<hook>[a-z-]+)\n# sha256 of the rest: (?P<digest>[0-9a-f]{64})\n"
)
_OPTIONS = re.compile(r"^# with: (.*)$", re.MULTILINE)
_PROGRAM = re.compile(r"^python=(.*)$", re.MULTILINE)

_OPENING = """\
# Written by "analyze-series hook install"; "analyze-series hook uninstall" takes it away.
# with: {options}
set -uf
python={python}

# What cannot be judged is let through with a word, unless that was asked for otherwise.
undecided() {{
    echo "analyze-series: {hook}: $1; {outcome}" >&2
    exit {status}
}}

judge() {{
    if [ -x "$python" ]; then
        "$python" -P -m analyzer hook run {hook} {options} -- "$@"
    elif command -v analyze-series >/dev/null 2>&1; then
        analyze-series hook run {hook} {options} -- "$@"
    else
        undecided "the program is gone ($python): run analyze-series hook install again"
    fi
    status=$?
    case $status in
    0) exit 0 ;;
    10 | 130) exit 1 ;;
    *) undecided "it could not be judged (status $status)" ;;
    esac
}}
"""
# What is pushed is asked for in two questions: which commits the other side does not have yet, and in what
# the ends of an updated branch differ. `revs` and `pairs` hold ids alone.
_ASK = """
lines=$(cat)
revs= pairs= new= old=
while read -r line; do
{parse}
    case $new in *[!0]*) ;; *) continue ;; esac # deleted
    revs="$revs$new
"
    case $old in *[!0]*) ;; *) continue ;; esac # new
    revs="$revs^$old
"
    pairs="$pairs$new $old
"
done <<END
$lines
END
[ -n "$revs" ] || exit 0
{known}
touches_code() {{
    unset GIT_LITERAL_PATHSPECS GIT_GLOB_PATHSPECS GIT_NOGLOB_PATHSPECS GIT_ICASE_PATHSPECS
    export GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1
    found=$(printf '%s' "$revs" | git rev-list --max-count=1 --first-parent --ignore-missing --stdin \\
        --not "$known" -- {globs} 2>/dev/null) || return 0
    [ -z "$found" ] || return 0
    [ -n "$pairs" ] || return 1
    found=$(printf '%s' "$pairs" | git diff-tree --stdin -r --name-only --no-commit-id \\
        -- {globs} 2>&1) || return 0
    [ -n "$found" ]
}}
touches_code || exit 0
printf '%s\\n' "$lines" | judge "$@"
"""
# The name of what is pushed may hold blanks, so a line is read from its end.
_PARSE_PUSH = """\
    old=${line##* }
    line=${line% *}
    line=${line% *}
    new=${line##* }"""
_PARSE_RECEIVE = """\
    old=${line%% *}
    line=${line#* }
    new=${line%% *}"""
_KNOWN_PUSH = """\
known=--remotes=${1-}
[ "${1-}" != "${2-}" ] || known=--remotes # pushed to an address: no remote has that name
"""
_KNOWN_RECEIVE = """\
known=--all
"""


@dataclass(frozen=True, slots=True)
class Stub:
    """A stub that was found: its hook, the options it was written with, the Python it starts."""

    hook: str
    options: str
    python: str


def stub_text(hook: str, python: str, options: Sequence[str], globs: Sequence[str], *, strict: bool) -> str:
    """The text of the file for `hook`. `globs` are git's, and say what code is."""
    outcome = "refused (--incomplete refuse)" if strict else "let through"
    rest = _OPENING.format(
        hook=hook,
        python=shlex.quote(python),
        options=" ".join(map(shlex.quote, options)),
        outcome=outcome,
        status=1 if strict else 0,
    )
    if hook == SEND:
        rest += '\njudge "$@"\n'
    else:
        rest += _ASK.format(
            parse=_PARSE_PUSH if hook == PUSH else _PARSE_RECEIVE,
            known=_KNOWN_PUSH if hook == PUSH else _KNOWN_RECEIVE,
            globs=" ".join(map(shlex.quote, globs)),
        )
    return f"#!/bin/sh\n# analyze-series hook: {hook}\n# sha256 of the rest: {_digest(rest)}\n{rest}"


def known_stub(text: str) -> Stub | None:
    """What a file says if it is a stub as it was written, else None."""
    head = _HEAD.match(text)
    if head is None or head["digest"] != _digest(text[head.end() :]):
        return None
    options, python = _OPTIONS.search(text), _PROGRAM.search(text)
    if options is None or python is None:
        return None
    return Stub(head["hook"], options[1], "".join(shlex.split(python[1])))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
