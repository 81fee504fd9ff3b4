#!/bin/sh
# demo in the fewest commands, from /srv/demo.yaml. Run it as root.
set -eu
work='' pid='' && export work
clean() {
	trap '' HUP INT TERM
	[ -n "$work" ] || return 0
	[ -z "$pid" ] || { kill -KILL "$pid"; wait "$pid"; } 2>/dev/null || :
	# shellcheck disable=SC3013
	for each in /proc/[0-9]*; do [ ! "$each/root" -ef "$work" ] || kill -KILL "${each#/proc/}" || :; done 2>/dev/null
	umount -R -l "$work" 2>/dev/null || :
	[ -z "$pid" ] || for pause in 0 0 1 1 2; do xargs -r kill -KILL < /sys/fs/cgroup/unified/tsbox/demo/cgroup.procs || :; rmdir /sys/fs/cgroup/unified/tsbox/demo && break; sleep "$pause"; done 2>/dev/null
	rmdir /sys/fs/cgroup/unified/tsbox/demo /sys/fs/cgroup/unified/tsbox 2>/dev/null || :
	rm -rf --one-file-system "$work"
}
trap clean EXIT; trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
work=$(mktemp -d)
# the root filesystem
chmod 755 "$work"
tar -xpf /srv/rootfs.tar.gz --numeric-owner -C "$work"
# a cgroup, with its limits
mkdir -p /sys/fs/cgroup/unified/tsbox
mkdir /sys/fs/cgroup/unified/tsbox/demo
# what the first process does
inside=$(cat <<'end'
root=$work
mount --bind "$root" "$root"
mkdir -p "$root/proc" "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for each in /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty; do : > "$root$each"; mount --bind "$each" "$root$each"; done
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$(command -v chroot)" "$root" sh -c 'ls /; ps'
end
)
exec 3<&0
(echo 0 > /sys/fs/cgroup/unified/tsbox/demo/cgroup.procs; exec env --default-signal=INT,QUIT sh -euc "$inside") <&3 3<&- &
pid=$!
wait "$pid"

# Left out, and what is open without it. `tsbox up` has all of it.
# - capabilities: CVE-2022-0492: with CAP_SYS_ADMIN, release_agent of a cgroup runs a program on the host.
# - no_new_privs: A set-user-ID program with a hole, such as pkexec (PwnKit): any user becomes root of the
#   container.
# - seccomp: CVE-2022-0185 and CVE-2026-31431: bugs of the kernel behind fsopen and AF_ALG made any user root.
# - devices: `mknod` of the disk of the host, and reading or writing all of its files through it.
# - terminal, descriptors, environment: CVE-2024-21626: a descriptor that the runtime left open led to the
#   host; TIOCSTI types into the terminal of the caller.
# - see that proc, sys and dev are plain folders: A root filesystem in which /proc is a symlink would send the
#   kernel files somewhere else (CVE-2019-19921).
