#!/bin/sh
# What gitlab.yml runs: analyses the commits of a merge request, with a Code Quality report and a page.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"

repo=${CI_PROJECT_DIR:-.}
base=${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}
# In pipelines for merged results CI_COMMIT_SHA is a merge that nobody made.
head=${CI_MERGE_REQUEST_SOURCE_BRANCH_SHA:-}
head=${head:-${CI_COMMIT_SHA:-}}
trust "$repo"
cd "$repo"
if [ -z "$base" ]; then
    echo "analyze-series: this is no pipeline of a merge request"
    exit 0
fi
checked_id "$base" CI_MERGE_REQUEST_DIFF_BASE_SHA
checked_id "$head" CI_COMMIT_SHA
bring_history "$repo" "$base" "$head"
if ! touches_code "$repo" "$base" "$head"; then
    echo "[]" >gl-code-quality-report.json
    echo "analyze-series: no commit touches C code"
    exit 0
fi
provide "${CI_BUILDS_DIR:-/tmp}/analyze-series-${CI_JOB_ID:-0}"

set -- --repo "$repo" --fail-on "${ANALYZE_SERIES_FAIL_ON:-error}"
[ -z "${ANALYZE_SERIES_PROFILE:-}" ] || set -- "$@" --profile "$ANALYZE_SERIES_PROFILE"
exec "$program" "$@" --format text --format gitlab --output gl-code-quality-report.json \
    --format html --output analyze-series.html "$base...$head"
