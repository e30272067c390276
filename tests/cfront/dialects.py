"""What the macros of two code bases mean, enough to read all of their files.

A profile carries the dialect of its domain; these serve the tests that read whole trees. `LINUX` was
gathered from kernel/, mm/, drivers/base/, drivers/cpufreq/ and net/core/ of Linux 6.1.
"""

from __future__ import annotations

from analyzer import profiles
from analyzer.model.summary import Dialect

QEMU = profiles.load("qemu-migration").dialect

_SECTIONS_AND_LINKAGE = """
__init __exit __init_or_module __initdata __initconst __exitdata __ref __refdata __meminit __meminitdata
__cpuinit __sched __lockfunc __visible __weak __used __cold __hot __pure __attribute_const__ __noreturn
__flatten __net_init __net_exit __net_initdata __read_mostly __ro_after_init __nosavedata __latent_entropy
__always_inline __no_* notrace nokprobe_inline noinline* noinstr asmlinkage __ksym __bpf_kfunc
__cacheline_aligned* ____cacheline_* __kprobes __entry_text __irq_entry __softirq_entry __randomize_layout
__section __aligned __packed
"""
_CHECKED_BY_TOOLS = """
__must_check __maybe_unused __always_unused __printf __scanf __malloc __alloc_size __assume_aligned __user
__iomem __rcu __percpu __force __kernel __bitwise __nocast __safe __must_hold __acquires __releases
__cond_acquires __acquire __release __counted_by __deprecated __designated_init __private __diag_* __nonstring
"""
LINUX = Dialect(
    attributes=tuple((_SECTIONS_AND_LINKAGE + _CHECKED_BY_TOOLS).split()),
    block_macros=("scoped_guard", "scoped_cond_guard"),
    loop_macros=("*for_each*", "*_foreach*"),
    noreturn=("BUG", "panic", "do_exit", "unreachable", "kthread_complete_and_exit", "make_task_dead"),
    guards=("guard",),
    definers=("SYSCALL_DEFINE?(sys_*)", "COMPAT_SYSCALL_DEFINE?(compat_sys_*)", "BPF_CALL_?"),
)
