#!/bin/sh
# nginx, and git and cgit behind it. The first start makes a repository.
set -e
if [ ! -d /srv/git/hello.git ]; then
    git init --quiet --bare --initial-branch main /srv/git/hello.git
    git -C /srv/git/hello.git config http.receivepack true
    chown -R www-data: /srv/git
fi
install -d -o www-data /run/git
# The socket of a run that was killed.
rm -f /run/git/socket
setpriv --reuid www-data --regid www-data --init-groups fcgiwrap -c 4 -s unix:/run/git/socket &
exec nginx -g 'daemon off; error_log /dev/stderr;'
