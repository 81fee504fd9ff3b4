import type {MountRow} from '../step/action.ts';
import type {Check} from '../step/check.ts';
import type {Step} from '../step/step.ts';
import {containerPaths, type PlanInput, stage} from './input.ts';
import {insideStep} from './inside-step.ts';
import {kernelSettings} from './kernel-settings.ts';
import {pointSteps} from './mount-points.ts';
import {afterRows, beforeRows} from './mount-rows.ts';
import type {CgroupPlan} from './plan-cgroup.ts';
import {rootRow} from './plan-rootfs.ts';
import {readonlyRoot} from './readonly-root.ts';
import {stagedSources} from './staged-sources.ts';

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
	steps.push(...kernelSettings(input, inside, loopback));
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
	steps.push(...readonlyRoot(input, inside, after));
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
