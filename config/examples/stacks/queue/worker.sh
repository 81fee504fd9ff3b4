#!/bin/sh
# Takes jobs from the list `jobs`, and puts what it did into `done`. A job in hand stands in a list of the worker's own, so that the worker
# that comes in its place after a kill finishes it.
redis() { redis-cli -h redis "$@"; }
hand="hand:$(hostname)"
ends=
trap 'ends=yes' TERM INT
finish() {
    sleep 0.05
    redis --raw <<-E >/dev/null
	MULTI
	RPUSH done "$1 $(hostname)"
	LREM $hand 1 "$1"
	EXEC
	E
}
while [ -z "$ends" ]; do
    job=$(redis --raw lindex "$hand" 0)
    [ -n "$job" ] || job=$(redis --raw blmove jobs "$hand" right left 1)
    [ -z "$job" ] || finish "$job"
done
