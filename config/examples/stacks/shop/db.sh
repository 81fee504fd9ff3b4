#!/bin/sh
# PostgreSQL for the networks of this container, with a user and a database `shop`.
set -e
data=/var/lib/postgresql/15/shop
if [ ! -e "$data/PG_VERSION" ]; then
    chown postgres: /var/lib/postgresql
    setpriv --reuid postgres --regid postgres --init-groups sh -e <<-'E'
	PATH=/usr/lib/postgresql/15/bin:$PATH
	initdb --auth trust -D /var/lib/postgresql/15/shop
	echo "host all all samenet scram-sha-256" >> /var/lib/postgresql/15/shop/pg_hba.conf
	postgres --single -D /var/lib/postgresql/15/shop postgres <<-SQL
	CREATE ROLE shop LOGIN PASSWORD '$SHOP_PASSWORD'
	CREATE DATABASE shop OWNER shop
	SQL
	E
fi
exec setpriv --reuid postgres --regid postgres --init-groups /usr/lib/postgresql/15/bin/postgres -D "$data" -c 'listen_addresses=*'
