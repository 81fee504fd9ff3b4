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
mkdir -p "$root/proc" "$root/dev" "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for each in /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty; do : > "$root$each"; mount --bind "$each" "$root$each"; done
mount -t sysfs sysfs "$root/sys"
echo demo > /proc/sys/kernel/hostname
echo 0x9 > "$root/sys/class/net/lo/flags"
mkdir -p "$root"/srv
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin 'A=it'\''s' HOME=/ "$(command -v chroot)" --userspec=1000:1001 --groups=video "$root" sh -c 'cd "$1" && shift && exec "$@"' sh /srv /bin/sh
end
)
exec 3<&0
env --default-signal=INT,QUIT unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child --propagation private sh -euc "$inside" <&3 3<&- &
pid=$!
wait "$pid"

# Left out, and what is open without it. `tsbox up` has all of it.
# - root filesystem: Walking out of a chroot with CAP_SYS_CHROOT, and CVE-2021-30465: a mount target that is
#   swapped for a symlink to the host.
# - capabilities: CVE-2022-0492: with CAP_SYS_ADMIN, release_agent of a cgroup runs a program on the host.
# - no_new_privs: A set-user-ID program with a hole, such as pkexec (PwnKit): any user becomes root of the
#   container.
# - seccomp: CVE-2022-0185 and CVE-2026-31431: bugs of the kernel behind fsopen and AF_ALG made any user root.
# - kernel files: CVE-2025-31133: a program that is written into core_pattern runs as root of the host.
# - devices: `mknod` of the disk of the host, and reading or writing all of its files through it.
# - terminal, descriptors, environment: CVE-2024-21626: a descriptor that the runtime left open led to the
#   host; TIOCSTI types into the terminal of the caller.
# - see that proc, sys and dev are plain folders: A root filesystem in which /proc is a symlink would send the
#   kernel files somewhere else (CVE-2019-19921).
# - mounts: /dev/pts, /dev/shm, /dev/mqueue, /sys/fs/cgroup
