/**
 * The shell functions with which a compiled script does and undoes its steps, by name. They use only builtins where
 * possible, because a process costs about a millisecond.
 */
export const workFunctions: Readonly<Record<string, string>> = {
	started_at: `# State and start time of a process: fields 3 and 22 of its stat line, proc_pid_stat(5).
started_at() { # PID
	{ read -r stat < "/proc/$1/stat"; } 2>/dev/null || return 1
	# The name in field 2 can hold blanks and parentheses: counting begins after the last one.
	# shellcheck disable=SC2086 # words are meant
	set -- \${stat##*) }
	state=$1 started=\${20}
}`,
	alive: `# Whether that very process runs: a number can be given to another one, a start time with it cannot.
alive() { # PID START-TIME
	[ -n "$1" ] && started_at "$1" && [ "$started" = "$2" ] && case $state in Z | X) false ;; esac
}`,
	failed: `# Says what went wrong and ends. What was done until then is taken back by the trap that is set with the claim.
failed() { # STATUS MESSAGE [CAUSE [HINT]]
	{
		printf 'error: %s\\n' "$2"
		[ -z "$step" ] || printf '  step     %s\\n' "$step"
		[ -z "$command" ] || printf '  command  %s\\n' "$command"
		[ -z "$said" ] || printf '  output   %s\\n' "$said"
		[ -z "\${3-}" ] || printf '  cause    %s\\n' "$3"
		[ -z "\${4-}" ] || printf '  hint     %s\\n' "$4"
	} >&2
	exit "$1"
}`,
	broken: `broken() { failed 125 "could not $step" 'the command did not do its work'; }`,
	wrong: `wrong() {
	said=
	failed 125 "$1" 'the command said that it worked, but the kernel shows otherwise; the container was not started'
}`,
	need_hierarchies: `need_hierarchies() { # MOUNT-POINT...
	for each do
		[ -e "$each/cgroup.procs" ] ||
			failed 125 "no cgroups are mounted on $each" 'the script was made for another host' 'make it anew here: tsbox compile'
	done
}`,
	need_layer: `need_layer() { # FILE REFERENCE
	[ -e "$1" ] || failed 125 "the image $2 is not in the store" "$1 is missing" "tsbox images pull $2"
}`,
	run: `# Runs one command of a step.
run() { # COMMAND...
	command=$*
	"$@" || broken
}`,
	put: `# Writes a value to a file of the kernel, in one write(2).
put() { # VALUE FILE
	command="echo $1 > $2"
	printf '%s\\n' "$1" > "$2" || broken
}`,
	inherit: `# Copies the value of one kernel file to another that is empty yet.
inherit() { # FROM TO
	value=
	read -r value < "$2"
	[ -z "$value" ] || return 0
	read -r value < "$1"
	put "$value" "$2"
}`,
	point_in: `# Makes a mount point below a root; a symlink on the way would lead to the host.
point_in() { # KIND ROOT PATH
	point=$2 left=\${3#/}
	while [ -n "$left" ]; do
		point=$point/\${left%%/*}
		case $left in */*) left=\${left#*/} ;; *) left='' ;; esac
		[ ! -h "$point" ] || { echo "$point is a symlink" >&2; return 1; }
		if [ -z "$left" ] && [ "$1" = file ]; then
			[ -e "$point" ] || : > "$point" || return 1
		else
			[ -d "$point" ] || mkdir -m 755 "$point" || return 1
		fi
	done
}`,
	plain_folder: `# Of the layers, topmost first, the first that has the name must have a plain folder there.
plain_folder() { # NAME LAYER...
	folder=$1 top=$2
	shift
	for layer do
		if [ -d "$layer/$folder" ] && [ ! -h "$layer/$folder" ]; then return; fi
		# A whiteout hides the layers below.
		if [ "$layer" != "$top" ] && [ -c "$layer/$folder" ] && [ "$(stat -c %t:%T "$layer/$folder")" = 0:0 ]; then break; fi
		if [ -h "$layer/$folder" ] || [ -e "$layer/$folder" ]; then
			failed 125 "/$folder of the root filesystem is not a folder" \\
				"the kernel's files are mounted on /$folder, and what is there would send them somewhere else" \\
				"make /$folder a plain folder in the root filesystem"
		fi
	done
	run mkdir -m 755 "$top/$folder"
}`,
	check_folder: `check_folder() { # PATH...
	for each do [ -d "$each" ] || wrong "there is no folder $each"; done
}`,
	check_device_inside: `check_device_inside() { # FILE NAME
	holder=''
	read -r holder _ < "$1" || :
	grep -q "^ *$2:" "/proc/$holder/net/dev" 2>/dev/null || wrong "the network namespace of this user has no $2"
}`,
	check_process_of: `check_process_of() { # FILE
	number='' started=''
	read -r number started < "$1" || :
	[ "$(cut -d ' ' -f 22 "/proc/$number/stat" 2>/dev/null)" = "$started" ] || wrong "the process of $1 has ended"
}`,
	check_value: `check_value() { # FILE VALUE
	file=$1 wanted=$2 value=
	while read -r line || [ -n "$line" ]; do value="$value $line"; done < "$1"
	# shellcheck disable=SC2086 # words are meant
	set -- $value
	[ "$*" = "$wanted" ] || wrong "$file reads $* and not $wanted"
}`,
	quote: `# A text as one word of sh, in $quoted.
quote() { # TEXT
	quoted='' rest=$1
	while :; do
		case $rest in
		*\\'*) quoted="$quoted\${rest%%\\'*}'\\\\''" rest=\${rest#*\\'} ;;
		*) break ;;
		esac
	done
	quoted="'$quoted$rest'"
}`,
	not_undone: `not_undone() {
	printf 'error: %s\\n' "$1" >&2
	not_clean=1
}`,
	nap: `nap() { sleep 0.05 2>/dev/null || sleep 1; }`,
	stop_all: `# Ends every process of the container and waits until the first one is gone.
stop_all() {
	kill_all
	if alive "$chain" "$chain_started"; then kill -KILL "$chain" 2>/dev/null; fi
	if alive "$pid" "$pid_started"; then kill -KILL "$pid" 2>/dev/null; fi
	tries=0
	while alive "$pid" "$pid_started" && [ "$tries" -lt 500 ]; do
		tries=$((tries + 1))
		nap
	done
}`,
	remove_cgroups: `# Removes cgroups, then parents that nobody else uses. A dying process keeps its cgroup busy for a moment.
remove_cgroups() { # HOW-MANY CGROUP... PARENT...
	many=$1 tries=0
	shift
	while :; do
		rmdir "$@" 2>/dev/null
		busy='' at=0
		for each do
			if [ "$at" -lt "$many" ] && [ -d "$each" ]; then busy="$busy $each"; fi
			at=$((at + 1))
		done
		[ -n "$busy" ] || return 0
		tries=$((tries + 1))
		if [ "$tries" -gt 500 ]; then
			not_undone "the cgroup$busy does not become empty"
			return 0
		fi
		kill_all
		nap
	done
}`,
	remove_nested_cgroups: `# Removes the cgroups that the container made below its own, and kills what is left in them.
remove_nested_cgroups() ( # CGROUP...
	set +f
	for each do
		for below in "$each"/*/; do
			[ -d "$below" ] || continue
			while read -r process; do kill -KILL "$process" 2>/dev/null; done < "\${below}cgroup.procs"
			remove_nested_cgroups "\${below%/}"
			tries=0
			until rmdir "$below" 2>/dev/null || [ ! -d "$below" ]; do
				tries=$((tries + 1))
				[ "$tries" -le 500 ] || break
				nap
			done
		done
	done
)`,
	remove_trees: `remove_trees() { # FOLDER...
	tries=0
	until rm -rf ONE_FILE_SYSTEM-- "$@" 2>/dev/null; do
		# The kernel can be letting go of an overlay still.
		tries=$((tries + 1))
		if [ "$tries" -gt 100 ]; then
			rm -rf ONE_FILE_SYSTEM-- "$@" || not_undone "$* cannot be removed"
			return 0
		fi
		nap
	done
}`,
	run_while_there: `run_while_there() { # PATH COMMAND...
	there=$1
	shift
	[ ! -e "$there" ] || "$@" 2>/dev/null || [ ! -e "$there" ] || not_undone "$* did not take $there back"
}`,
	is_mounted: `is_mounted() { # FOLDER: it, or something below it
	while read -r _ _ _ _ target _; do
		case $target in "$1" | "$1"/*) return 0 ;; esac
	done < /proc/self/mountinfo
	return 1
}`,
	unmount_tree: `unmount_tree() { # FOLDER FOLDER-AS-MOUNTINFO-WRITES-IT
	while is_mounted "$2"; do
		umount -i -n -l -R "$1" || { not_undone "$1 cannot be unmounted" && return 0; }
	done
}`,
};
