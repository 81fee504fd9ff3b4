# What a process sees of its container, a line each: KEY = VALUE.
say() { echo "$1 = $2"; }
while read -r name rest; do
	case $name in
	Uid: | Gid: | Groups: | Umask: | Cap*: | NoNewPrivs: | Seccomp: | Seccomp_filters: | SigBlk: | SigIgn: | THP_enabled:) say "status $name" "$(echo $rest)" ;;
	esac
done </proc/self/status
while read -r _ _ _ _ target options rest; do say "mount $target" "$options ${rest#*- }"; done </proc/self/mountinfo
while read -r line; do case $line in Max*) say "limit ${line%%  *}" "$(echo ${line#*  })" ;; esac; done </proc/self/limits
for map in uid_map gid_map; do say "$map" "$(cat /proc/self/$map | while read -r a b c; do echo "$a:$b:$c"; done)"; done
sort /proc/self/cgroup | while IFS=: read -r _ name path; do say "cgroup $name" "$path"; done
say attr "$(cat /proc/self/attr/current 2>/dev/null)"
say oom_score_adj "$(cat /proc/self/oom_score_adj)"
say namespaces "$(ls /proc/self/ns | tr '\n' ' ')"
for fd in 0 1 2 3 4 5 6 7 8 9 10 11 12; do [ -e "/proc/$$/fd/$fd" ] && say "descriptor $fd" "$(readlink "/proc/$$/fd/$fd")"; done
env | sort | while IFS= read -r pair; do say "env ${pair%%=*}" "${pair#*=}"; done
say cwd "$(pwd)"
say umask "$(umask)"
say hostname "$(hostname)"
for key in kernel/hostname kernel/domainname kernel/shmmax kernel/msgmax net/ipv4/ip_unprivileged_port_start net/ipv4/ping_group_range fs/mqueue/msg_max; do
	say "sysctl $key" "$(cat /proc/sys/$key 2>/dev/null)"
done
for path in /dev/* /dev/pts/* /dev/.[a-z]*; do
	if [ -h "$path" ]; then say "device $path" "$(readlink "$path")"
	elif [ -e "$path" ]; then say "device $path" "$(stat -c '%F %t:%T %a %u:%g' "$path")"; fi
done
for path in /sys /proc/sys /proc/sysrq-trigger /sys/fs/cgroup /sys/kernel; do
	if [ -w "$path" ]; then say "writable $path" yes; else say "writable $path" no; fi
done
for path in /proc/kcore /proc/keys /proc/timer_list /sys/firmware /proc/acpi /proc/scsi /proc/interrupts; do
	say "readable $path" "$(head -c 1 "$path" 2>/dev/null | wc -c) $(ls "$path" 2>/dev/null | head -n 1)"
done
say loopback "$(cat /sys/class/net/lo/flags)"
set -- /proc/[0-9]*
say processes "$#"
say 'process 1' "$(tr '\0' ' ' </proc/1/cmdline | cut -c 1-20)"
