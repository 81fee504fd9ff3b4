#!/bin/sh
# demo in the fewest commands, from /srv/demo.yaml. Run it as root.
set -eu
work='' pid='' && export work
clean() {
	trap '' HUP INT TERM
	[ -n "$work" ] || return 0
	[ -z "$pid" ] || { pkill -KILL -P "$pid" || kill -KILL "$pid"; wait "$pid"; } 2>/dev/null || :
	rmdir /sys/fs/cgroup/memory/tsbox/demo /sys/fs/cgroup/memory/tsbox 2>/dev/null || :
	rm -rf --one-file-system "$work"
}
trap clean EXIT; trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
work=$(mktemp -d)
# the root filesystem
chmod 755 "$work"
mkdir "$work/root" "$work/lower" "$work/upper" "$work/work"
tar -xpf /srv/rootfs.tar.gz --numeric-owner -C "$work/lower"
# a cgroup, with its limits
mkdir -p /sys/fs/cgroup/memory/tsbox
mkdir /sys/fs/cgroup/memory/tsbox/demo
echo 104857600 > /sys/fs/cgroup/memory/tsbox/demo/memory.limit_in_bytes
# what the first process does in its namespaces
inside=$(cat <<'end'
root=$work/root
mount -t overlay overlay -o lowerdir="$work/lower",upperdir="$work/upper",workdir="$work/work" "$root"
mkdir -p "$root/proc" "$root/.old"
mount -t proc proc "$root/proc"
cd "$root"
pivot_root . .old
exec chroot . sh -c 'umount -l /.old && rmdir /.old && exec env -i "$@"' sh PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root /bin/sh
end
)
exec 3<&0
(echo 0 > /sys/fs/cgroup/memory/tsbox/demo/tasks; exec env --default-signal=INT,QUIT unshare --user --map-root-user unshare --mount --pid --fork --kill-child --propagation private sh -euc "$inside") <&3 3<&- &
pid=$!
wait "$pid"

# Left out, and what is open without it. `tsbox up` has all of it.
# - capabilities: CVE-2022-0492: with CAP_SYS_ADMIN, release_agent of a cgroup runs a program on the host.
# - terminal, descriptors, environment: CVE-2024-21626: a descriptor that the runtime left open led to the
#   host; TIOCSTI types into the terminal of the caller.
# - keys of the spec: cap_drop
