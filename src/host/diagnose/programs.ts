import {type HostFacts, type ToolName, toolNames} from '../facts.ts';
import type {Finding} from './finding.ts';
import {installCommand} from './install.ts';

/** Tools that every start needs. */
const required: readonly ToolName[] = [
	'sh',
	'env',
	'unshare',
	'mount',
	'umount',
	'pivot_root',
	'setpriv',
	'mkdir',
	'rmdir',
	'cat',
];

/** Options that every start needs. BusyBox's versions lack some. */
const requiredFlags: Readonly<Partial<Record<ToolName, readonly string[]>>> = {
	env: ['chdir', 'ignore-environment'],
	unshare: ['cgroup', 'fork', 'ipc', 'kill-child', 'mount', 'net', 'pid', 'propagation', 'uts'],
	mount: ['all', 'fstab'],
	setpriv: ['bounding-set', 'clear-groups', 'groups', 'inh-caps', 'no-new-privs', 'regid', 'reuid'],
};

/** What does not work without each of the other tools. */
const losses: Readonly<Partial<Record<ToolName, string>>> = {
	nsenter: '`tsbox exec` cannot enter a container',
	chroot: '`root: chroot` cannot be used',
	setarch: '`reproducible:` cannot turn off address randomization',
	prlimit: '`ulimits:` cannot be set',
	setsid: 'containers cannot have their own session',
	cp: 'root filesystems cannot be copied when overlays do not work',
	ln: 'the links /dev/fd, /dev/stdin, /dev/stdout, and /dev/stderr cannot be created',
	rm: 'compiled scripts cannot clean up after themselves',
	head: 'compiled scripts cannot read their own parts',
	hostname: 'rootless containers cannot have their own hostname',
	tar: '`rootfs:` cannot be a tar archive',
	gzip: '`rootfs:` cannot be a .tar.gz archive',
	zstd: '`rootfs:` cannot be a .tar.zst archive',
	xz: '`rootfs:` cannot be a .tar.xz archive',
	bzip2: '`rootfs:` cannot be a .tar.bz2 archive',
	sync: 'unpacked archives are not synced to disk',
	script: 'containers cannot have a terminal (`-t`)',
	stty: "a container's terminal cannot follow the window size",
	flock: 'two compiled scripts of one container can disturb each other',
	chmod: 'containers of root cannot have a user namespace',
	chown: 'containers of root cannot have a user namespace',
	fallocate: 'logs of detached containers grow without limit',
	ip: '`veth` of a bare container cannot be had',
	newuidmap: 'a user namespace has a single user',
	newgidmap: 'a user namespace has a single group',
};

/** A finding per tool. perl, tini, and catatonit are reported with the feature that uses them. */
export function programFindings(facts: HostFacts): readonly Finding[] {
	const tools = toolNames.filter(name => required.includes(name) || losses[name] !== undefined);
	return [...tools.map(name => toolFinding(name, facts)), initFinding(facts), toolboxFinding(facts)];
}

function toolFinding(name: ToolName, {tools, packageManager}: HostFacts): Finding {
	const tool = tools[name];
	const lacking = tool === null ? [] : (requiredFlags[name] ?? []).filter(flag => !tool.flags.includes(flag));
	const fine = tool !== null && lacking.length === 0;
	const lacks = lacking.length === 0 ? '' : `, without ${lacking.map(flag => `--${flag}`).join(', ')}`;
	const absent = required.includes(name) ? 'missing' : 'warn';
	return {
		id: `tool.${name}`,
		area: 'programs',
		subject: name,
		state: fine ? 'ok' : absent,
		found: tool === null ? 'not found' : `${tool.version}, ${tool.path}${lacks}`,
		without: losses[name] ?? 'no container can be started',
		hint: fine ? null : installCommand(name, packageManager),
	};
}

function initFinding({tools, packageManager}: HostFacts): Finding {
	const init = tools.tini ?? tools.catatonit;
	return {
		id: 'tool.init',
		area: 'programs',
		subject: 'tini or catatonit',
		state: init === null ? 'warn' : 'ok',
		found: init === null ? 'not found' : `${init.version}, ${init.path}`,
		without: '`init: true` runs a shell as process 1, which reaps zombies but forwards no signals',
		hint: init === null ? installCommand('tini', packageManager) : null,
	};
}

function toolboxFinding({toolbox}: HostFacts): Finding {
	return {
		id: 'toolbox',
		area: 'programs',
		subject: 'toolbox inside the container',
		state: toolbox.kind === 'none' ? 'missing' : 'ok',
		found: toolboxWords(toolbox),
		without: 'containers cannot be set up after their root has changed',
		hint: null,
	};
}

function toolboxWords(toolbox: HostFacts['toolbox']): string {
	switch (toolbox.kind) {
		case 'copy':
			return `a copy of ${toolbox.files.length} files`;
		case 'none':
			return toolbox.why;
	}
}
