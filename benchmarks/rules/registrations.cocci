// Every registration of a listener, and every test of an event. The names stand in the patterns themselves:
// in a metavariable's constraint they would not serve git grep to choose the files.

@registration@
expression list all;
position at;
@@
(
  migration_add_notifier_modes@at(all)
|
  migration_add_notifier_mode@at(all)
|
  migration_add_notifier@at(all)
)

@script:python@
at << registration.at;
all << registration.all;
@@
print(f"registered {at[0].file}:{at[0].line} {all}")

@tested@
expression event;
position at;
@@
(
  event@at == MIG_EVENT_PRECOPY_FAILED
|
  event@at == MIG_EVENT_PRECOPY_DONE
|
  event@at == MIG_EVENT_PRECOPY_SETUP
|
  event@at != MIG_EVENT_PRECOPY_FAILED
|
  event@at != MIG_EVENT_PRECOPY_DONE
|
  event@at != MIG_EVENT_PRECOPY_SETUP
)

@script:python@
at << tested.at;
event << tested.event;
@@
print(f"tested {at[0].file}:{at[0].line} {at[0].current_element} {event}")
