#!/bin/sh
# Redis for all addresses of its networks, as the user `redis`.
set -e
case "$1" in -*) set -- redis-server "$@" ;; esac
[ "$1" = redis-server ] || exec "$@"
[ "$(id -u)" != 0 ] || chown redis: . && set -- setpriv --reuid redis --regid redis --init-groups "$@"
exec "$@" --protected-mode no
