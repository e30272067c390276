/*
 * What the fixture's sources expect of the rest of the tree, reduced to names.
 *
 * A function declared with empty parentheses takes any arguments; world.c answers it with an outcome
 * of its choice.
 */

#ifndef STUB_OSDEP_H
#define STUB_OSDEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Error { int x; } Error;
typedef struct QEMUFile { int x; } QEMUFile;
typedef struct QIOChannelBuffer { void *data; size_t usage; } QIOChannelBuffer;
typedef struct JSONWriter { int x; } JSONWriter;
typedef struct QemuThread { int x; } QemuThread;
typedef struct QemuMutex { int x; } QemuMutex;
typedef struct QemuEvent { int x; } QemuEvent;
typedef struct QemuSemaphore { int x; } QemuSemaphore;
typedef struct GSList GSList;
struct GSList { void *data; GSList *next; };

#define EFAULT 14
#define RATE_LIMIT_DISABLED 0
#define QEMU_VM_PING_PACKAGED_LOADED 0x42
#define QEMU_THREAD_JOINABLE 0
#define MIGRATION_THREAD_SNAPSHOT "snapshot"
#define MIGRATION_THREAD_SRC_MAIN "main"
#define QEMU_CLOCK_REALTIME 0
#define COLO_MESSAGE_CHECKPOINT_READY 0
#define REPLICATION_MODE_PRIMARY 0
enum { FAILOVER_STATUS_NONE, FAILOVER_STATUS_ACTIVE };

/* A false assertion ends the run without a result: the analyzer leaves such runs out as well. */
void executor_leave(void);
#define assert(condition) ((condition) ? (void)0 : executor_leave())

#define ERRP_GUARD()
#define OBJECT(object) ((void *)(object))
#define QIO_CHANNEL(channel) ((void *)(channel))
#define WITH_QEMU_LOCK_GUARD(lock) for (int once = ((void)(lock), 1); once; once = 0)
#define g_free(pointer) ((void)(pointer))
#define g_clear_pointer(place, destroy) (*(place) = NULL)

/* Calls of functions under test, which are renamed so before they are compiled: what they return is noted, or
 * is anything. */
int executor_returned(const char *call, int result);
int executor_notified(int event, int result);
#define executor_postcopy_start(...) executor_returned("postcopy_start", postcopy_start(__VA_ARGS__))
#define executor_migrate_mode_is_cpr(...) executor_returned("migrate_mode_is_cpr", migrate_mode_is_cpr(__VA_ARGS__))
#define executor_migration_call_notifiers(s, type, errp) \
    executor_notified((type), migration_call_notifiers((s), (type), (errp)))

int executor_exchange(int *place, int old, int new);
#define qatomic_cmpxchg(place, old, new) executor_exchange(place, old, new)

/* The big lock, threads, waiting, and what is put off: world.c acts these out. */
void bql_lock(void);
void bql_unlock(void);
void qemu_thread_create(QemuThread *thread, const char *name, void *(*start)(void *), void *argument, int mode);
void qemu_thread_join(QemuThread *thread);
void qemu_event_wait(QemuEvent *event);
void qemu_sem_wait(QemuSemaphore *semaphore);
int qemu_sem_timedwait(QemuSemaphore *semaphore, int milliseconds);
void migration_bh_schedule(void (*function)(void *), void *argument);

/* Of these the outcome is known and of no interest, or there is none. */
#define QUIET(call) ((void)0)
#define qemu_event_set(...) QUIET()
#define qemu_event_reset(...) QUIET()
#define qemu_sem_post(...) QUIET()
#define qemu_mutex_lock(...) QUIET()
#define qemu_mutex_unlock(...) QUIET()
#define rcu_register_thread() QUIET()
#define rcu_unregister_thread() QUIET()
#define object_ref(...) QUIET()
#define object_unref(...) QUIET()
#define error_setg(...) QUIET()
#define error_setg_errno(...) QUIET()
#define error_report(...) QUIET()
#define error_report_err(...) QUIET()
#define error_free(...) QUIET()
#define migrate_set_error(...) QUIET()
#define migrate_error_free(...) QUIET()
#define migrate_generate_event(...) QUIET()
#define MigrationStatus_str(state) ""
#define migrate_hup_delete(...) QUIET()
#define migrate_max_bandwidth() 0
#define migrate_max_postcopy_bandwidth() 0
#define cpu_throttle_stop() QUIET()
#define cpr_state_close() QUIET()
#define global_state_store() QUIET()
#define migration_downtime_start(...) QUIET()
#define migration_downtime_end(...) QUIET()
#define migration_rate_set(...) QUIET()
#define migration_update_counters(...) QUIET()
#define migration_ioc_unregister_yank_from_file(...) QUIET()
#define migration_release_dst_files(...) QUIET()
#define migration_wait_main_channel(...) QUIET()
#define multifd_send_shutdown() QUIET()
#define postcopy_preempt_setup(...) QUIET()
#define postcopy_preempt_shutdown_file(...) QUIET()
#define precopy_notify_complete() QUIET()
#define open_return_path_on_source(s) ((s)->rp_state.rp_thread_created = true)
#define update_iteration_initial_status(...) QUIET()
#define qemu_clock_get_ms(clock) 0
#define qemu_file_shutdown(...) QUIET()
#define qemu_fclose(...) QUIET()
#define qemu_fflush(...) QUIET()
#define qemu_put_buffer(...) QUIET()
#define qemu_savevm_state_cleanup() QUIET()
#define qemu_savevm_state_header(...) QUIET()
#define qemu_savevm_maybe_send_switchover_start(...) QUIET()
#define qemu_savevm_send_colo_enable(...) QUIET()
#define qemu_savevm_send_open_return_path(...) QUIET()
#define qemu_savevm_send_ping(...) QUIET()
#define qemu_savevm_send_postcopy_advise(...) QUIET()
#define qemu_savevm_send_postcopy_listen(...) QUIET()
#define qemu_savevm_send_postcopy_resume(...) QUIET()
#define qemu_savevm_send_postcopy_run(...) QUIET()
#define qemu_savevm_state_complete_postcopy(...) QUIET()
#define qio_channel_buffer_new(size) (&executor_channel)
#define qio_channel_set_name(...) QUIET()
#define qemu_file_new_output(channel) ((void)(channel), &executor_file)
#define ram_postcopy_migrated_memory_release(...) QUIET()
#define ram_postcopy_send_discard_bitmap(...) QUIET()
#define ram_write_tracking_stop() QUIET()
#define yank_unregister_instance(...) QUIET()

extern QIOChannelBuffer executor_channel;
extern QEMUFile executor_file;

/* Capabilities: undecided until they are asked for, then fixed for the run. */
bool migrate_postcopy_ram(void);
bool migrate_dirty_bitmaps(void);
bool migrate_postcopy_preempt(void);
bool migrate_colo(void);
bool migrate_background_snapshot(void);
bool migrate_pause_before_switchover(void);

/* Unknown outcomes; the first is one that only mutants ask for. */
bool anyone_asks();
bool migrate_auto_converge();
bool migrate_multifd();
bool migrate_release_ram();
bool migrate_has_error();
bool migrate_return_path();
bool migrate_switchover_ack();
bool migration_block_activate();
bool migration_block_inactivate();
bool migration_rate_exceeded();
bool qemu_file_set_blocking();
bool qemu_savevm_state_guest_unplug_pending();
bool qemu_savevm_state_postcopy_prepare();
int failover_get_state();
int migration_rp_wait();
int multifd_channels_setup();
int postcopy_preempt_establish_channel();
int qemu_file_get_error();
int qemu_file_get_error_obj();
int qemu_file_get_error_obj_any();
int qemu_save_device_state();
int qemu_savevm_send_packaged();
int qemu_savevm_state_complete_precopy();
int qemu_savevm_state_complete_precopy_iterable();
int qemu_savevm_state_complete_precopy_non_iterable();
int qemu_savevm_state_iterate();
int qemu_savevm_state_resume_prepare();
int qemu_savevm_state_setup();
int ram_write_tracking_start();
void replication_start_all(int mode, Error **errp);
void colo_receive_check_message(void *file, int message, Error **errp);
void qemu_savevm_state_pending_estimate(uint64_t *must, uint64_t *can);
void qemu_savevm_state_pending_exact(uint64_t *must, uint64_t *can);

/* Only ever called to fill the list of notifiers; the executor fills it itself. */
GSList *g_slist_prepend(GSList *list, void *data);
GSList *g_slist_remove(GSList *list, void *data);

Error *error_copy(const Error *error);
void json_writer_free(JSONWriter *writer);

#endif
