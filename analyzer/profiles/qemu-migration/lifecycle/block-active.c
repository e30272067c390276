/* Stands for migration/block-active.c: whether the disks could be taken back is decided at each try. */

bool migration_block_activate(Error **errp)
{
    ERRP_GUARD();

    bdrv_activate_all(errp);
    if (*errp) {
        return false;
    }

    return true;
}
