"""A profile is checked when it is loaded: every error has its line, says what is wrong and what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.model.unknown import InputError
from analyzer.profiles import load

HEAD = 'title = "t"\nfollows = "f"\n'  # two lines: what a case adds begins in line 3
EVENT = '[[event]]\ncall = "tell"\nargument = 0\nnames = { EV_UP = "UP", EV_DOWN = "DOWN" }\n'  # lines 3 to 6
STATE = '[[tracked]]\nname = "status"\nfields = ["Thing.status"]\n'


def errors(folder: Path, text: str) -> list[str]:
    """The errors of a profile with this text, without the file's name."""
    (folder / "profile.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load(str(folder))
    lines = str(raised.value).splitlines()
    assert all(line.startswith(f"{folder}/profile.toml:") for line in lines), lines
    return [line.removeprefix(f"{folder}/profile.toml:") for line in lines]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        # keys and types
        (HEAD + 'titel = "x"', "3: unknown key 'titel'; did you mean 'title'?"),
        (EVENT, "1: the profile lacks 'title'; add title = ..."),
        (HEAD + EVENT + 'word = "x"', "7: unknown key 'word' in [[event]]; did you mean 'words'?"),
        (
            HEAD + "[dialect]\nblock_macro = []",
            "4: unknown key 'block_macro' in [dialect]; did you mean 'block_macros'?",
        ),
        (HEAD + "inert = 3", "3: 'inert' is the number 3, not an array of strings; write inert = [...]"),
        (
            HEAD + 'inert = [\n"a",\n4]',
            "5: 'inert' is the number 4, not a string with content; put a name in quotes",
        ),
        (HEAD + "[event]\n", "3: 'event' is a table, not an array of tables; head each one with [[event]]"),
        (HEAD + "[[thread]]\ncall = 'spawn'", "3: [[thread]] lacks 'function'; add function = ..."),
        (HEAD + "[[thread]]\ncall = 'spawn()'\nfunction = 1", "4: 'spawn()' is not a C identifier; "),
        (HEAD + "[[thread]]\ncall = 's'\nfunction = true", "5: 'function' is true, not an integer; "),
        (HEAD + "[constants]\nEAGAIN = '-11'", "4: 'EAGAIN' is '-11', not an integer; write its number"),
        (
            HEAD + STATE + "context = 'yes'",
            "6: 'context' is 'yes', not a truth value; write true or false, without quotes",
        ),
        # what people say
        (
            HEAD + EVENT + "[called.letters]\n'fails' = 'UPP'",
            "8: there is no letter 'UPP'; did you mean 'UP'?",
        ),
        (HEAD + EVENT + "[called.letters]\n'...' = 'UP'", "8: '...' is no word; write what people say"),
        (HEAD + EVENT + "[called.letters]\n'up' = []", "8: 'up' stands for nothing; name what it stands for"),
        (
            HEAD + "[called.scenarios]\n'x' = 'late'",
            "4: there is no scenario 'late'; none is declared in this profile",
        ),
        (
            HEAD + "[[scenario]]\nid = 'too-late'\n[called.scenarios]\n'Too Late' = 'too-late'",
            "6: 'Too Late' is the title of a scenario; a title means its own scenario; take another word",
        ),
        (HEAD + "[called.places]\n'x' = 'f()'", "4: 'f()' is no function; write the name of a C function"),
        (HEAD + "[called]\nletter = 1", "4: unknown key 'letter' in [called]; did you mean 'letters'?"),
        # arguments
        (HEAD + "[[thread]]\ncall = 's'\nfunction = -1", "5: 'function' is -1; arguments count from 0"),
        (
            HEAD + "[[thread]]\ncall = 's'\nfunction = 1\nargument = -2",
            "6: 'argument' is -2; arguments count from 0, -1 means none",
        ),
        # events and landmarks
        (
            HEAD + "[[event]]\ncall = 't'\nargument = -1\nnames = { A = 'A' }",
            "6: an event without an argument has one name; ",
        ),
        (HEAD + "[[event]]\ncall = 't'\nargument = 0", "3: the event has neither names nor prefix; "),
        (HEAD + EVENT + "words = 'told'", "7: 'words' does not show which event it is; put {} into it"),
        (
            HEAD + EVENT + EVENT,
            "8: 'tell' is an event by the same argument in line 4 already; put the names "
            "into one, or give another argument or chain",
        ),
        (
            HEAD + EVENT + "[[event.state]]\nname = 'OFF'\nwhen = {}",
            "3: the event has a constant and is read off the state too; "
            "write argument = -1 and neither names nor prefix",
        ),
        (
            HEAD + "[[event]]\ncall = 't'\nargument = -1\n[[event.state]]\nname = 'OFF'",
            "6: nothing says when handlers see this event; give 'when' or 'predicate'",
        ),
        (
            HEAD
            + "[[event]]\ncall = 't'\nargument = -1\n[[event.state]]\nname = 'OFF'\npredicate = 'is_off'",
            "6: where is_off() is missing nothing says when it holds; ",
        ),
        (
            HEAD + EVENT + "veto = 'undoes-before'",
            "7: nothing says what the handlers are told on a refusal; ",
        ),
        (HEAD + EVENT + "undo = 1", "7: 'undo' without a veto that undoes; "),
        (HEAD + EVENT + "veto = 'forbids'", "7: 'veto' is 'forbids'; known are: "),
        (
            HEAD + EVENT + "refused = 'no'",
            "7: 'refused' is 'no'; known are: negative, nonzero, not-negative, zero",
        ),
        (HEAD + EVENT + "shows = 'event'", "7: 'event' is no tracked name; "),
        (HEAD + EVENT.replace("= 0", "= 'some'"), "5: 'argument' is 'some', not an integer; "),
        (
            HEAD + EVENT + "[[handler]]\nfunction = 'f'\nevents = ['UPP']",
            "9: there is no event 'UPP'; did you mean 'UP'?",
        ),
        (
            HEAD + "[[entry]]\nfunction = 'device'\ncourse = ['open = zero', 'use **']",
            "5: 'use **' is no step of a course; write 'function', 'function*' or 'function = zero'",
        ),
        (
            HEAD + "[[entry]]\nfunction = 'open'\ncourse = ['open = zero', 'use*']",
            "4: 'open' is a step of its own course; give the course a name of its own",
        ),
        # names of other trees
        (HEAD + "[same]\nup = ['go_up', 'up']", "4: 'up' is another name of two things; "),
        (HEAD + "[same]\nup = 'rise'\ndown = 'rise'", "5: 'rise' is another name of two things; "),
        (HEAD + "[same]\nup = 'rise'\nrise = 'ascend'", "5: 'rise' is itself another name of 'up'; "),
        (
            HEAD + "[same]\nup = 'tell'\n" + EVENT,
            "6: 'tell' is an event here and another name of 'up' in [same]; write 'up'",
        ),
        (HEAD + "[results]\nbh_new = 'f'", "4: 'bh_new' is 'f', not an integer; write its number"),
        (
            HEAD + "[[landmark]]\nname = 'x'",
            "3: a landmark is a call or a label; give exactly one of 'call' and 'label'",
        ),
        (HEAD + "[[landmark]]\nname = 'x'\nlabel = 'fail'", "5: 'fail' is no label; write function:label"),
        (HEAD + EVENT + "[[landmark]]\nname = 'UP'\ncall = 'up'", "8: 'UP' is an event too; "),
        # state
        (
            HEAD + "[[tracked]]\nname = 'x'\nfields = ['->status']",
            "5: '->status' is no field; write Type.field, or a global variable's name",
        ),
        (HEAD + "[[tracked]]\nname = 'x'", "3: nothing in the code is this variable; "),
        (HEAD + STATE + STATE, "7: [[tracked]] name 'status' stands twice; the first is in line 4"),
        (
            HEAD + STATE + "[[exclusion]]\nwhy = 'w'\nvalues = { staus = 1 }",
            "8: 'staus' is no tracked name; did you mean 'status'?",
        ),
        (
            HEAD
            + STATE
            + "[[exclusion]]\nwhy = 'w'\nvalues = { status = 'A' }\n"
            + "[[entry]]\nfunction = 'f'\nstate = { status = 'A' }",
            "11: an [[exclusion]] forbids each of these states; give one that can be",
        ),
        (
            HEAD + EVENT + STATE + "predicates = 'tell'",
            "10: 'tell' is a predicate of 'status' here and an event in line 4; give a call one part",
        ),
        # tasks
        (
            HEAD + "[[defer]]\ncall = 'd'\nfunction = 0\nholds = ['big']",
            "6: there is no lock 'big'; none is declared in this profile",
        ),
        # scenarios
        (
            HEAD + "[[scenario]]\nid = 'Two Words'",
            "4: 'Two Words' is no id; use lower case, digits and single '-'",
        ),
        (
            HEAD + "[[scenario]]\nid = 'a'\n[[scenario]]\nid = 'a'",
            "6: [[scenario]] id 'a' stands twice; the first is in line 4",
        ),
        (
            HEAD + "[[phase]]\nfunction = 'start'\nwords = 's'\n[[scenario]]\nid = 'a'\nshown_from = 'strat'",
            "8: 'strat' is neither a phase nor in the built-in lifecycle; did you mean 'start'?",
        ),
        (
            HEAD + STATE + "[[scenario]]\nid = 'a'\n[scenario.select]\nfinal.stauts = 'A'",
            "9: 'stauts' is no tracked name; did you mean 'status'?",
        ),
        (
            HEAD + STATE + "[[scenario]]\nid = 'a'\nselect = { final = { status = '!A' } }",
            "8: 'status' is '!A', not a constant's name or an integer; ",
        ),
        (
            HEAD
            + "[[scenario]]\nid = 'a'\n[scenario.select]\nreturned = [\n  'f = zero',\n  'f = failed',\n]",
            "8: 'failed' is no outcome; known are: negative, nonzero, not-negative, zero",
        ),
        (
            HEAD + "[[scenario]]\nid = 'a'\nselect = { assume = 'f() zero' }",
            "5: 'f() zero' is no watched call; ",
        ),
        (
            HEAD + "[[scenario]]\nid = 'a'\nselect = { ends = 'don' }",
            "5: 'ends' is 'don'; did you mean 'done'?",
        ),
        (
            HEAD + "[[scenario]]\nid = 'a'\nselect = { through = ['f'], avoids = ['f'] }",
            "5: 'f' is both in through and in avoids; take it out of one",
        ),
        # sets
        (
            HEAD + "[sets.live]\n[[scenario]]\nid = 'a'\nuse = ['life']",
            "6: there is no set 'life'; did you mean 'live'?",
        ),
        (
            HEAD + "[sets.a]\nuse = ['b']\n[sets.b]\nuse = ['a']",
            "4: the set 'a' uses itself; take it out of the circle",
        ),
        (HEAD + "[sets.a]\nfinl = {}", "4: unknown key 'finl' in [sets.a]; did you mean 'final'?"),
        # rules
        (
            HEAD + EVENT + "[[rule]]\nname = 'r'\nreason = 'x'\ncontract = 'UP (DOWN'",
            "10: the contract does not parse: the end where ')' is missing; mend it there",
        ),
        (
            HEAD + EVENT + "[[rule]]\nname = 'r'\nreason = 'x'\ncontract = 'UP DWON'",
            "10: there is no letter 'DWON'; did you mean 'DOWN'?",
        ),
        (
            HEAD + EVENT + "[[rule]]\nname = 'r'\nreason = 'x'\ncontract = 'UP'\nreads = ['UPP']",
            "11: there is no letter 'UPP'; did you mean 'UP'?",
        ),
        (
            HEAD + EVENT + "[[rule]]\nname = 'r'\nreason = 'x'\ncontract = 'UP'\nlevel = 'fatal'",
            "11: 'level' is 'fatal'; known are: error, note, warning",
        ),
        # registrations
        (
            HEAD
            + EVENT
            + "[[register]]\ncall = 'add'\nhandler = 1\nevent = 1\n[register.means]\nUPP = ['up']",
            "12: there is no event 'UPP'; did you mean 'UP'?",
        ),
        (
            HEAD + EVENT + "[[register]]\ncall = 'add'\nhandler = 1\nevent_member = 'kind'",
            "7: nothing says which parameter shows the event; ",
        ),
        (
            HEAD + EVENT + "[[register]]\ncall = 'add'\nhandler = 1\nmode_list = true",
            "7: the list of modes has no beginning; give 'mode_argument', where the list begins",
        ),
        (HEAD + "mode = 'status'", "3: 'status' is no tracked name; none is declared in this profile"),
        # files
        (HEAD + "[[file]]\npath = 'a.c'\nfile = 'absent.c'", "5: 'absent.c' cannot be read; "),
        (
            HEAD + "[[file]]\npath = 'a.c'\nfile = '../outside.c'",
            "5: '../outside.c' leaves the profile's folder; ",
        ),
        (
            HEAD + "[[file]]\npath = 'a.c'\nfile = '/etc/passwd'",
            "5: '/etc/passwd' leaves the profile's folder; ",
        ),
        (HEAD + "[[file]]\npath = '../a.c'\nfile = 'profile.toml'", "4: '../a.c' leaves the tree; "),
        # no TOML at all
        (HEAD + "x = [1,\ny", "4: not valid TOML: "),
        (HEAD + "x = " + "[" * 5000, "1: the tables are nested too deep; flatten them"),
        (HEAD + 'title = "again"', "3: not valid TOML: cannot overwrite a value; mend the line"),
    ],
)
def test_an_error_has_line_fault_and_mend(tmp_path: Path, text: str, error: str) -> None:
    found = errors(tmp_path, text)
    assert any(line == error or (error.endswith(" ") and line.startswith(error)) for line in found), found


def test_all_errors_are_told_together_in_the_order_of_lines(tmp_path: Path) -> None:
    text = HEAD + EVENT + "wrods = 1\n[[rule]]\nname = 'r'\ncontract = 'UP ('\n[[thread]]\nfunction = -7\n"
    assert errors(tmp_path, text) == [
        "7: unknown key 'wrods' in [[event]]; did you mean 'words'?",
        "8: [[rule]] lacks 'reason'; add reason = ...",
        "10: the contract does not parse: the end where a letter or '(' is missing; mend it there",
        "11: [[thread]] lacks 'call'; add call = ...",
        "12: 'function' is -7; arguments count from 0",
    ]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.c"
    outside.write_text("int secret;", encoding="utf-8")
    folder = tmp_path / "domain"
    folder.mkdir()
    (folder / "in.c").symlink_to(outside)
    found = errors(folder, HEAD + "[[file]]\npath = 'a.c'\nfile = 'in.c'")
    assert found == ["5: 'in.c' leaves the profile's folder; put the file into it"]


def test_a_profile_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "profile.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"profile.toml: not UTF-8 text; save the profile as UTF-8"):
        load(str(tmp_path))


@pytest.mark.parametrize("wanted", ["no-such-domain", "absent/profile.toml", "x" * 5000, ""])
def test_a_profile_that_is_not_there(wanted: str) -> None:
    with pytest.raises(InputError, match=r"no such profile; .*give the path of a profile.toml"):
        load(wanted)
