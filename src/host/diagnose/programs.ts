import {type HostFacts, type ToolName, toolNames} from '../facts.ts';
import type {Finding} from './finding.ts';
import {installCommand} from './install.ts';

/** Tools without which nothing can be started. */
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

/** Options that every start uses; the small versions of BusyBox lack some. */
const requiredFlags: Readonly<Partial<Record<ToolName, readonly string[]>>> = {
	env: ['chdir', 'ignore-environment'],
	unshare: ['cgroup', 'fork', 'ipc', 'kill-child', 'mount', 'net', 'pid', 'propagation', 'uts'],
	mount: ['all', 'fstab'],
	setpriv: ['bounding-set', 'clear-groups', 'groups', 'inh-caps', 'no-new-privs', 'regid', 'reuid'],
};

/** What a spec or a verb can't have without the others. */
const losses: Readonly<Partial<Record<ToolName, string>>> = {
	nsenter: '`tsbox exec` cannot enter a container',
	chroot: '`root: chroot` cannot be used',
	setarch: '`reproducible:` leaves addresses at random',
	prlimit: '`ulimits:` cannot be set',
	setsid: 'a container cannot have a session of its own',
	cp: 'a root filesystem cannot be copied where overlays cannot be had',
	ln: 'the links /dev/fd, /dev/stdin, /dev/stdout and /dev/stderr cannot be made',
	rm: 'a compiled script cannot clean up after itself',
	head: 'a compiled script cannot read its parts',
	hostname: 'a container of an ordinary user cannot have a hostname of its own',
	tar: '`rootfs:` cannot be a tar archive',
	gzip: '`rootfs:` cannot be a .tar.gz archive',
	zstd: '`rootfs:` cannot be a .tar.zst archive',
	xz: '`rootfs:` cannot be a .tar.xz archive',
	bzip2: '`rootfs:` cannot be a .tar.bz2 archive',
	sync: 'an unpacked archive is not forced to the disk',
	script: 'a container cannot have a terminal (`-t`)',
	stty: "a container's terminal cannot follow the size of the window",
	flock: "two compiled scripts of one container cannot keep out of each other's way",
	chmod: 'a container of root cannot have a user namespace',
	chown: 'a container of root cannot have a user namespace',
	fallocate: 'the output of detached containers is kept whole, however long it gets',
	newuidmap: 'a user namespace can hold one user only',
	newgidmap: 'a user namespace can hold one group only',
};

/** A line for each tool; perl and the two inits are told of where they are used. */
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
		without: '`init: true` makes a shell process 1, which reaps but passes no signals on',
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
		without: 'no container can be set up after its root has changed',
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
