"""The subscribers of real trees, read off the source by hand."""

from __future__ import annotations

import pytest

from analyzer.model.report import Report
from analyzer.model.subscriber import Subscriber
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from analyzer.pipeline.subscribers import list_subscribers
from analyzer.reports.subscribers import rows
from tests import real_trees

Row = tuple[str, str, str, str, str]
TRANSFER, EXEC = "MIG_MODE_CPR_TRANSFER", "MIG_MODE_CPR_EXEC"
BOTH, REBOOT, NORMAL = f"{TRANSFER} {EXEC}", "MIG_MODE_CPR_REBOOT", "MIG_MODE_NORMAL"
QEMU: dict[str, list[Row]] = {  # device, handler, registered at, modes, events
    "10.2.2": [
        ("gicv3", "kvm_arm_gicv3_notifier", "hw/intc/arm_gicv3_kvm.c:929", TRANSFER, "DONE"),
        (
            "virtio-net",
            "virtio_net_migration_state_notifier",
            "hw/net/virtio-net.c:3903",
            NORMAL,
            "SETUP FAILED",
        ),
        ("vfio_iommufd", "vfio_cpr_reboot_notifier", "hw/vfio/cpr-iommufd.c:182", REBOOT, "SETUP"),
        ("vfio_legacy", "vfio_cpr_reboot_notifier", "hw/vfio/cpr-legacy.c:174", REBOOT, "SETUP"),
        ("vfio_legacy", "vfio_cpr_fail_notifier", "hw/vfio/cpr-legacy.c:188", BOTH, "FAILED"),
        ("vfio", "vfio_cpr_kvm_close_notifier", "hw/vfio/cpr.c:198", BOTH, "DONE"),
        ("vfio", "vfio_cpr_pci_notifier", "hw/vfio/cpr.c:285", BOTH, "SETUP FAILED"),
        ("vfio", "vfio_migration_state_notifier", "hw/vfio/migration.c:1028", NORMAL, "FAILED"),
        ("cpr-exec", "cpr_exec_notifier", "migration/cpr-exec.c:199", EXEC, "DONE FAILED"),
        ("vdpa", "vdpa_net_migration_state_notifier", "net/vhost-vdpa.c:391", NORMAL, "SETUP FAILED"),
        ("spice", "migration_state_notifier", "ui/spice-core.c:836", NORMAL, "SETUP DONE FAILED"),
    ],
    "10.0.13": [
        ("gicv3", "kvm_arm_gicv3_notifier", "hw/intc/arm_gicv3_kvm.c:905", TRANSFER, "DONE"),
        (
            "virtio-net",
            "virtio_net_migration_state_notifier",
            "hw/net/virtio-net.c:3817",
            NORMAL,
            "SETUP FAILED",
        ),
        ("vfio", "vfio_cpr_reboot_notifier", "hw/vfio/cpr.c:30", REBOOT, "SETUP"),
        ("vfio", "vfio_migration_state_notifier", "hw/vfio/migration.c:1018", NORMAL, "FAILED"),
        ("vdpa", "vdpa_net_migration_state_notifier", "net/vhost-vdpa.c:367", NORMAL, "SETUP FAILED"),
        ("spice", "migration_state_notifier", "ui/spice-core.c:819", NORMAL, "SETUP DONE FAILED"),
    ],
    # no constant and no mode: the handlers look at the state
    "7.2": [
        ("virtio-net", "virtio_net_migration_state_notifier", "hw/net/virtio-net.c:3547", "", "SETUP FAILED"),
        ("vfio", "vfio_migration_state_notifier", "hw/vfio/migration.c:845", "", "FAILED"),
        ("spice", "migration_state_notifier", "ui/spice-core.c:823", "", "SETUP DONE FAILED"),
    ],
}
THREAD = {  # the table of the thread
    ("gicv3", "kvm_arm_gicv3_notifier", "DONE"),
    ("vfio_iommufd / vfio_legacy", "vfio_cpr_reboot_notifier", "SETUP"),
    ("cpr-exec", "cpr_exec_notifier", "FAILED, DONE"),
    ("virtio-net", "virtio_net_migration_state_notifier", "SETUP, FAILED"),
    ("vfio", "vfio_migration_state_notifier", "FAILED"),
    ("vdpa", "vdpa_net_migration_state_notifier", "SETUP, FAILED"),
    ("spice", "migration_state_notifier", "SETUP, FAILED, DONE"),
}
MISSED = {
    ("vfio", "vfio_cpr_kvm_close_notifier", "DONE"),
    ("vfio", "vfio_cpr_pci_notifier", "SETUP, FAILED"),
    ("vfio_legacy", "vfio_cpr_fail_notifier", "FAILED"),
}
PM = (
    "SUSPEND_PREPARE",
    "POST_SUSPEND",
    "HIBERNATION_PREPARE",
    "POST_HIBERNATION",
    "RESTORE_PREPARE",
    "POST_RESTORE",
)
ALL = " ".join(PM)
LINUX = [
    ("cps_pm_power_notifier", "arch/mips/kernel/pm-cps.c:737", "SUSPEND_PREPARE"),
    ("fw_pm_notify", "drivers/base/firmware_loader/main.c:1549", ALL),
    ("pm_trace_notify", "drivers/base/power/trace.c:282", "POST_SUSPEND POST_HIBERNATION"),
    ("cpu_hotplug_pm_callback", "kernel/cpu.c:1715", " ".join(PM[:4])),
    ("hungtask_pm_notify", "kernel/hung_task.c:392", ALL),
    ("rcu_pm_notify", "kernel/rcu/tree.c:4864", " ".join(PM[:4])),
    (
        "ftrace_suspend_notifier_call",
        "kernel/trace/fgraph.c:620",
        "HIBERNATION_PREPARE POST_HIBERNATION",
    ),
]

pytestmark = pytest.mark.slow


def of_qemu(version: str) -> tuple[Subscriber, ...]:
    (found,) = list_subscribers(str(real_trees.qemu(version)), "HEAD", "qemu-migration")
    return found.subscribers


@pytest.mark.parametrize("version", QEMU)
def test_every_registration_with_its_handler_modes_and_events(version: str) -> None:
    found = of_qemu(version)
    told = [(s.device, s.handler, str(s.where), " ".join(s.modes), " ".join(s.events)) for s in found]
    assert told == QEMU[version]
    assert not [(s.perhaps, s.unknown) for s in found if s.perhaps or s.unknown]


def test_the_table_of_the_thread_and_what_it_misses() -> None:
    found = {
        (device, handler, frozenset(events.split(", ")))
        for device, handler, events in rows(of_qemu("10.2.2"))
    }
    known = {(device, handler, frozenset(events.split(", "))) for device, handler, events in THREAD | MISSED}
    assert found == known


def test_handlers_in_structures_and_behind_a_macro() -> None:
    (found,) = list_subscribers(str(real_trees.linux()), "HEAD", "linux-pm")
    told = [(s.handler, str(s.where), " ".join(s.events)) for s in found.subscribers]
    assert told == LINUX
    assert not [(s.perhaps, s.unknown) for s in found.subscribers if s.perhaps or s.unknown]


@pytest.fixture(scope="module")
def on_the_series() -> Report:
    patches = sorted(real_trees.shared("series/qemu-failed-notifier").glob("*.patch"))
    options = Options(tuple(map(str, patches)), profile="qemu-migration", repo=str(real_trees.qemu()))
    (report,) = analyse(options)
    return report


def test_the_done_that_patch_2_takes_from_the_switchover_of_postcopy_is_heard_by_spice_alone(
    on_the_series: Report,
) -> None:
    taken = [
        change
        for change in on_the_series.changes
        if change.patch == 2 and "DONE" in change.events and "postcopy-success" in change.scenarios
    ]
    assert [change.before.letters[1].label for change in taken] == ["DONE@postcopy_start"]
    assert [change.modes for change in taken] == [(NORMAL,)]
    assert [[hit.device for hit in change.hits] for change in taken] == [["spice"]]


def test_a_handler_that_asks_through_a_function_pointer_what_is_different_now(on_the_series: Report) -> None:
    """A cancelled migration is CANCELLING where FAILED is told after patch 3, and was CANCELLED before.

    net/vhost-vdpa.c:402 asks migration_is_running() when the device is started anew, and that is true in
    CANCELLING (migration/migration.c:1218): the shadow queue that SETUP switched on stays on.
    """
    seen = {
        (hit.device, one.look.function, str(one.look.where), one.answered, one.answers)
        for change in on_the_series.changes
        if change.patch == 3 and "cancel-before-switchover" in change.scenarios
        for hit in change.hits
        for one in hit.seen
    }
    assert seen == {("vdpa", "migration_is_running", "migration/migration.c:1207", ("0",), ("0", "1"))}
    way = next(one.look.way for c in on_the_series.changes for h in c.hits for one in h.seen)
    assert ".start = vhost_vdpa_net_data_start" in way
