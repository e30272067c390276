/* Stands for migration/multifd.c: all that the setup of the channels decides is whether it failed. */

bool multifd_send_setup(void)
{
    MigrationState *s = migrate_get_current();
    Error *local_err = NULL;
    int ret = 0;

    if (!migrate_multifd()) {
        return true;
    }

    ret = multifd_channels_setup(&local_err);
    if (ret) {
        migrate_set_error(s, local_err);
        error_free(local_err);
        goto err;
    }

    return true;

err:
    migrate_set_state(&s->state, MIGRATION_STATUS_SETUP,
                      MIGRATION_STATUS_FAILED);
    return false;
}
