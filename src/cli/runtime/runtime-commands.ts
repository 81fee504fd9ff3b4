import type {Option, Options} from '../verb/command.ts';

/** A verb of the runtime as data: for the parser, the help pages, and completion. */
export interface RuntimeCommand {
	readonly describe: string;
	/** The words after the options. */
	readonly words: string;
	readonly options: Options;
	/** The words after the first one are a command line of their own: an option among them is not the runtime's. */
	readonly passesOn?: true;
	/** Why it is refused, whatever its options are. */
	readonly refused?: string;
}

const text = (describe: string, more: Partial<Option> = {}): Option => ({
	kind: 'text',
	value: 'VALUE',
	describe,
	...more,
});
const flag = (describe: string, short?: string): Option => ({
	kind: 'flag',
	describe,
	...(short === undefined ? {} : {short}),
});
const list = (describe: string, short: string): Option => ({kind: 'list', short, value: 'VALUE', describe});

/** Global options: those of runc, the one that only crun has, and where tsbox keeps its own. */
export const runtimeGlobals: Options = {
	root: text('Folder of all containers of this caller (default: /run/tsbox-runtime)', {value: 'DIR'}),
	log: text('File to append errors and warnings to', {value: 'FILE'}),
	'log-format': text('text or json', {choices: ['text', 'json']}),
	debug: flag('Log each step too'),
	'systemd-cgroup': flag('Ask systemd for the scope that cgroupsPath names as slice:prefix:name'),
	'cgroup-manager': text("crun's name for it: systemd is --systemd-cgroup", {choices: ['cgroupfs', 'systemd']}),
	rootless: text('Ignored: an ordinary user is one without it', {value: 'true|false|auto'}),
	criu: text('Ignored: there are no checkpoints', {value: 'FILE'}),
	state: text("Folder of tsbox's container state", {value: 'DIR'}),
	store: text("Folder of tsbox's unpacked tools", {value: 'DIR'}),
	config: text('Configuration file of tsbox', {value: 'FILE'}),
	help: flag('Show this help', 'h'),
	version: flag('Show the version', 'v'),
};

const bundle = {
	bundle: text('Folder with config.json (default: this folder)', {short: 'b', value: 'DIR'}),
	config: text('Another file than config.json; a relative path begins in the bundle', {short: 'f', value: 'FILE'}),
	'console-socket': text('Socket that gets the terminal of the process', {value: 'FILE'}),
	'pid-file': text('File to write the number of the process to', {value: 'FILE'}),
	'preserve-fds': text('How many descriptors from 3 on, after those of LISTEN_FDS, the process has too', {value: 'N'}),
	'no-pivot': flag('Refused: only pivot_root(2) takes the files of the host out of reach'),
	'no-new-keyring': flag('Use the session keyring of the caller'),
	'pidfd-socket': text('Refused: a pidfd is not handed on', {value: 'FILE'}),
} satisfies Options;

const limits = {
	'blkio-weight': text('Weight of block I/O, 10 to 1000'),
	'cpu-period': text('Period of the CPU quota, µs'),
	'cpu-quota': text('CPU time in each period, µs; -1: no limit'),
	'cpu-burst': text('CPU time that may be saved up, µs'),
	'cpu-share': text('Share of CPU time beside other containers, 2 to 262144'),
	'cpu-rt-period': text('Period of real-time processes, µs'),
	'cpu-rt-runtime': text('Time of real-time processes in each period, µs'),
	'cpuset-cpus': text('CPUs, as 0-3,7'),
	'cpuset-mems': text('Memory nodes, as 0-1'),
	memory: text('Memory, bytes or as 50M; -1: no limit'),
	'memory-reservation': text('Memory to keep when memory is short, bytes or as 50M'),
	'memory-swap': text('Memory and swap together, bytes or as 50M; -1: no limit'),
	'pids-limit': text('Number of processes; -1: no limit'),
	'cpu-idle': text('1: only CPU time that nobody else wants; 0: as usual'),
	'kernel-memory': text('Ignored, as in runc: the kernel has no such limit any more'),
	'kernel-memory-tcp': text('Ignored, as in runc: the kernel has no such limit any more'),
	'l3-cache-schema': text('Refused, as `linux.intelRdt`'),
	'mem-bw-schema': text('Refused, as `linux.intelRdt`'),
} satisfies Options;

/** Command lines, and what each does. */
export const runtimeExamples: readonly (readonly [line: string, what: string])[] = [
	['tsbox oci run --bundle DIR demo', 'run a bundle until its command ends'],
	['tsbox oci create --help', 'the options of a verb'],
];

const format = text('table or json', {short: 'f', choices: ['table', 'json']});

const noCheckpoints = 'no step of a plan stores the memory of processes';

/** All verbs. Names, options and meaning are those of runc(8); `--config` and `--regex` are those of crun(1). */
export const runtimeCommands: Readonly<Record<string, RuntimeCommand>> = {
	checkpoint: {describe: 'Refused: there are no checkpoints', words: 'ID', options: {}, refused: noCheckpoints},
	create: {describe: 'Create a container; `start` lets its command run', words: 'ID', options: bundle},
	delete: {
		describe: 'Remove a container that has ended',
		words: 'ID',
		options: {
			force: flag('Kill it first; an unknown ID is no error', 'f'),
			regex: flag('ID is a regular expression: remove all containers whose ID it matches'),
		},
	},
	events: {
		describe: 'Print use and out-of-memory kills of a container as JSON',
		words: 'ID',
		options: {
			interval: text('Time between two, as 500ms (default: 5s)', {value: 'TIME'}),
			stats: flag('Print use once'),
		},
	},
	exec: {
		describe: 'Run another process in a container',
		words: 'ID COMMAND [ARGUMENTS]',
		passesOn: true,
		options: {
			'console-socket': bundle['console-socket'],
			cwd: text('Working directory in the container', {value: 'DIR'}),
			env: list('Environment variable, as NAME=VALUE', 'e'),
			tty: flag('Give the process a terminal', 't'),
			user: text('User, as UID or UID:GID', {short: 'u'}),
			'additional-gids': list('Another group, as a number', 'g'),
			process: text('File with the process, as in config.json', {short: 'p', value: 'FILE'}),
			detach: flag('Return when the process runs', 'd'),
			'pid-file': bundle['pid-file'],
			'process-label': text('SELinux label'),
			apparmor: text('AppArmor profile'),
			'no-new-privs': flag('Let the process gain no privileges'),
			cap: list('Another capability', 'c'),
			'preserve-fds': bundle['preserve-fds'],
			cgroup: {
				kind: 'list',
				value: '[CONTROLLERS:]PATH',
				describe: 'A control group that is there already, below that of the container',
			},
			'ignore-paused': flag('Also in a paused container'),
			'pidfd-socket': bundle['pidfd-socket'],
		},
	},
	features: {describe: 'Print what this runtime can do here as JSON', words: '', options: {}},
	kill: {
		describe: 'Send a signal to a container, SIGTERM by default',
		words: 'ID [SIGNAL]',
		options: {all: flag('To all its processes', 'a')},
	},
	list: {
		describe: 'List the containers of a root folder',
		words: '',
		options: {format, quiet: flag('Print IDs alone', 'q')},
	},
	pause: {describe: 'Freeze all processes of a container', words: 'ID', options: {}},
	ps: {
		describe: 'List the processes of a container, by ps(1) or as JSON',
		words: 'ID [OPTIONS OF PS]',
		passesOn: true,
		options: {format},
	},
	restore: {describe: 'Refused: there are no checkpoints', words: 'ID', options: {}, refused: noCheckpoints},
	resume: {describe: 'Let a paused container go on', words: 'ID', options: {}},
	run: {
		describe: 'Create a container, start it, and wait for its end',
		words: 'ID',
		options: {
			...bundle,
			detach: flag('Return when the command runs', 'd'),
			keep: flag('Leave the container for `delete` when it has ended'),
			'no-subreaper': flag('Ignored: tsbox is no subreaper'),
			// Of tsbox.
			record: flag('Keep a record of the run'),
		},
	},
	spec: {
		describe: 'Write a config.json to begin with',
		words: '',
		options: {
			bundle: text('Folder to write to (default: this folder)', {short: 'b', value: 'DIR'}),
			rootless: flag('For an ordinary user'),
		},
	},
	start: {describe: 'Let the command of a created container run', words: 'ID', options: {}},
	state: {describe: 'Print the state of a container as JSON', words: 'ID', options: {}},
	update: {
		describe: 'Change limits of a container',
		words: 'ID',
		options: {
			resources: text('File with `linux.resources`; - is the standard input', {short: 'r', value: 'FILE'}),
			...limits,
		},
	},
};
