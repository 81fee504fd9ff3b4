/**
 * An attack that each protection stops, by the protection's name. The numbers are those of `test/escapes/attacks.json`, where
 * the attack is tried.
 */
export const attacks = {
	'root filesystem':
		'Walking out of a chroot with CAP_SYS_CHROOT, and CVE-2021-30465: a mount target that is swapped for a symlink to the host.',
	'process ids': 'Killing a process of the host, or reading its secrets in /proc/PID/environ.',
	network: 'CVE-2020-15257: containerd was taken over through its abstract socket on the network of the host.',
	'ipc, hostname, cgroup view': 'Reading or writing the shared memory of a database or browser of the host.',
	'files of the host': 'Reading /etc/shadow, private keys, and the sockets of /run, such as the one of docker.',
	'user ids': 'CVE-2019-5736: root of the container overwrote the runtime of the host through /proc/PID/exe.',
	capabilities: 'CVE-2022-0492: with CAP_SYS_ADMIN, release_agent of a cgroup runs a program on the host.',
	no_new_privs: 'A set-user-ID program with a hole, such as pkexec (PwnKit): any user becomes root of the container.',
	seccomp: 'CVE-2022-0185 and CVE-2026-31431: bugs of the kernel behind fsopen and AF_ALG made any user root.',
	'security module': 'Reading and writing files that only the rights of their owners protect.',
	landlock: 'A program that was taken over reads every file of its user.',
	'kernel files': 'CVE-2025-31133: a program that is written into core_pattern runs as root of the host.',
	devices: '`mknod` of the disk of the host, and reading or writing all of its files through it.',
	limits: 'A fork bomb, or a leak that makes the kernel kill processes of the host.',
	'terminal, descriptors, environment':
		'CVE-2024-21626: a descriptor that the runtime left open led to the host; TIOCSTI types into the terminal of the caller.',
};
