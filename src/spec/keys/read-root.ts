import type {Parsed} from '../model/parsed.ts';
import type {BuildSource} from '../model/build-source.ts';
import type {PullPolicy, RootfsSource} from '../model/project.ts';
import {blankHint} from '../syntax/blank-hint.ts';
import {type Picker, present} from '../syntax/pick.ts';
import {parseImageReference} from '../image/image-reference.ts';
import type {SpecRequest} from './request.ts';
import {readRootfs, resolveSource} from './rootfs.ts';
import type {ServiceInput} from './service-schema.ts';

/** The keys that say what an image is taken for. */
const imageOnly = ['pull_policy', 'pull_refresh_after', 'platform'] as const;

/** Reads what the root is made of: `rootfs`, or `image` and `build`. `build` is what the latter was read to. */
export function readRoot(
	input: ServiceInput,
	picker: Picker,
	folder: string,
	request: SpecRequest,
	build: BuildSource | undefined,
): RootfsSource {
	const {places, noteAt, pick, invalid} = picker;
	const {image, rootfs} = input;
	for (const key of (['image', 'build'] as const).filter(name => rootfs !== undefined && input[name] !== undefined))
		invalid(places.value([key]), `\`${key}\` and \`rootfs\` exclude each other`, 'take one of them out');
	if (build !== undefined) {
		if (image !== undefined) noteAt('image', ['image']);
		const pull = request.options?.pull ?? readPull(input, picker);
		const platform = pick('platform', input.platform, undefined);
		return {kind: 'image', reference: build.names[0], pull, ...present({platform}), built: true};
	}
	// A `build` that could not be read has told why.
	if (input.build !== undefined) return {kind: 'host'};
	if (image !== undefined) {
		noteAt('image', ['image']);
		const pull = request.options?.pull ?? readPull(input, picker);
		const platform = pick('platform', input.platform, undefined);
		const files = {
			resolve: (path: string) => resolveSource(path, folder, request.env),
			kindOf: request.kindOf,
		};
		const reference = orProblem('image', parseImageReference(image, files), picker);
		return reference === undefined ? {kind: 'host'} : {kind: 'image', reference, pull, ...present({platform})};
	}
	for (const key of imageOnly.filter(name => input[name] !== undefined))
		invalid(places.value([key]), `\`${key}\` needs \`image\` or \`build\``, `take \`${key}\` out`);
	if (rootfs !== undefined) {
		noteAt('rootfs', ['rootfs']);
		return orProblem('rootfs', readRootfs(rootfs, folder, request), picker) ?? {kind: 'host'};
	}
	// A key that another problem is about is not missing.
	if (!['image', 'rootfs'].some(key => places.has([key])))
		invalid(
			places.key([]),
			'it has neither `image` nor `build` nor `rootfs`',
			'add `image: NAME`, such as `image: nginx:1.27`, or `build: .` for a Dockerfile, or `rootfs:` with `host`, or with the path of a folder or of an archive',
		);
	return {kind: 'host'};
}

/** `pull_policy`; `refresh` is `every_...` with the time of `pull_refresh_after`. Source: compose-spec.json, `pull_refresh_after`. */
function readPull(input: ServiceInput, {places, noteAt, pick, invalid}: Picker): PullPolicy {
	const {pull_policy: policy, pull_refresh_after: everyMs} = input;
	if (everyMs === undefined) {
		if (policy !== 'refresh') return pick('pull_policy', policy, 'missing');
		const hint = 'add `pull_refresh_after: 12h`, or write `pull_policy: every_12h`';
		invalid(places.value(['pull_policy']), '`pull_policy: refresh` needs `pull_refresh_after`', hint);
		return 'missing';
	}
	if (policy !== undefined && policy !== 'refresh')
		invalid(
			places.value(['pull_refresh_after']),
			'`pull_refresh_after` is for `pull_policy: refresh`',
			'take one of them out',
		);
	noteAt('pull_policy', ['pull_refresh_after']);
	return {everyMs};
}

function orProblem<T>(key: 'image' | 'rootfs', parsed: Parsed<T>, {places, problems}: Picker): T | undefined {
	if (parsed.ok) return parsed.value;
	problems.push({
		code: key === 'image' ? 'E_SPEC_INVALID' : 'E_ROOTFS_NOT_FOUND',
		place: places.value([key]),
		message: `\`${key}\` ${parsed.problem}`,
		...present({hint: blankHint(places, [key]) ?? parsed.hint}),
	});
	return undefined;
}
