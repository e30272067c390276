"""Tables of handlers and events: the forms that are read, and those that are left alone."""

from __future__ import annotations

import pytest

from analyzer.claims.stated import TableRow, TableStatement

from .sample import stated

ROWS = (
    TableRow("barge", ("barge_notifier",), ("STOP",)),
    TableRow("buoy / raft", ("buoy_gate_notifier",), ("START", "STOP")),
)
TABLES = {
    "org": """\
|-------------+--------------------+---------------|
| device      | handler            | events needed |
|-------------+--------------------+---------------|
| barge       | barge_notifier     | STOP          |
| buoy / raft | buoy_gate_notifier | START, STOP   |
|-------------+--------------------+---------------|
""",
    "org that lost its blanks": """\
|---+---+---|
| device | handler | events needed |
|---+---+---|
| barge [*] | barge_notifier | STOP |
| buoy / raft | buoy_gate_notifier() | START, STOP |
|---+---+---|
""",
    "framed": """\
+-------------+--------------------+--------------+
| boat        | callback           | events       |
+=============+====================+==============+
| barge       | barge_notifier     | STOP         |
+-------------+--------------------+--------------+
| buoy / raft | buoy_gate_notifier | START/STOP   |
+-------------+--------------------+--------------+
""",
    "markdown": """\
| Device | Handler | Events |
|:---|:---:|---:|
| barge | `barge_notifier` | STOP |
| buoy / raft | `buoy_gate_notifier` | START and STOP |
""",
    "columns": """\
device       handler             events it acts on
-----------  ------------------  -----------------
barge        barge_notifier      STOP
buoy / raft  buoy_gate_notifier  GATE_EV_START, HALT
""",
    "other order": """\
| handler | device | event |
| barge_notifier | barge | STOP |
| buoy_gate_notifier | buoy / raft | START, STOP |
""",
    "cells that go on": """\
| device | handler | events needed |
|---+---+---|
| barge | barge_notifier | STOP |
| buoy / | buoy_gate_notifier | START, |
| raft | | STOP |
""",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_read_row_by_row(name: str) -> None:
    assert stated(f"We have these boats:\n\n{TABLES[name]}\nThey are all benign.") == [TableStatement(ROWS)]


@pytest.mark.parametrize(
    ("cell", "events", "strange"),
    [
        ("none", (), ""),
        ("-", (), ""),
        ("", (), ""),
        ("all", ("START", "STOP"), ""),
        ("STOP + START", ("STOP", "START"), ""),
        ("STOP (late)", ("STOP",), "STOP (late)"),
        ("stop", (), "stop"),
        ("pump_on()", (), "pump_on()"),
        ("STOP?", ("STOP",), "STOP?"),
    ],
)
def test_a_cell_of_events(cell: str, events: tuple[str, ...], strange: str) -> None:
    rows = f"| barge | barge_notifier | {cell} |\n| buoy | buoy_notifier | STOP |\n"
    (found,) = stated(f"| device | handler | events |\n|---+---+---|\n{rows}")
    assert found == TableStatement(
        (
            TableRow("barge", ("barge_notifier",), events, strange),
            TableRow("buoy", ("buoy_notifier",), ("STOP",)),
        )
    )


def test_a_table_without_devices_is_one_too() -> None:
    (found,) = stated("| handler | events |\n|---+---|\n| barge_notifier, buoy_gate_notifier | STOP |\n")
    assert found == TableStatement((TableRow("", ("barge_notifier", "buoy_gate_notifier"), ("STOP",)),))


@pytest.mark.parametrize(
    "text",
    [
        "| device | length |\n|---+---|\n| barge | 12 |\n",
        "| device | handler | colour |\n| barge | barge_notifier | red |\n",
        "| barge | barge_notifier | STOP |\n",
        "| handler | events | other events |\n| barge_notifier | STOP | START |\n",
        "| device | handler | events |\n|---+---+---|\nNothing else.\n",
        "| device | handler | events |\n|---+---+---|\n| barge | whoever listens | STOP |\n",
        "| device | handler | events |\n|---+---+---|\n| disk | disk_poll | POLLIN |\n",
        "|---+---+---|",
        "the handler  of events  is old\nand slow  in  parts\n",
    ],
)
def test_what_is_no_such_table_is_left_alone(text: str) -> None:
    assert stated(text) == []
