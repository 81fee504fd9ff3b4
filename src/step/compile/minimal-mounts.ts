import type {OciMount} from '../../oci/config.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import type {MinimalInput} from './minimal-script.ts';

/** The lines that mount something below `$root`, and the places of what they leave out. */
export interface MinimalMounts {
	readonly lines: readonly string[];
	readonly left: readonly string[];
	/** The folders of /proc, /sys and /dev, as far as they are mounted. */
	readonly folders: readonly string[];
}

/** Mounts that a script leaves out: their programs do without, or find what they need in /dev. */
const ofKernel = ['/proc', '/sys', '/dev'];
const unneeded = ['devpts', 'mqueue', 'cgroup', 'cgroup2'];

/** The mounts of the container, each as one mount(8) below `$root`. */
export function minimalMounts({config, sources, plan}: MinimalInput): MinimalMounts {
	const devices = plan.steps.flatMap(({action}) =>
		action.kind === 'mountTable'
			? action.rows.flatMap(({source}) => /^\/dev\/\.box(\/dev\/\w+)$/.exec(source)?.[1] ?? [])
			: [],
	);
	const isOwn = ({type, destination}: OciMount): boolean => type === 'tmpfs' && destination === '/dev/shm';
	const parts = config.mounts.map((mount): MinimalMounts => {
		if (unneeded.includes(mount.type) || isOwn(mount) || (mount.type === 'bind' && sources[mount.source] === undefined))
			return {lines: [], left: [mount.destination], folders: []};
		const folders = ofKernel.includes(mount.destination) ? [mount.destination] : [];
		return {lines: linesOf(mount, {sources, plan}, [...new Set(devices)]), left: [], folders};
	});
	return {
		lines: parts.flatMap(({lines}) => lines),
		left: parts.flatMap(({left}) => left),
		folders: parts.flatMap(({folders}) => folders),
	};
}

function linesOf(
	{type, source, destination, options}: OciMount,
	{sources, plan}: Pick<MinimalInput, 'sources' | 'plan'>,
	devices: readonly string[],
): readonly string[] {
	const target = /^[\w./-]+$/.test(destination) ? `"$root${destination}"` : `"$root"${shellWord(destination)}`;
	if (type === 'bind') {
		const isReadOnly = options.includes('ro');
		// `ro` is about one mount and not about those below it, so they do not come along. In the mount namespace of the host their end
		// would be the end of the originals too.
		const isRecursive = !isReadOnly && options.includes('rbind') && plan.namespaces.includes('mount');
		const words = [
			isRecursive && sources[source] === 'folder' ? '--rbind' : '--bind',
			...(isReadOnly ? ['-o', 'ro'] : []),
		];
		return [
			`${sources[source] === 'file' ? 'touch' : 'mkdir -p'} ${target}`,
			`mount ${words.join(' ')} ${shellWord(source)} ${target}`,
		];
	}
	if (destination === '/dev')
		return [
			`mount -t tmpfs -o mode=755 tmpfs ${target}`,
			`for each in ${shellCommand(devices)}; do : > "$root$each"; mount --bind "$each" "$root$each"; done`,
		];
	if (ofKernel.includes(destination)) return [`mount -t ${type} ${type} ${target}`];
	const words = options.length === 0 ? [] : ['-o', options.join(',')];
	return [`mkdir -p ${target}`, `mount ${shellCommand(['-t', type, ...words, type])} ${target}`];
}
