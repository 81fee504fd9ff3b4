import type {Host} from '../host/host.ts';
import type {OciMount} from '../oci/config.ts';

/** path_resolution(7). */
const mostLinks = 40;

/** Where mounts and paths of a configuration are in the container, and where the paths are on the host. */
export interface ResolvedPaths {
	/** Destinations and paths without symlinks, by what the configuration says. */
	readonly targets: Readonly<Record<string, string>>;
	/** The places of the paths on the host; none for those below a filesystem that is made anew. */
	readonly places: Readonly<Record<string, string>>;
}

/**
 * Where the mounts of a configuration land: their destinations without the symlinks of the root filesystem and of earlier mounts, each of which is
 * looked up as in the container. This only looks. At the start the kernel resolves the paths again, inside the new root, and a path that
 * has become a symlink meanwhile is refused or leads into the container.
 *
 * @param paths - others that are to be resolved, when all mounts are there
 */
export function resolveTargets(
	host: Pick<Host, 'lstat' | 'readlink'>,
	root: string,
	mounts: readonly OciMount[],
	paths: readonly string[],
): ResolvedPaths {
	const done: {readonly target: string; readonly source: string | undefined}[] = [];
	const found: Record<string, string> = {};
	for (const {destination, type, source} of mounts) {
		const target = resolve(host, root, done, destination);
		found[destination] = target;
		done.push({target, source: type === 'bind' ? source : undefined});
	}
	const places: Record<string, string> = {};
	for (const path of paths) {
		const target = resolve(host, root, done, path);
		const place = placeOf(root, done, target);
		found[path] = target;
		if (place !== undefined) places[path] = place;
	}
	return {targets: found, places};
}

function resolve(
	host: Pick<Host, 'lstat' | 'readlink'>,
	root: string,
	mounts: readonly {readonly target: string; readonly source: string | undefined}[],
	path: string,
): string {
	const left = namesOf(path);
	let here: string[] = [];
	for (let links = 0; left.length > 0; ) {
		const name = left.shift() ?? '';
		if (name === '..') here.pop();
		if (name === '..') continue;
		const next = [...here, name];
		const place = placeOf(root, mounts, `/${next.join('/')}`);
		const target = place !== undefined && host.lstat(place)?.kind === 'symlink' ? host.readlink(place) : undefined;
		if (target === undefined) here = next;
		else {
			links += 1;
			if (links > mostLinks) return path;
			if (target.startsWith('/')) here = [];
			left.unshift(...namesOf(target));
		}
	}
	return `/${here.join('/')}`;
}

/** Where a path of the container is on the host; undefined below a mount that is made anew. */
function placeOf(
	root: string,
	mounts: readonly {readonly target: string; readonly source: string | undefined}[],
	path: string,
): string | undefined {
	const on = mounts.findLast(({target}) => path === target || path.startsWith(target === '/' ? '/' : `${target}/`));
	if (on === undefined) return `${root}${path}`;
	return on.source === undefined ? undefined : `${on.source}${path.slice(on.target === '/' ? 0 : on.target.length)}`;
}

function namesOf(path: string): string[] {
	return path.split('/').filter(name => name !== '' && name !== '.');
}
