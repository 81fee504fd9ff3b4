import type {MountRow} from '../step/action.ts';
import type {Check} from '../step/check.ts';
import type {Step} from '../step/step.ts';
import {containerPaths, type PlanInput, stage} from './input.ts';
import {afterRows, beforeRows, isNested, stagedSources} from './mount-rows.ts';
import type {CgroupPlan} from './plan-cgroup.ts';
import {hostFolderRows, rootRow} from './plan-rootfs.ts';

/** Options that are for mount(8) or are a filesystem's own way of saying things; mountinfo does not show them so. */
const unseen =
	/^(bind|rbind|rw|defaults|newinstance|X-|strictatime|size=|mode=|nr_inodes=|r?private|r?slave|r?shared|lowerdir=|upperdir=|workdir=|ptmxmode=|gid=|uid=|suid|exec|dev$)/;

function mountCheck(row: MountRow, target: string): Check {
	return {
		kind: 'mount',
		target,
		type: row.type === 'none' ? '' : row.type,
		options: row.options.filter(option => !unseen.test(option)),
	};
}

type InsideStep = (
	id: string,
	title: string,
	why: string,
	man: string,
	rest: Pick<Step, 'action'> & Partial<Pick<Step, 'object' | 'undo' | 'checks' | 'phase'>>,
) => Step;

/** What the steps of the container side share, and the undo of those that name none. */
function insideStep(undo: Step['undo']): InsideStep {
	return (id, title, why, man, rest) => ({
		id,
		phase: rest.phase ?? 'mounts',
		side: 'container',
		title,
		why,
		man,
		object: rest.object ?? null,
		action: rest.action,
		undo: rest.undo ?? undo,
		checks: rest.checks ?? [],
	});
}

/** The mounts phase up to the read-only root; everything the container sees is put in place here. */
export function planMounts(
	input: PlanInput,
	cgroup: CgroupPlan,
	toolbox: string,
	reaper: string | null,
): {readonly steps: readonly Step[]; readonly unstage: readonly Step[]} {
	const {service, facts, config, tty} = input;
	const paths = containerPaths(input);
	const own = service.namespaces.includes('mount');
	const loopback = service.namespaces.includes('network') && own;
	const staged = stagedSources(input, reaper);
	const before = beforeRows(input, rootRow(input), toolbox, staged, loopback);
	const after = afterRows(
		input,
		staged,
		cgroup.members.map(member => member.controller),
	);
	const files = staged.filter(each => each.kind === 'file');
	const nothing = {
		kind: 'none',
		reason: own ? 'it goes with the mount namespace' : 'it goes when the root is unmounted',
	} as const;
	const undo = own ? nothing : ({kind: 'unmountTree', path: paths.root} as const);
	const inside = insideStep(nothing);
	const visible = (row: MountRow): string | null =>
		row.target === paths.root ? '/' : row.target.startsWith(paths.stage) ? null : row.target.slice(paths.root.length);
	const steps: Step[] = [
		inside(
			'mounts.before',
			'mount the root filesystem, /proc, /dev and a stage',
			'One mount(8) call reads these rows like /etc/fstab. The stage holds the tools and sources that the next steps need once the host is out of sight.',
			'mount(8)',
			{
				object: `${before.length} mounts`,
				action: {kind: 'mountTable', name: 'before', place: 'host', rows: before},
				undo,
				checks: before.flatMap(row => {
					const target = visible(row);
					// Of two mounts on one target the kernel shows the one on top.
					return target === null || after.some(over => over.target === target) ? [] : [mountCheck(row, target)];
				}),
			},
		),
	];
	const deviceFiles = [
		...facts.devices,
		...(config.mounts.some(mount => mount.type === 'devpts') ? ['/dev/ptmx'] : []),
		...(tty ? ['/dev/console'] : []),
		...(reaper === null ? [] : ['/dev/init']),
	];
	steps.push(
		inside(
			'mounts.devices',
			'make files to bind the devices on',
			'A bind mount needs something to be mounted on; the files stay empty.',
			'sh(1)',
			{
				action: {
					kind: 'touch',
					paths: [
						...deviceFiles.map(path => `${paths.root}${path}`),
						...files.map(each => `${paths.stage}/${each.name}`),
						...(tty ? [`${paths.stage}/console`] : []),
					],
				},
			},
		),
	);
	const links = input.map === null ? [] : input.hostRoot.filter(({kind}) => kind === 'symlink');
	if (links.length > 0) {
		steps.push(
			inside(
				'rootfs.links',
				"copy the links of the host's root",
				'Where /bin is a symlink to /usr/bin, programs are looked for by both names.',
				'cp(1)',
				{
					action: {
						kind: 'run',
						tool: 'cp',
						args: ['-P', '--', ...links.map(({name}) => `/${name}`), `${paths.root}/`],
						place: 'host',
					},
				},
			),
		);
	}
	if (facts.deviceLinks.length > 0) {
		steps.push(
			inside(
				'mounts.links',
				'copy the standard links of /dev',
				'Programs open /dev/stdout and /dev/fd/0 by these names.',
				'cp(1)',
				{
					action: {kind: 'run', tool: 'cp', args: ['-P', ...facts.deviceLinks, `${paths.root}/dev/`], place: 'host'},
				},
			),
		);
	}
	if (files.length > 0) {
		const rows = files.map(each => ({
			source: each.real,
			target: `${paths.stage}/${each.name}`,
			type: 'none',
			options: ['bind'],
			why: 'a file to bind from',
		}));
		steps.push(
			inside(
				'mounts.sources',
				'put the files to bind from on the stage',
				'A file can only be bound on a file, which had to be made first.',
				'mount(8)',
				{action: {kind: 'mountTable', name: 'sources', place: 'host', rows}},
			),
		);
	}
	if (tty) {
		steps.push(
			inside(
				'mounts.terminal',
				'put its terminal on the stage',
				"The pty lies in the host's /dev/pts, which will be out of sight; it becomes /dev/console.",
				'pts(4)',
				{action: {kind: 'bindTerminal', target: `${paths.stage}/console`}},
			),
		);
	}
	steps.push(
		service.root === 'pivot'
			? inside(
					'root.pivot',
					'make it the root',
					"From here on every path begins in the container's own root; the host's old root is put on the stage.",
					'pivot_root(8)',
					{
						object: 'root mount',
						action: {kind: 'pivotRoot', newRoot: paths.root, toolbox: `${paths.stage}/tools`, putOld: paths.stage},
					},
				)
			: inside(
					'root.chroot',
					'make it the root',
					'Every path of this process now begins here. The host is still mounted and a privileged process can find the way back: chroot is no boundary.',
					'chroot(8)',
					{
						object: 'root folder of the process',
						action: {kind: 'chroot', newRoot: paths.root, toolbox: `${stage}/tools`},
					},
				),
	);
	if (service.root === 'pivot') {
		steps.push(
			inside(
				'root.release',
				"let go of the host's root",
				'Nothing of the host but what lies on the stage can be named any more, before any path of the container is looked at.',
				'umount(8)',
				{
					action: {kind: 'run', tool: 'umount', args: ['-i', '-n', '-l', stage], place: 'toolbox'},
				},
			),
		);
	}
	if (service.hostname !== undefined) {
		steps.push(
			inside(
				'uts.hostname',
				`set the hostname to ${service.hostname}`,
				'The uts namespace has a name of its own; writing it here does not change the host.',
				'uts_namespaces(7)',
				{
					phase: 'hardening',
					object: `hostname ${service.hostname}`,
					action: hostnameAction(input, service.hostname),
					undo: {kind: 'none', reason: 'it goes with the uts namespace'},
					checks: [{kind: 'readBack', path: '/proc/sys/kernel/hostname', equals: service.hostname}],
				},
			),
		);
	}
	if (service.domainname !== undefined) {
		steps.push(
			inside(
				'uts.domainname',
				`set the domain name to ${service.domainname}`,
				'It belongs to the same namespace as the hostname.',
				'uts_namespaces(7)',
				{
					phase: 'hardening',
					action: {kind: 'write', path: '/proc/sys/kernel/domainname', value: service.domainname},
					undo: {kind: 'none', reason: 'it goes with the uts namespace'},
					checks: [{kind: 'readBack', path: '/proc/sys/kernel/domainname', equals: service.domainname}],
				},
			),
		);
	}
	for (const [name, value] of Object.entries(config.linux.sysctl)) {
		const path = `/proc/sys/${name.replaceAll('.', '/')}`;
		steps.push(
			inside(
				`sysctl.${name}`,
				`set ${name} to ${value}`,
				'This kernel setting belongs to one of the new namespaces, not to the whole machine.',
				'sysctl(8)',
				{
					phase: 'hardening',
					object: `${path} = ${value}`,
					action: {kind: 'write', path, value},
					undo: {kind: 'none', reason: 'it goes with its namespace'},
					checks: [{kind: 'readBack', path, equals: value}],
				},
			),
		);
	}
	if (loopback) {
		const path = `${stage}/sys/class/net/lo/flags`;
		steps.push(
			inside(
				'network.loopback',
				'bring the loopback interface up',
				'A new network namespace has only lo, and it is down; programs expect 127.0.0.1. Writing IFF_UP to sysfs does what `ip link set lo up` does.',
				'network_namespaces(7)',
				{
					phase: 'namespaces',
					object: 'interface lo, up',
					action: {kind: 'write', path, value: '0x9'},
					undo: {kind: 'none', reason: 'it goes with the network namespace'},
					checks: [{kind: 'readBack', path, equals: '0x9'}],
				},
			),
		);
	}
	steps.push(...pointSteps(input, inside));
	if (after.length > 0) {
		steps.push(
			inside(
				'mounts.after',
				'mount everything else',
				'These rows are resolved inside the new root: a symlink in the image or a volume can lead nowhere but into the container.',
				'mount(8)',
				{
					object: `${after.length} mounts`,
					action: {kind: 'mountTable', name: 'after', place: 'toolbox', rows: after},
					undo,
					checks: after.map(row => mountCheck(row, row.target)),
				},
			),
		);
	}
	if (service.workingDir !== undefined && service.workingDir !== '/') {
		steps.push(
			inside('process.directory', `see that ${service.workingDir} is there`, 'The command starts in it.', 'mkdir(1)', {
				phase: 'mounts',
				action: {kind: 'workingDirectory', path: service.workingDir},
				undo: {kind: 'none', reason: 'it goes with the writable layer'},
			}),
		);
	}
	if (config.root.readonly) {
		// The overlays of an ordinary user's root are mounts of their own, each to be made read-only.
		const folders = hostFolderRows(input)
			.map(row => row.target.slice(paths.root.length))
			.filter(target => !after.some(over => over.target === target));
		for (const target of ['/', ...folders]) {
			steps.push(
				inside(
					target === '/' ? 'root.readonly' : `root.readonly.${target.slice(1).replaceAll(/\W/g, '_')}`,
					`make ${target === '/' ? 'the root' : target} read-only`,
					'Nothing but the mounts that allow it can be written.',
					'mount(8)',
					{
						action: {
							kind: 'run',
							tool: 'mount',
							args: ['-i', '-n', '-o', `remount,bind,ro${service.privileged ? '' : ',nodev'}`, target],
							place: 'toolbox',
						},
						checks: [{kind: 'mount', target, type: '', options: ['ro']}],
					},
				),
			);
		}
	}
	const unstage = [
		inside(
			'stage.release',
			'take the stage away',
			"The tools, devices and sources can't be reached by any path any more. The shell's working directory keeps the toolbox alive: a detached, read-only tree.",
			'umount(8)',
			{
				action: {kind: 'run', tool: 'umount', args: ['-i', '-n', '-l', stage], place: 'toolbox'},
			},
		),
		inside('stage.remove', 'remove its empty folder', 'The container sees no trace of how it was made.', 'rmdir(1)', {
			action: {kind: 'run', tool: 'rmdir', args: [stage], place: 'toolbox'},
			checks:
				own && service.root === 'pivot'
					? [
							{
								kind: 'onlyMounts',
								targets: [
									...new Set([
										...before.map(visible).filter(target => target !== null),
										...after.map(row => row.target),
									]),
								],
							},
						]
					: [],
		}),
	];
	return {steps, unstage};
}

/** Only root of the host may write the file; the system call asks for root of the uts namespace's owner alone. */
function hostnameAction({map}: PlanInput, name: string): Step['action'] {
	const path = '/proc/sys/kernel/hostname';
	return map === null
		? {kind: 'write', path, value: name}
		: {kind: 'run', tool: 'hostname', args: [name], place: 'toolbox', reads: path};
}

function pointSteps(input: PlanInput, inside: InsideStep): readonly Step[] {
	const folders: string[] = [];
	const files: string[] = input.service.devices.map(({target}) => target);
	for (const mount of input.config.mounts) {
		if (mount.type === 'bind' && input.sources[mount.source]?.kind === 'file') files.push(mount.destination);
		else if (isNested(input, mount)) continue;
		else if (
			mount.type === 'bind' ||
			(mount.type === 'tmpfs' && mount.source === 'tmpfs' && mount.destination !== '/dev')
		)
			folders.push(mount.destination);
	}
	if (folders.length + files.length === 0) return [];
	return [
		inside(
			'mounts.points',
			'make the missing mount points',
			'A mount needs a folder or a file to cover. A symlink there is refused: it would move the mount to where nobody asked for it.',
			'mkdir(1)',
			{
				action: {kind: 'mountPoints', folders, files},
				undo: {kind: 'none', reason: 'they go with the writable layer'},
			},
		),
	];
}
