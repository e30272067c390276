#define coroutine_fn
#define coroutine_mixed_fn
#define g_autoptr(type) type *
#define WITH_QEMU_LOCK_GUARD(lock) if (1)
#define WITH_RCU_READ_LOCK_GUARD() if (1)
#define NOTIFIER_WITH_RETURN_LIST_INITIALIZER(head) {0}
