"""Profiles are found by name or path, and read one to one into the model's records."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from analyzer.model.profile import (
    Called,
    CourseStep,
    Deferral,
    Entry,
    EventCall,
    Interference,
    Landmark,
    Lock,
    Outcome,
    Phase,
    Profile,
    Registration,
    Selection,
    StateEvent,
    ThreadCall,
    Veto,
    Watch,
    Writer,
)
from analyzer.model.summary import Dialect
from analyzer.model.unknown import InputError, Location
from analyzer.profiles import load, names, registering

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "profile-language.md"
SECOND = ROOT / "fixtures" / "second-domain"


@pytest.fixture
def documented(tmp_path: Path) -> Profile:
    """The profile that the examples of the language's description make up."""
    examples = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    folder = tmp_path / "pump"
    (folder / "lifecycle").mkdir(parents=True)
    (folder / "lifecycle" / "suspend.c").write_text("int pump_suspend(Pump *p);\n", encoding="utf-8")
    (folder / "profile.toml").write_text("\n".join(examples), encoding="utf-8")
    return load(str(folder))


def test_the_examples_of_the_description_are_a_profile(documented: Profile) -> None:
    shown = documented.events[0].at.path
    assert documented.name == "pump-suspend"
    assert documented.dialect == Dialect(
        attributes=("coroutine_fn",),
        auto_types=("g_autoptr",),
        block_macros=("WITH_LOCK_GUARD",),
        loop_macros=("*_FOREACH*",),
        noreturn=("abort", "exit"),
        guards=("LOCK_GUARD",),
        definers=("SYSCALL_DEFINE?(sys_*)",),
    )
    assert documented.model[0].path == "pump/suspend.c"
    assert documented.model[0].shown.endswith("pump/lifecycle/suspend.c")
    assert documented.model[0].text == "int pump_suspend(Pump *p);\n"
    assert documented.same == {
        "pump_sleep": "pump_suspend",
        "pump_go_to_sleep": "pump_suspend",
        "PUMP_EVENT_COMPLETE": "PUMP_EV_DONE",
    }
    assert documented.results == {"bh_new": 0, "atomic_read": 0}
    by_constant, by_state, undone = documented.events
    assert by_constant == EventCall(
        "pump_notify",
        1,
        "PUMP_EV_",
        {"PUMP_EV_OPEN": "OPEN", "PUMP_EV_DONE": "DONE", "PUMP_EV_FAIL": "FAIL"},
        "notify {}",
        Location(shown, by_constant.at.line),
    )
    assert (by_state.chain, by_state.argument, by_state.object) == ("pump_chain", -1, 1)
    assert by_state.states == (
        StateEvent("DONE", "pump_is_idle", {"status": ("PUMP_STATE_IDLE",)}),
        StateEvent("FAIL", "", {"status": ("PUMP_STATE_FAILED", "PUMP_STATE_CANCELLED")}),
    )
    assert (undone.undo, undone.veto, undone.refused) == (1, Veto.UNDOES_BEFORE, Outcome.NEGATIVE)
    (handler,) = documented.handlers
    assert (handler.function, handler.events) == ("pump_restart_listener", ("FAIL",))
    assert handler.when == {"mode": ("PUMP_MODE_WARM",)}
    assert documented.landmarks == (
        Landmark(
            "valve_close", "valve_close", "", "valve_close()", documented.landmarks[0].at, ("valve_is_open",)
        ),
        Landmark("rollback", "", "pump_suspend:undo", "rollback", documented.landmarks[1].at),
    )
    assert documented.tracked[0].writers == (Writer("pump_set_status", 0, 1, 2),)
    assert documented.deferrals == (Deferral("bh_schedule_new", 0, 1, ("big_lock",)),)
    assert documented.threads == (ThreadCall("thread_create", 2, 3),)
    assert documented.locks == (Lock("big_lock", ("big_lock_lock",), ("big_lock_unlock",)),)
    assert documented.entries[0] == Entry(
        "pump_suspend", ("big_lock",), {"mode": "PUMP_MODE_WARM"}, documented.entries[0].at
    )
    assert documented.entries[1].course == (
        CourseStep("pump_open", False, Outcome.ZERO),
        CourseStep("pump_control", True, None),
        CourseStep("pump_close", False, None),
    )
    assert documented.interference == (
        Interference(
            "pump_cancel",
            ("big_lock",),
            {"status": ("PUMP_STATE_ARMED", "PUMP_STATE_ACTIVE")},
            documented.interference[0].at,
            during="pump_run",
        ),
    )
    assert documented.exclusions[0].values == {"mode": ("PUMP_MODE_COLD",), "boost": ("1",)}
    assert documented.phases == (Phase("pump_suspend", "suspend"),)
    assert documented.registrations == (
        Registration("pump_add_listener", 1, 2, "", event=1, event_member="kind"),
        Registration(
            "pump_add_watcher",
            0,
            -1,
            "",
            member="notify",
            event=1,
            event_member="status",
            means={
                "DONE": ("PUMP_STATE_IDLE", "pump_is_idle"),
                "FAIL": ("PUMP_STATE_FAILED", "pump_has_failed"),
            },
            quiet=("PUMP_OK",),
        ),
    )
    assert documented.components == {"pump/valves/*": "valve"}
    assert documented.mode == "mode"
    assert documented.silent == ("trace_*", "log_*")
    assert documented.blind == ("strerror", "close")
    assert documented.called == Called(
        {"valve closes": ("valve_close",), "FAILURE": ("FAIL",)},
        {"failed suspend": ("valve-stuck", "valve-stuck-late")},
        {"shutdown": ("pump_suspend", "pump_release")},
    )
    assert documented.constants == {"PUMP_EAGAIN": -11}
    assert documented.objects == {"current_pump": "Pump", "pump_get_current": "Pump"}


def test_a_scenario_takes_over_its_sets(documented: Profile) -> None:
    warm = Watch("sensor_read(SENSOR_LEVEL)", Outcome.NONZERO)
    assert documented.scenarios[0].title == "valve stuck"
    assert documented.scenarios[0].select == Selection(
        through=("valve_open",),
        returned=(Watch("valve_close", Outcome.NEGATIVE),),
        assume=(warm,),
        final={"status": ("PUMP_STATE_FAILED",)},
        never={"mode": ("PUMP_MODE_COLD",)},
    )


def test_of_two_words_on_one_thing_the_later_holds(tmp_path: Path) -> None:
    (tmp_path / "profile.toml").write_text(
        """
        title = "t"
        follows = "f"
        [[tracked]]
        name = "status"
        fields = ["Thing.status"]
        [sets.near]
        use = ["far"]
        through = ["a"]
        assume = ["up = zero"]
        final = { status = 1 }
        [sets.far]
        through = ["b"]
        assume = ["up = nonzero", "down( X ,Y )=negative"]
        ends = "blocked"
        [[scenario]]
        id = "own-word-last"
        use = "near"
        select = { through = ["a", "c"], final = { status = [true, "NULL", "LATE"] } }
        """,
        encoding="utf-8",
    )
    assert load(str(tmp_path)).scenarios[0].select == Selection(
        through=("b", "a", "c"),
        assume=(Watch("up", Outcome.ZERO), Watch("down(X, Y)", Outcome.NEGATIVE)),
        final={"status": ("1", "0", "LATE")},
        ends="blocked",
    )


def test_every_field_of_the_records_is_described() -> None:
    """The keys are one to one with the model; these few stand in the text under another form."""
    text = DOCUMENT.read_text(encoding="utf-8")
    elsewhere = {
        "source", "model", "events", "landmarks", "exclusions", "deferrals", "threads", "locks", "entries",
        "phases", "scenarios", "rules", "registrations", "writers", "handlers", "states", "at",
        "shown", "text",
    }  # fmt: skip
    from analyzer.model import profile as records

    classes = [entry for entry in vars(records).values() if dataclasses.is_dataclass(entry)]
    fields = {
        field.name
        for entry in classes
        for field in dataclasses.fields(entry)
        if entry not in (Watch, CourseStep)
    }
    assert not [name for name in sorted(fields - elsewhere) if not re.search(rf"\b{name}\b", text)]


@pytest.mark.parametrize("name", names())
def test_a_shipped_profile_is_valid_and_found_by_its_name(name: str) -> None:
    profile = load(name)
    assert profile.name == name
    assert Path(profile.source).is_file()
    assert profile.events[0].at.path == f"{name}/profile.toml"


def test_a_profile_is_found_by_folder_and_by_file() -> None:
    by_folder, by_file = load(str(SECOND)), load(str(SECOND / "profile.toml"))
    assert by_folder == by_file
    assert [scenario.id for scenario in by_folder.scenarios][:2] == ["update-success", "write-failure"]


def test_the_second_domain_is_c_that_compiles() -> None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    for file in sorted(SECOND.glob("lifecycle/*.c")):
        command = [compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


def test_the_second_domain_s_series_applies_to_its_lifecycle(tmp_path: Path) -> None:
    shutil.copytree(SECOND / "lifecycle", tmp_path / "fwup")
    sealed = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    for patch in sorted(SECOND.glob("series/000[12]-*.patch")):
        command = ["git", "apply", "--unsafe-paths", f"--directory={tmp_path}", str(patch)]
        done = subprocess.run(command, cwd=tmp_path, env=sealed, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    settled = (tmp_path / "fwup" / "update.c").read_text(encoding="utf-8")
    assert settled.index("radio_resume(u);") < settled.rindex("fwup_tell(NOTE_ABORTED, u);\n        break;")


def test_the_registering_calls_are_those_of_the_profile(tmp_path: Path) -> None:
    for name in names():
        assert registering(name) == tuple(entry.call for entry in load(name).registrations)
    (tmp_path / "profile.toml").write_text("register = 3", encoding="utf-8")
    assert registering(str(tmp_path)) == ()
    (tmp_path / "profile.toml").write_text(
        "[[register]]\ncall = 'f'\n[[register]]\ncall = 3", encoding="utf-8"
    )
    assert registering(str(tmp_path)) == ("f",)
    (tmp_path / "profile.toml").write_text("[[register", encoding="utf-8")
    assert registering(str(tmp_path)) == ()
    with pytest.raises(InputError, match="no such profile"):
        registering("no-such-domain")
