#!/bin/sh
# Makes the database on the first start: POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB, and /docker-entrypoint-initdb.d/*.sql.
set -e
. variables.sh
case "$1" in -*) set -- postgres "$@" ;; esac
[ "$1" = postgres ] || exec "$@"
if [ "$(id -u)" = 0 ]; then
    install -d -o postgres -g postgres -m 700 "$PGDATA"
    install -d -o postgres -g postgres /run/postgresql
    # A secret that only root can read is read before root is left.
    from_file POSTGRES_PASSWORD
    unset POSTGRES_PASSWORD_FILE
    exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    for name in PASSWORD USER DB; do from_file "POSTGRES_$name"; done
    user=${POSTGRES_USER:-postgres}
    database=${POSTGRES_DB:-$user}
    echo "${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}" > /tmp/password
    initdb --username "$user" --pwfile /tmp/password --auth-local trust --auth-host scram-sha-256 --no-sync >/dev/null
    rm /tmp/password
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    # Others see a server only when it is ready: this one has no port.
    pg_ctl -w start -o '-c listen_addresses=' >/dev/null
    [ "$database" = postgres ] || createdb -U "$user" "$database"
    for file in /docker-entrypoint-initdb.d/*.sql; do
        [ ! -e "$file" ] || psql -v ON_ERROR_STOP=1 -U "$user" -d "$database" -f "$file"
    done
    pg_ctl -w stop -m fast >/dev/null
fi
unset POSTGRES_PASSWORD
exec "$@" -c 'listen_addresses=*'
