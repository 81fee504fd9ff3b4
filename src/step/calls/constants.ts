/** Flags of the calls, with their values in include/uapi/linux of the kernel: mount.h, sched.h, prctl.h, personality.h. */
export const constants = {
	MS_RDONLY: 0x1,
	MS_NOSUID: 0x2,
	MS_NODEV: 0x4,
	MS_NOEXEC: 0x8,
	MS_SYNCHRONOUS: 0x10,
	MS_REMOUNT: 0x20,
	MS_DIRSYNC: 0x80,
	MS_NOSYMFOLLOW: 0x100,
	MS_NOATIME: 0x400,
	MS_NODIRATIME: 0x800,
	MS_BIND: 0x1000,
	MS_REC: 0x4000,
	MS_UNBINDABLE: 0x20000,
	MS_PRIVATE: 0x40000,
	MS_SLAVE: 0x80000,
	MS_SHARED: 0x100000,
	MS_RELATIME: 0x200000,
	MS_STRICTATIME: 0x1000000,
	MS_LAZYTIME: 0x2000000,
	MNT_DETACH: 0x2,
	UMOUNT_NOFOLLOW: 0x8,
	CLONE_NEWTIME: 0x80,
	CLONE_NEWNS: 0x20000,
	CLONE_NEWCGROUP: 0x2000000,
	CLONE_NEWUTS: 0x4000000,
	CLONE_NEWIPC: 0x8000000,
	CLONE_NEWUSER: 0x10000000,
	CLONE_NEWPID: 0x20000000,
	CLONE_NEWNET: 0x40000000,
	ADDR_NO_RANDOMIZE: 0x40000,
} as const satisfies Readonly<Record<string, number>>;

/** The name of a flag. */
export type Flag = keyof typeof constants;

/** The system calls of the executor, without those that perl has functions for. */
export type SystemCall =
	| 'capget'
	| 'capset'
	| 'clock_gettime'
	| 'clone'
	| 'clone3'
	| 'close'
	| 'dup3'
	| 'exit_group'
	| 'mount'
	| 'mount_setattr'
	| 'move_mount'
	| 'open_tree'
	| 'openat'
	| 'openat2'
	| 'personality'
	| 'pivot_root'
	| 'prctl'
	| 'prlimit64'
	| 'read'
	| 'rt_sigprocmask'
	| 'seccomp'
	| 'setdomainname'
	| 'setgroups'
	| 'sethostname'
	| 'setns'
	| 'setresgid'
	| 'setresuid'
	| 'setsid'
	| 'signalfd4'
	| 'statfs'
	| 'statx'
	| 'umount2'
	| 'unshare'
	| 'write';

/** The numbers of the calls, by machine name of uname(2): arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h. */
export const systemCalls: Readonly<Record<string, Readonly<Record<SystemCall, number>>>> = {
	x86_64: {
		capget: 125,
		capset: 126,
		clock_gettime: 228,
		clone: 56,
		clone3: 435,
		close: 3,
		dup3: 292,
		exit_group: 231,
		mount: 165,
		mount_setattr: 442,
		move_mount: 429,
		open_tree: 428,
		openat: 257,
		openat2: 437,
		personality: 135,
		pivot_root: 155,
		prctl: 157,
		prlimit64: 302,
		read: 0,
		rt_sigprocmask: 14,
		seccomp: 317,
		setdomainname: 171,
		setgroups: 116,
		sethostname: 170,
		setns: 308,
		setresgid: 119,
		setresuid: 117,
		setsid: 112,
		signalfd4: 289,
		statfs: 137,
		statx: 332,
		umount2: 166,
		unshare: 272,
		write: 1,
	},
	aarch64: {
		capget: 90,
		capset: 91,
		clock_gettime: 113,
		clone: 220,
		clone3: 435,
		close: 57,
		dup3: 24,
		exit_group: 94,
		mount: 40,
		mount_setattr: 442,
		move_mount: 429,
		open_tree: 428,
		openat: 56,
		openat2: 437,
		personality: 92,
		pivot_root: 41,
		prctl: 167,
		prlimit64: 261,
		read: 63,
		rt_sigprocmask: 135,
		seccomp: 277,
		setdomainname: 162,
		setgroups: 159,
		sethostname: 161,
		setns: 268,
		setresgid: 149,
		setresuid: 147,
		setsid: 157,
		signalfd4: 74,
		statfs: 43,
		statx: 291,
		umount2: 39,
		unshare: 97,
		write: 64,
	},
};
