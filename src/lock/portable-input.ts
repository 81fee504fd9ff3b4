import type {HostFacts} from '../host/facts.ts';
import type {UserMap} from '../host/id-map.ts';
import type {ImageFacts} from '../image/store/facts.ts';
import type {PlanInput} from '../plan/input/input.ts';
import {volumeData} from '../state/volume.ts';

const store = '/store';

/**
 * The input of a plan without what differs from machine to machine, or from run to run, and changes nothing that the
 * container gets to see. A plan that is made from it is the same wherever the same container is made in the same way.
 *
 * - `folders`: where the store and the state are is an option of the caller; all layers and records lie below them.
 * - `image`: its path, and whether it is unpacked already; its digest is in the lock for itself.
 * - `sources`: paths below the spec's folder, links resolved and flags locked by the host's own mounts; the trees are
 *   locked by their content. `storeLocked`, `hostRoot` and `hostView` tell of the host's own tree, which is not
 *   locked.
 * - `toolsSealed`, `volumes[].record`: whether an earlier start has made the toolbox, or the volume.
 * - `seccomp`: the filter is in the lock for itself.
 * - `devices`: the kernel gives out numbers anew at each boot.
 * - `map`: which subordinate ids a container has is a matter of /etc/subuid; inside they look the same.
 * - `facts`: see {@link portableFacts}.
 */
export function portableInput(input: PlanInput, paths: ReadonlyMap<string, string>): PlanInput {
	const {map, seccomp} = input;
	const volumes = new Map(
		input.volumes.map(({mount}) => [
			volumeData(input.folders.store, mount.volume.name),
			volumeData(store, mount.volume.name),
		]),
	);
	const pathOf = (path: string): string => volumes.get(path) ?? paths.get(path) ?? path;
	const image = portableImage(input.image, map);
	return {
		...input,
		config: {
			...input.config,
			root: {...input.config.root, path: image.kind === 'host' ? '/' : image.path},
			mounts: input.config.mounts.map(mount =>
				mount.type === 'bind' ? {...mount, source: pathOf(mount.source)} : mount,
			),
		},
		facts: portableFacts(input),
		image,
		sources: Object.fromEntries(
			Object.entries(input.sources).map(([path, found]) => [pathOf(path), {...found, real: pathOf(path), locked: []}]),
		),
		devices: Object.fromEntries(
			Object.entries(input.devices).map(([path, {type}]) => [path, {real: path, type, major: 0, minor: 0}]),
		),
		folders: {store, state: '/state'},
		volumes: input.volumes.map(({mount}) => ({mount, record: undefined})),
		spec: 'spec',
		map: portableMap(map),
		hostRoot: [],
		hostView: {hidden: [], shown: []},
		storeLocked: [],
		toolsSealed: true,
		seccomp: seccomp === null ? null : {profile: 'profile', filter: '', instructions: 0, notes: []},
	};
}

function portableImage(image: ImageFacts, map: UserMap | null): ImageFacts {
	switch (image.kind) {
		case 'host':
			return image;
		case 'directory':
			return {kind: 'directory', path: '/image'};
		case 'archive': {
			const {ids, ...rest} = image;
			const mapped = ids === undefined ? null : portableMap(map);
			return {
				...rest,
				archive: '/image',
				digest: '',
				stored: true,
				path: `${store}/image`,
				bytes: 0,
				...(mapped?.kind === 'range' ? {ids: {...mapped, kind: 'range'}} : {}),
			};
		}
	}
}

function portableMap(map: UserMap | null): UserMap | null {
	if (map === null) return null;
	const rows = (ids: UserMap['uids']): UserMap['uids'] =>
		ids.map(({inside, count}) => ({inside, outside: 100_000 + inside, count}));
	return {...map, uids: rows(map.uids), gids: rows(map.gids)};
}

/**
 * - `tools`: their paths and libraries, as distributions have them elsewhere; versions are in the lock for themselves.
 * - `toolbox`: its id changes with each update of the C library.
 * - `cgroup.unifiedEnabled`: controllers stay enabled after the first start. `delegated` names the login session.
 * - `kernelPaths`: each path that is to be hidden counts as there: one that this kernel does not have needs no hiding.
 * - `rlimits`: whoever may raise limits has the same ones in the end, whatever `ulimit` said before.
 */
function portableFacts({facts, config}: Pick<PlanInput, 'facts' | 'config'>): HostFacts {
	const {cgroup, userNamespace, user} = facts;
	const {maskedPaths, readonlyPaths} = config.linux;
	const tools = Object.entries(facts.tools).map(([name, tool]) => [
		name,
		tool === null ? null : {...tool, path: `/tools/${name}`},
	]);
	return {
		...facts,
		tools: Object.fromEntries(tools) as HostFacts['tools'],
		toolbox: facts.toolbox.kind === 'none' ? facts.toolbox : {kind: 'copy', files: [], id: 'tools'},
		cgroup: {...cgroup, unifiedEnabled: [], delegated: cgroup.delegated === null ? null : '/delegated'},
		userNamespace: {...userNamespace, sharers: []},
		overlay: {...facts.overlay, why: null},
		kernelPaths: Object.fromEntries([...maskedPaths, ...readonlyPaths].map(path => [path, 'file' as const])),
		rlimits: user.capabilities.includes('CAP_SYS_RESOURCE') ? {} : facts.rlimits,
	};
}
