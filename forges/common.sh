# What the scripts for forges share. Sourced, with `here` as the folder of this file.
#
# Of what strangers may write (titles, names of branches, messages) nothing is read: only ids of commits, and
# those are looked at before they are used.

# An id of a commit, or the end with status 2.
checked_id() {
    case $1 in
    "" | *[!0-9a-f]*) echo "analyze-series: $2 is no id of a commit" >&2 && exit 2 ;;
    esac
}

# Lets git read a repository that belongs to the user of the host, as in a job's container.
trust() {
    number=${GIT_CONFIG_COUNT:-0}
    folder=$(cd "$1" && pwd)
    export GIT_CONFIG_COUNT=$((number + 1))
    export "GIT_CONFIG_KEY_$number=safe.directory" "GIT_CONFIG_VALUE_$number=$folder"
}

# Brings what a shallow checkout lacks. Jobs that fetch all history do not come here.
bring_history() {
    if git -C "$1" merge-base "$2" "$3" >/dev/null 2>&1; then
        return
    fi
    deepen=
    [ "$(git -C "$1" rev-parse --is-shallow-repository)" = false ] || deepen=--unshallow
    git -C "$1" fetch -q --no-tags ${deepen:+"$deepen"} origin "$2" "$3" || {
        echo "analyze-series: the history between the two is not there: have the job fetch all of it" >&2
        exit 2
    }
}

touches_code() {
    [ -n "$(git -C "$1" rev-list --max-count=1 --first-parent "$2..$3" -- '*.c' '*.h')" ]
}

# Installs the program from the folder that holds these scripts into a virtual environment, once a job;
# `program` is then how to start it.
provide() {
    program=$1/bin/analyze-series
    [ ! -x "$program" ] || return 0
    "${ANALYZE_SERIES_PYTHON:-python3}" -m venv "$1"
    "$1/bin/python" -m pip install -q --disable-pip-version-check "$here/.."
}
