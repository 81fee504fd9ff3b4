import type {HostFacts} from '../host/facts.ts';
import type {RangeMap, UserMap} from '../host/id-map.ts';
import {type ImageFacts, lowerFolders} from '../image/store/facts.ts';
import type {PlanInput} from '../plan/input/input.ts';
import {namespaceFiles} from '../host/probe/namespaces.ts';
import type {NamespaceKind} from '../spec/model/project.ts';
import {volumeData} from '../state/volume.ts';

const store = '/store';

/**
 * The input of a plan without values that differ between machines or runs and that the container cannot see. A plan made
 * from it is the same wherever the same container is made in the same way.
 *
 * - `folders`: the caller chooses the store and the state folder; all layers and records lie below them.
 * - `image`: its path, its layers, and whether it is unpacked. The lock has the digest separately.
 * - `sources`: paths below the spec's folder, resolved symlinks, and flags locked by the host's mounts. The lock has the trees
 *   by content. `storeLocked`, `hostRoot` and `hostView` describe the host's own tree, which is not locked.
 * - `toolsSealed`, `volumes[].record`: whether an earlier start has created the toolbox or the volume.
 * - `seccomp`: the lock has the filter separately.
 * - `devices`: the kernel assigns device numbers at each boot.
 * - `networks`: subnets and addresses depend on what others have. The lock has the keys of the spec.
 * - `joined`: the numbers of processes and namespaces of other containers.
 * - `map`: /etc/subuid decides the subordinate ids; the container sees the same ids inside.
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
	const own = `${input.folders.state}/`;
	const pathOf = (path: string): string =>
		volumes.get(path) ?? paths.get(path) ?? (path.startsWith(own) ? `/state/${path.slice(own.length)}` : path);
	const joined = input.joined?.map(({kind, owner}) => ({
		kind,
		path: joinedPath(kind),
		...(owner && {owner: {name: owner.name}}),
	}));
	const image = portableImage(input.image, map);
	return {
		...input,
		config: {
			...input.config,
			linux: {
				...input.config.linux,
				namespaces: input.config.linux.namespaces.map(each =>
					each.path === undefined ? each : {...each, path: joinedPath(each.type)},
				),
			},
			root: {...input.config.root, path: lowerFolders(image)[0] ?? '/'},
			mounts: input.config.mounts.map(mount =>
				mount.type === 'bind' ? {...mount, source: pathOf(mount.source)} : mount,
			),
		},
		facts: portableFacts(input),
		image,
		...(joined === undefined ? {} : {joined}),
		networks: null,
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

/** The file of a namespace that is joined, whatever the number of the process is. */
function joinedPath(kind: NamespaceKind): string {
	return `/proc/PID/ns/${namespaceFiles[kind]}`;
}

function portableImage(image: ImageFacts, map: UserMap | null): ImageFacts {
	switch (image.kind) {
		case 'host':
			return image;
		case 'directory':
			return {kind: 'directory', path: '/image'};
		case 'image':
			return {
				...image,
				digest: '',
				manifest: '',
				config: '',
				layers: [{diffId: '', digest: '', size: 0, mediaType: '', path: `${store}/lower/image/fs`, stored: true}],
				stored: true,
				bytes: 0,
				source: '',
				...portableIds(image.ids, map),
			};
		case 'archive': {
			const {ids, ...rest} = image;
			return {
				...rest,
				archive: '/image',
				digest: '',
				stored: true,
				path: `${store}/image`,
				bytes: 0,
				...portableIds(ids, map),
			};
		}
	}
}

/** The id map of unpacked files, for an image that was unpacked with one. */
function portableIds(ids: RangeMap | undefined, map: UserMap | null): {readonly ids?: RangeMap} {
	const mapped = ids === undefined ? null : portableMap(map);
	return mapped?.kind === 'range' ? {ids: {...mapped, kind: 'range'}} : {};
}

function portableMap(map: UserMap | null): UserMap | null {
	if (map === null) return null;
	const rows = (ids: UserMap['uids']): UserMap['uids'] =>
		ids.map(({inside, count}) => ({inside, outside: 100_000 + inside, count}));
	return {...map, uids: rows(map.uids), gids: rows(map.gids)};
}

/**
 * - `tools`: distributions differ in paths and libraries. The lock has the versions separately.
 * - `toolbox`: its id changes with each update of the C library.
 * - `cgroup.unifiedEnabled`: controllers stay enabled after the first start. `delegated` names the login session.
 * - `kernelPaths`: every path to hide counts as present; a path that this kernel lacks needs no hiding.
 * - `rlimits`: a caller with CAP_SYS_RESOURCE gets the same limits whatever `ulimit` said before.
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
