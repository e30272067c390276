/* Stands for migration/colo.c: the primary's checkpoints, each of which starts the guest again. */

static void primary_vm_do_failover(void)
{
    MigrationState *s = migrate_get_current();

    migrate_set_state(&s->state, MIGRATION_STATUS_COLO,
                      MIGRATION_STATUS_COMPLETED);
    qemu_event_set(&s->colo_exit_event);
}

static int colo_do_checkpoint_transaction(MigrationState *s,
                                          QIOChannelBuffer *bioc,
                                          QEMUFile *fb)
{
    bql_lock();
    if (failover_get_state() != FAILOVER_STATUS_NONE) {
        bql_unlock();
        return -1;
    }
    vm_stop_force_state(RUN_STATE_COLO);
    if (qemu_save_device_state(fb) < 0) {
        bql_unlock();
        return -1;
    }
    vm_start();
    bql_unlock();
    return 0;
}

static void colo_process_checkpoint(MigrationState *s)
{
    QIOChannelBuffer *bioc = NULL;
    QEMUFile *fb = NULL;
    Error *local_err = NULL;
    int ret;

    colo_receive_check_message(s->rp_state.from_dst_file,
                       COLO_MESSAGE_CHECKPOINT_READY, &local_err);
    if (local_err) {
        goto out;
    }

    bql_lock();
    replication_start_all(REPLICATION_MODE_PRIMARY, &local_err);
    if (local_err) {
        bql_unlock();
        goto out;
    }

    vm_start();
    bql_unlock();

    while (s->state == MIGRATION_STATUS_COLO) {
        qemu_event_wait(&s->colo_checkpoint_event);

        if (s->state != MIGRATION_STATUS_COLO) {
            goto out;
        }
        ret = colo_do_checkpoint_transaction(s, bioc, fb);
        if (ret < 0) {
            goto out;
        }
    }

out:
    qemu_event_wait(&s->colo_exit_event);
}

void migrate_start_colo_process(MigrationState *s)
{
    bql_unlock();
    colo_process_checkpoint(s);
    bql_lock();
}
