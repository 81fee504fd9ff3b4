#!/bin/sh
# demo in the fewest commands, from /srv/demo.yaml. Run it as root.
set -eu
work='' pid='' && export work
clean() {
	trap '' HUP INT TERM
	[ -n "$work" ] || return 0
	[ -z "$pid" ] || { pkill -KILL -P "$pid" || kill -KILL "$pid"; wait "$pid"; } 2>/dev/null || :
	rm -rf --one-file-system "$work"
}
trap clean EXIT; trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
work=$(mktemp -d)
# the root filesystem
chmod 755 "$work"
tar -xpf /srv/rootfs.tar.gz --numeric-owner -C "$work"
# what the first process does in its namespaces
inside=$(cat <<'end'
root=$work
mkdir -p "$root/proc"
mount -t proc proc "$root/proc"
mkdir -p "$root/data"
mount --bind -o ro /srv/data "$root/data"
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$(command -v chroot)" "$root" /bin/sh
end
)
exec 3<&0
env --default-signal=INT,QUIT unshare --mount --pid --uts --ipc --net --fork --kill-child --propagation private sh -euc "$inside" <&3 3<&- &
pid=$!
wait "$pid"

# Left out, and what is open without it. `tsbox up` has all of it.
# - terminal, descriptors, environment: CVE-2024-21626: a descriptor that the runtime left open led to the
#   host; TIOCSTI types into the terminal of the caller.
