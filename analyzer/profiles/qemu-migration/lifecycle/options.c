/* Stands for migration/options.c: the one capability that is made of two. */

bool migrate_postcopy(void)
{
    return migrate_postcopy_ram() || migrate_dirty_bitmaps();
}
