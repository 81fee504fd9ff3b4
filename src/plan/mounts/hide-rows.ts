import {dirname} from 'node:path';
import type {MountRow} from '../../step/verbs/mounts.ts';
import {type HiddenPath, type PlanInput, stage} from '../input/input.ts';
import {maskRow} from './kernel-path-rows.ts';

/** Whether a path is the folder or lies below it. */
export function isWithin(path: string, folder: string): boolean {
	return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/**
 * Rows that cover host paths in a container with `rootfs: host`. While a hidden parent is being covered, a bind mount on
 * the stage keeps each visible folder reachable.
 */
export function hideRows(input: PlanInput): readonly MountRow[] {
	const targets = input.config.mounts.map(({destination}) => destination);
	// A mount of the spec already covers everything at and below its target.
	const isSeen = (path: string): boolean => !targets.some(target => isWithin(path, target));
	const hidden = input.hostView.hidden.filter(({path}) => isSeen(path));
	const shown = input.hostView.shown.filter(isSeen);
	const rows = [...hidden.map(each => hideRow(each, [...targets, ...shown])), ...shown.map(showRow)];
	return [
		...shown.map((path, at) => ({
			source: path,
			target: held(at),
			type: 'none',
			options: ['bind', 'X-mount.mkdir'],
			why: 'to be shown again when what is above it is hidden',
		})),
		...rows.toSorted((one, other) => (one.target < other.target ? -1 : 1)),
	];
}

/** The rows of {@link hideRows} that stay writable unless they are remounted read-only. */
export function writableHideRows(input: PlanInput): readonly MountRow[] {
	return hideRows(input).filter(
		({target, type, options}) => !options.includes('ro') && (type === 'tmpfs' || input.hostView.shown.includes(target)),
	);
}

function held(at: number): string {
	return `${stage}/shown${at}`;
}

function showRow(path: string, at: number): MountRow {
	return {
		source: held(at),
		target: path,
		type: 'none',
		options: ['bind', 'nosuid', 'nodev', 'X-mount.mkdir'],
		why: 'shown, as `rootfs` asks',
	};
}

/** A hidden folder with mounts in it must be writable, because mount(8) makes their mount points there. */
function hideRow({path, kind, mode, why}: HiddenPath, inIt: readonly string[]): MountRow {
	const writable = mode ?? (inIt.some(each => each !== path && isWithin(each, path)) ? 0o755 : undefined);
	return kind === 'folder' && writable !== undefined
		? {
				source: 'tmpfs',
				target: path,
				type: 'tmpfs',
				options: ['nosuid', 'nodev', `mode=${writable.toString(8)}`],
				why: `hidden: ${why}`,
			}
		: maskRow(path, kind, `hidden: ${why}`);
}

/** Warns about a working directory or a command that is missing because it lies below a hidden path. */
export function hiddenWarnings(input: PlanInput): readonly string[] {
	const {hostView, config, extras} = input;
	const isFound = (path: string): boolean =>
		[...hostView.shown, ...config.mounts.map(({destination}) => destination)].some(each => isWithin(path, each));
	const isLost = (path: string): boolean =>
		!isFound(path) && hostView.hidden.some(each => each.path !== path && isWithin(path, each.path));
	const open = (path: string): string =>
		`add it to \`rootfs: {host: {show: [${path}]}}\`, or mount it with \`volumes\``;
	const {workingDir} = extras;
	const [program = ''] = config.process.args;
	return [
		...(workingDir !== undefined && isLost(workingDir)
			? [
					`\`working_dir\` ${workingDir} is hidden from a container over the host's root and will be empty; ${open(workingDir)}`,
				]
			: []),
		...(isLost(program)
			? [`${program} is hidden from a container over the host's root; ${open(dirname(program))}`]
			: []),
	];
}
