// Is the guest started on a way on which nobody was told of the failure before? On a way on which they were?

@untold exists@
expression who;
position at;
@@
migration_iteration_finish(...)
{
  ... when != migration_call_notifiers(who, MIG_EVENT_PRECOPY_FAILED, ...)
  vm_start@at();
  ... when any
}

@told exists@
expression who;
position at;
@@
migration_iteration_finish(...)
{
  ... when any
  migration_call_notifiers(who, MIG_EVENT_PRECOPY_FAILED, ...)
  ... when any
  vm_start@at();
  ... when any
}

@script:python@
at << untold.at;
@@
print(f"untold {at[0].file}:{at[0].line}")

@script:python@
at << told.at;
@@
print(f"told {at[0].file}:{at[0].line}")
