/**
 * The shell functions with which a compiled script makes the checks at the gate. problemOf of execute/check.ts does the
 * same in TypeScript. They use only builtins where possible, because a process costs about a millisecond.
 */
export const gateFunctions: Readonly<Record<string, string>> = {
	look: `# Reads what the kernel shows of the first process, byte by byte: that takes less than a fork and a cat(1).
look() {
	unplanned='' cgroups='' fields=''
	while read -r _ _ _ _ target own right; do # ID PARENT DEVICE ROOT TARGET OPTIONS [TAG...] - TYPE SOURCE OPTIONS
		right=\${right#*- }
		# The last row of a target is the mount on top.
		planned_mount "$target"
		row="\${right%% *} ,$own,\${right##* },"
		case $mount in '') unplanned="$unplanned $target" ;; *) eval "mount_$mount=\\$row" ;; esac
	done < "/proc/$pid/mountinfo"
	while IFS= read -r line; do # NUMBER:CONTROLLERS:PATH
		line=\${line#*:}
		cgroups=$cgroups$newline",\${line%%:*}, \${line#*:}"
	done < "/proc/$pid/cgroup"
	while read -r name value; do
		case $name in
		Umask: | Uid: | Gid: | Groups: | Cap*: | NoNewPrivs: | Seccomp*: | Cpus_allowed_list:)
			# shellcheck disable=SC2086 # words are meant
			set -- $value
			fields="$fields$newline$name $*"
			;;
		esac
	done < "/proc/$pid/status"
}`,
	check_mount: `# Each option must be there, of the mount or of its filesystem.
check_mount() { # NUMBER TARGET TYPE OPTION...
	eval "row=\\\${mount_$1-}"
	target=$2 type=$3
	shift 3
	[ -n "$row" ] || wrong "nothing is mounted on $target"
	case $type in '' | "\${row%% *}") ;; *) wrong "$target is a \${row%% *} and not a $type" ;; esac
	for each do case $row in *",$each,"*) ;; *) wrong "$target is mounted without $each" ;; esac; done
}`,
	check_mount_root: `# No symlink led elsewhere: the mount shows what it was to show.
check_mount_root() { # TARGET END
	shown=
	while read -r _ _ _ root target _; do [ "$target" != "$1" ] || shown=$root; done < "/proc/$pid/mountinfo"
	case $shown in *"$2") ;; *) wrong "$1 shows \${shown:-nothing} and not $2" ;; esac
}`,
	check_only_mounts: `check_only_mounts() {
	[ -z "$unplanned" ] || wrong "\${unplanned# } is mounted, and no step did that"
}`,
	check_namespaces: `check_namespaces() { # NAME-IN-/proc/PID/ns...
	for each do
		# shellcheck disable=SC3013 # -ef compares what the links lead to; dash, bash and busybox have it
		if [ ! -e "/proc/$pid/ns/$each" ] || [ "/proc/$pid/ns/$each" -ef "/proc/self/ns/$each" ]; then
			wrong "its $each namespace is the host's"
		fi
	done
}`,
	check_joined: `check_joined() { # NAME-IN-/proc/PID/ns NAMESPACE
	[ "$(readlink "/proc/$pid/ns/$1")" = "$2" ] || wrong "its $1 namespace is not the one that it was to join"
}`,
	check_cgroup: `check_cgroup() { # CONTROLLER PATH FOLDER
	IFS=$newline
	for each in $cgroups; do case $each in *",$1,"*" $2") IFS=$blanks && return ;; esac; done
	IFS=$blanks
	wrong "it is not in the cgroup $3"
}`,
	check_status: `check_status() { # FIELD VALUE
	IFS=$newline
	for each in $fields; do
		case $each in
		"$1: $2" | "$1:$2") IFS=$blanks && return ;;
		"$1:"*) wrong "$1 is \${each#"$1:"} and not $2" ;;
		esac
	done
	wrong "/proc/$pid/status has no $1"
}`,
	check_ids: `# The user that was looked up in the container's own files; the order of the groups is the kernel's affair.
check_ids() { # [FIRST-UID FIRST-GID]: what 0 is on the host, and all others follow
	uid_there=$((uid + \${1:-0})) gid_there=$((gid + \${2:-0})) from=\${2:-0}
	check_status Uid "$uid_there $uid_there $uid_there $uid_there"
	check_status Gid "$gid_there $gid_there $gid_there $gid_there"
	IFS=$newline had=''
	for each in $fields; do case $each in Groups:*) [ -n "$had" ] || had=" \${each#Groups: } " ;; esac; done
	IFS=,
	# shellcheck disable=SC2086 # words are meant
	set -- $groups
	IFS=$blanks
	for each do case $had in *" $((each + from)) "*) ;; *) wrong "it is not in the group $each" ;; esac; done
	for each in $had; do case ",$groups," in *",$((each - from)),"*) ;; *) wrong "it is in the group $each" ;; esac; done
}`,
	check_rlimit: `check_rlimit() { # ROW-OF-/proc/PID/limits SOFT HARD
	row=$1 wanted="$2 $3"
	while IFS= read -r each; do
		case $each in
		"$row  "*)
			# shellcheck disable=SC2086 # words are meant
			set -- \${each#"$row"}
			[ "$1 $2" = "$wanted" ] || wrong "the limit \\"$row\\" is $1 $2 and not $wanted"
			return
			;;
		esac
	done < "/proc/$pid/limits"
	wrong "/proc/$pid/limits has no \\"$row\\""
}`,
	check_personality: `check_personality() { # FLAG
	persona=''
	IFS= read -r persona < "/proc/$pid/personality"
	[ $((0x$persona & $1)) != 0 ] || wrong "its personality is $persona"
}`,
	check_clocks: `# Its clocks began when it did, or at most a minute before.
check_clocks() {
	monotonic=0 boottime=0
	while read -r clock seconds _; do
		case $clock in monotonic) monotonic=$seconds ;; boottime) boottime=$seconds ;; esac
	done < "/proc/$pid/timens_offsets"
	since=$((pid_started / 100 + boottime))
	if [ "$since" -lt 0 ] || [ "$since" -ge 60 ] || [ "$monotonic" -ge 0 ]; then
		wrong "its clocks differ from those of the host by $monotonic s and $boottime s"
	fi
}`,
	check_root: `check_root() { # FOLDER
	# shellcheck disable=SC3013 # -ef compares what the links lead to; dash, bash and busybox have it
	[ "/proc/$pid/root" -ef "$1" ] || wrong "its root is not $1"
}`,
	check_interface: `check_interface() { # NAME
	grep -q "^ *$1:" "/proc/$pid/net/dev" || wrong "it has no $1"
}`,
	check_address: `check_address() { # ADDRESS
	grep -q -F -- "|-- $1" "/proc/$pid/net/fib_trie" || wrong "it does not have the address $1"
}`,
	check_address6: `check_address6() { # DIGITS ADDRESS
	grep -q "^$1 " "/proc/$pid/net/if_inet6" || wrong "it does not have the address $2"
}`,
	check_score: `check_score() { # VALUE
	score=''
	read -r score < "/proc/$pid/oom_score_adj"
	[ "$score" = "$1" ] || wrong "its oom_score_adj is $score and not $1"
}`,
	check_seccomp: `# One filter more than this shell has; Linux before 5.9 does not count them.
check_seccomp() {
	check_status Seccomp 2
	mine='' its=''
	while read -r name value; do case $name in Seccomp_filters:) mine=$value ;; esac; done < /proc/self/status
	IFS=$newline
	for each in $fields; do case $each in "Seccomp_filters: "*) its=\${each##* } ;; esac; done
	IFS=$blanks
	[ -z "$mine" ] || [ "$its" -gt "$mine" ] || wrong 'it has no seccomp filter of its own'
}`,
	check_map: `check_map() { # FILE-OF-/proc/PID ROW...
	file=$1
	shift
	while read -r inside outside count; do
		[ "$inside $outside $count" = "\${1-}" ] || wrong "its $file has $inside $outside $count and not \${1-nothing}"
		shift
	done < "/proc/$pid/$file"
	[ $# = 0 ] || wrong "its $file lacks $*"
}`,
	check_label: `check_label() { # LABEL
	label=''
	IFS= read -r label < "/proc/$pid/attr/current" || [ -n "$label" ]
	case $label in "$1" | "$1 ("*) ;; *) wrong "its security label is $label and not $1" ;; esac
}`,
	check_told: `# What the container side read back after it had written.
check_told() { # FILE VALUE
	value=''
	IFS=$newline
	for each in $told; do case $each in "$1 "*) value=\${each#"$1 "} ;; esac; done
	IFS=$blanks
	file=$1 wanted=$2
	# shellcheck disable=SC2086 # words are meant
	set -- $value
	[ "$*" = "$wanted" ] || wrong "$file reads $* and not $wanted"
}`,
};
