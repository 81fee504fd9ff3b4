#!/bin/sh
# Makes the database on the first start: MARIADB_ROOT_PASSWORD, and MARIADB_DATABASE with MARIADB_USER and MARIADB_PASSWORD.
set -e
. variables.sh
data=/var/lib/mysql
case "$1" in -*) set -- mariadbd "$@" ;; esac
[ "$1" = mariadbd ] || exec "$@"
shift
set -- mariadbd --user=mysql --datadir="$data" --bind-address=0.0.0.0 "$@"
for name in ROOT_PASSWORD DATABASE USER PASSWORD; do
    from_file "MARIADB_$name"
    from_file "MYSQL_$name"
    eval "$name=\${MARIADB_$name:-\${MYSQL_$name:-}}"
done
install -d -o mysql -g mysql "$data" /run/mysqld
if [ ! -d "$data/mysql" ]; then
    : "${ROOT_PASSWORD:?set MARIADB_ROOT_PASSWORD}"
    mariadb-install-db --user=mysql --datadir="$data" --skip-test-db --auth-root-authentication-method=normal >/dev/null
    # One statement a line.
    {
        echo "FLUSH PRIVILEGES;"
        echo "ALTER USER root@localhost IDENTIFIED BY '$ROOT_PASSWORD';"
        [ -z "$DATABASE" ] || echo "CREATE DATABASE \`$DATABASE\`;"
        [ -z "$USER" ] || echo "CREATE USER '$USER'@'%' IDENTIFIED BY '$PASSWORD';"
        [ -z "$USER" ] || [ -z "$DATABASE" ] || echo "GRANT ALL ON \`$DATABASE\`.* TO '$USER'@'%';"
    } | mariadbd --user=mysql --datadir="$data" --bootstrap
fi
exec "$@"
