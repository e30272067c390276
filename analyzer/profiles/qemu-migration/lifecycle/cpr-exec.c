/* Stands for migration/cpr-exec.c: once DONE was told, the program is to be replaced; if that fails, it goes on. */

static void cpr_exec_cb(void *opaque)
{
    MigrationState *s = migrate_get_current();
    Error *err = NULL;

    execvp(argv[0], argv);

    migrate_set_state(&s->state, s->state, MIGRATION_STATUS_FAILED);

    migration_call_notifiers(s, MIG_EVENT_PRECOPY_FAILED, NULL);

    if (!migration_block_activate(&err)) {
        error_free(err);
        return;
    }

    if (runstate_is_live(s->vm_old_state)) {
        vm_start();
    }
}

static int cpr_exec_notifier(NotifierWithReturn *notifier, MigrationEvent *e,
                             Error **errp)
{
    MigrationState *s = migrate_get_current();

    if (e->type == MIG_EVENT_PRECOPY_DONE) {
        QEMUBH *cpr_exec_bh = qemu_bh_new(cpr_exec_cb, NULL);

        assert(s->state == MIGRATION_STATUS_COMPLETED);
        qemu_bh_schedule(cpr_exec_bh);
    }
    return 0;
}
