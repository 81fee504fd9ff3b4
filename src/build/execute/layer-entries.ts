import {posix} from 'node:path';
import {lowerOption} from '../../host/programs/lower-option.ts';
import type {JailMount} from '../../image/archive/jail.ts';
import {startJailed} from '../../image/archive/jailed-program.ts';
import {fromTar} from '../../image/layer/pack-upper.ts';
import {newWorkPath} from '../../image/store/store.ts';
import type {ChangedEntry, SeenEntry} from '../../image/unpack/rewrite-tar.ts';
import type {FoundSource} from '../context/find-sources.ts';
import {excludeRules, type IgnoreRules} from '../context/ignore-rules.ts';
import type {CopyStep} from '../plan/build-plan.ts';
import type {CopyRules} from './copy-layer.ts';
import {asBytes, fromBytes} from './copy-target.ts';
import type {LayerWork} from './layer-work.ts';

/**
 * The entries of a file or folder of a stage or an image. A jailed tar reads them through an overlay of the layers, with file
 * capabilities and hard links; Node could read neither.
 *
 * @param lowers - topmost first
 * @throws TsboxError E_STEP_FAILED, E_INTERRUPTED, E_HOST_UNSUPPORTED.
 */
export async function* layerEntries(
	source: FoundSource,
	lowers: readonly string[],
	{exclude}: CopyStep,
	rules: CopyRules,
	work: LayerWork,
): AsyncIterable<Buffer> {
	const {host, facts, store, toolbox, signal} = work;
	const excluded = excludeRules(exclude);
	const folder = newWorkPath(host, store);
	const [only, ...others] = lowers;
	const isOne = only !== undefined && others.length === 0;
	if (!isOne) host.mkdir(folder, 0o755);
	try {
		const tool = {
			tool: 'tar',
			args: [
				'--numeric-owner',
				'--sort=name',
				'--xattrs',
				'--xattrs-include=security.capability',
				'--xattrs-include=user.*',
				// A link to a file that is left out would lead nowhere.
				...(exclude.length > 0 ? ['--hard-dereference'] : []),
				'-C',
				'/',
				'-cf',
				'-',
				'--',
				`./${source.path}`,
			],
			capabilities: ['dac_read_search'],
			keepFolder: true,
			...(isOne ? {} : {mounts: [overlayOf(lowers, facts.user.uid !== 0)]}),
		} as const;
		const tar = startJailed(host, facts, tool, isOne ? only : folder, {toolbox});
		tar.stdin.end();
		yield* fromTar(`/${source.path} of a stage`, tar, signal, entry => copied(entry, source, excluded, rules));
	} finally {
		if (!isOne) await host.rmdir(folder);
	}
}

function overlayOf(lowers: readonly string[], userxattr: boolean): JailMount {
	const flags = ['ro', ...(userxattr ? ['userxattr'] : [])];
	const {option, ...rest} = lowerOption(lowers, flags);
	return {type: 'overlay', source: 'overlay', options: [...flags, option], below: '', ...rest};
}

function copied(
	entry: SeenEntry,
	source: FoundSource,
	excluded: IgnoreRules,
	{target, owner, chmod, pathOf}: CopyRules,
): ChangedEntry | Buffer | undefined {
	const isFolder = entry.kind === 'directory';
	const inside = fromBytes(entry.path).slice(source.path.length).replace(/^\//, '');
	const to = (rest: string): string =>
		posix.join(source.below, ...(source.kind === 'directory' ? [rest] : [source.name])).replace(/^\.$/, '');
	const name = source.kind === 'directory' ? inside : source.name;
	if (name !== '' && excluded.excludes(name)) return undefined;
	const placed = (rest: string): string => target.place(pathOf(to(rest)).replace(/\/$/, ''));
	const path = placed(inside);
	if (isFolder) {
		const existing = target.resolve(path);
		// The reference: the folder itself is not copied, only what is in it.
		if (to(inside) === '' || target.hasFolder(existing)) return target.folders(existing);
	}
	const before = target.folders(posix.dirname(path).replace(/^\.$/, ''));
	if (isFolder) target.note(path);
	const link = entry.kind === 'hardlink' ? asBytes(placed(linkInside(entry.link, source))) : entry.link;
	return {
		path: asBytes(path),
		link,
		before,
		...owner,
		...(chmod === undefined || entry.kind === 'symlink' ? {} : {mode: chmod(entry.mode, isFolder)}),
		mtime: target.time(entry.mtime),
	};
}

function linkInside(link: string, source: FoundSource): string {
	return fromBytes(link).slice(source.path.length).replace(/^\//, '');
}
