import {isRange} from '../../host/id-map.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import {opensNodes} from '../cgroup/plan-devices.ts';
import {containerPaths, isInUserNamespace, type PlanInput} from '../input/input.ts';
import {hostFolderRows, rootMount} from '../rootfs/root-rows.ts';
import type {Taken} from './gather.ts';
import {idmapOption, stagedOf, stagedSources} from './staged-sources.ts';

/** The rows for /proc and an empty /dev, with the options of the OCI config. */
function kernelRows(input: PlanInput, taken: Taken): readonly MountRow[] {
	const {root} = containerPaths(input);
	const rows: MountRow[] = [];
	const proc = input.config.mounts.find(({destination, type}) => destination === '/proc' && type === 'proc');
	if (proc !== undefined) {
		const why = 'its processes, as seen from its own pid namespace';
		rows.push({source: 'proc', target: `${root}/proc`, type: 'proc', options: proc.options, why});
	}
	const dev = input.config.mounts.find(mount => mount.destination === '/dev');
	// What the configuration of a bundle binds there is under the stage.
	if (dev?.type === 'bind') {
		const name = stagedOf(input, dev, stagedSources(input, null))?.name;
		rows.push({
			source: taken.staged.find(each => each.name === name)?.real ?? dev.source,
			target: `${root}/dev`,
			type: 'none',
			options: dev.options,
			why: 'a folder of the host',
		});
	} else if (dev !== undefined) {
		const options = opensNodes(input) ? dev.options.filter(option => option !== 'nodev') : dev.options;
		rows.push({source: 'tmpfs', target: `${root}/dev`, type: 'tmpfs', options, why: 'an empty /dev'});
	}
	return rows;
}

/** The stage and the folders that are bound onto it while the host is still visible. */
function stageRows(input: PlanInput, {toolbox, conf, staged}: Taken, withSys: boolean): readonly MountRow[] {
	const paths = containerPaths(input);
	const on = (source: string, name: string, options: readonly string[], why: string, type = 'none'): MountRow => ({
		source,
		target: `${paths.stage}/${name}`,
		type,
		options: [...options, 'X-mount.mkdir'],
		why,
	});
	// In a user namespace submounts are locked to the folders that they cover (mount_namespaces(7)), so only a recursive
	// bind succeeds.
	const bind = isInUserNamespace(input) ? 'rbind' : 'bind';
	const gathered = isRange(input.map);
	return [
		{
			source: 'tmpfs',
			target: paths.stage,
			type: 'tmpfs',
			options: ['nosuid', 'nodev', 'mode=700', 'size=64k', 'X-mount.mkdir'],
			why: 'the stage: what the setting up needs, gone before the command starts',
		},
		on(toolbox, 'tools', [bind, 'ro', 'nosuid', 'nodev'], "the host's tools, read-only"),
		on('/dev', 'dev', [bind, 'ro', 'nosuid', 'noexec'], "the host's devices, to bind from"),
		on(conf, 'conf', ['bind', 'ro', 'nosuid', 'nodev', 'noexec'], 'the mount tables'),
		...(withSys
			? [on('sysfs', 'sys', ['nosuid', 'nodev', 'noexec'], 'to bring the loopback interface up', 'sysfs')]
			: []),
		...staged
			.filter(each => each.kind === 'folder')
			.map(each =>
				on(
					each.real,
					each.name,
					[each.recursive ? 'rbind' : 'bind', ...(gathered ? [] : idmapOption(each.idmap))],
					'a folder to bind from',
				),
			),
	];
}

/** The rows to mount from the host: root, /proc, /dev, and the stage with the toolbox and the bind sources. */
export function beforeRows(input: PlanInput, taken: Taken, withSys: boolean): readonly MountRow[] {
	return [
		rootMount(input).row,
		...hostFolderRows(input),
		...kernelRows(input, taken),
		...stageRows(input, taken, withSys),
	];
}
