#!/bin/sh
# What action.yml runs: analyses what the event is about, with annotations, a step summary and a SARIF file.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"

repo=${ANALYZE_SERIES_REPO:-${GITHUB_WORKSPACE:-.}}
sarif=${ANALYZE_SERIES_SARIF:-${RUNNER_TEMP:?}/analyze-series.sarif}
trust "$repo"

ids=$("${ANALYZE_SERIES_PYTHON:-python3}" - <<'END'
import json, os, re, sys

with open(os.environ["GITHUB_EVENT_PATH"], encoding="utf-8") as stream:
    event = json.load(stream)
request, group = event.get("pull_request"), event.get("merge_group")
if request:
    found = request["base"]["sha"], request["head"]["sha"]
elif group:
    found = group["base_sha"], group["head_sha"]
else:
    found = event.get("before"), event.get("after")
if all(isinstance(each, str) and re.fullmatch("[0-9a-f]{40,64}", each) for each in found):
    print(*found)
END
)
base=${ids% *} head=${ids#* }
case $base in
*[!0]*) ;;
*)
    echo "analyze-series: the event ${GITHUB_EVENT_NAME:-} names no two commits to compare"
    exit 0
    ;;
esac
checked_id "$base" base
case $head in
*[!0]*) checked_id "$head" head ;;
*) exit 0 ;; # a branch was deleted
esac
bring_history "$repo" "$base" "$head"
if ! touches_code "$repo" "$base" "$head"; then
    echo "analyze-series: no commit touches C code"
    exit 0
fi
provide "$RUNNER_TEMP/analyze-series"

set -- --repo "$repo" --fail-on "${ANALYZE_SERIES_FAIL_ON:-error}"
[ -z "${ANALYZE_SERIES_PROFILE:-}" ] || set -- "$@" --profile "$ANALYZE_SERIES_PROFILE"
status=0
"$program" "$@" --format github --step-summary --format sarif --output "$sarif" "$base...$head" || status=$?
if [ -n "${GITHUB_OUTPUT:-}" ]; then
    echo "status=$status" >>"$GITHUB_OUTPUT"
    [ ! -f "$sarif" ] || printf 'sarif<<%s\n%s\n%s\n' "$head" "$sarif" "$head" >>"$GITHUB_OUTPUT"
fi
if [ "$status" -eq 3 ] && [ "${ANALYZE_SERIES_INCOMPLETE:-pass}" = pass ]; then
    exit 0 # the annotations say what could not be told
fi
exit "$status"
