#!/bin/sh
# demo in the fewest commands, from /srv/demo.yaml. Run it as root.
set -eu
work='' pid='' && export work
clean() {
	trap '' HUP INT TERM
	[ -n "$work" ] || return 0
	[ -z "$pid" ] || { pkill -KILL -P "$pid" || kill -KILL "$pid"; wait "$pid"; } 2>/dev/null || :
	rmdir /sys/fs/cgroup/tsbox/demo /sys/fs/cgroup/tsbox 2>/dev/null || :
	rmdir "$work"
}
trap clean EXIT; trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
work=$(mktemp -d)
# a cgroup, with its limits
mkdir -p /sys/fs/cgroup/tsbox
mkdir /sys/fs/cgroup/tsbox/demo
echo '+memory +pids +cpu +io +cpuset' > /sys/fs/cgroup/tsbox/cgroup.subtree_control
echo 67108864 > /sys/fs/cgroup/tsbox/demo/memory.max
echo 16777216 > /sys/fs/cgroup/tsbox/demo/memory.low
echo 0 > /sys/fs/cgroup/tsbox/demo/memory.swap.max
echo '50000 100000' > /sys/fs/cgroup/tsbox/demo/cpu.max
echo 20 > /sys/fs/cgroup/tsbox/demo/cpu.weight
echo 0 > /sys/fs/cgroup/tsbox/demo/cpuset.cpus
echo 32 > /sys/fs/cgroup/tsbox/demo/pids.max
# what the first process does in its namespaces
inside=$(cat <<'end'
root=$work/root
mount -t tmpfs tmpfs "$work"
mkdir "$root" "$work/upper" "$work/work"
mount -t overlay overlay -o lowerdir=/,upperdir="$work/upper",workdir="$work/work" "$root"
mkdir -p "$root/proc" "$root/dev" "$root/sys" "$root/.old"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for each in /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty; do : > "$root$each"; mount --bind "$each" "$root$each"; done
mount -t sysfs sysfs "$root/sys"
echo demo > /proc/sys/kernel/hostname
echo 0x9 > "$root/sys/class/net/lo/flags"
prlimit --pid $$ --nofile=256:256 --core=0:0
echo 500 > /proc/self/oom_score_adj
cd "$root"
pivot_root . .old
exec chroot . sh -c 'umount -l /.old && rmdir /.old && exec env -i "$@"' sh PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root sh -c 'cat /proc/self/cgroup
echo "open files: $(ulimit -n)"
echo "processors: $(grep Cpus_allowed_list /proc/self/status | cut -f2)"
'
end
)
exec 3<&0
(echo 0 > /sys/fs/cgroup/tsbox/demo/cgroup.procs; exec env --default-signal=INT,QUIT unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child --propagation private sh -euc "$inside") <&3 3<&- &
pid=$!
wait "$pid"

# Left out, and what is open without it. `tsbox up` has all of it.
# - files of the host: Reading /etc/shadow, private keys, and the sockets of /run, such as the one of docker.
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
# - keys of the spec: shm_size, stop_signal, stop_grace_period
