import {resolve} from 'node:path';
import {checkPath} from '../values/container-path.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {RootfsSource} from '../model/project.ts';
import type {SpecRequest} from './request.ts';
import type {ServiceInput} from './service-schema.ts';

/** Makes a host path absolute. `~` is the caller's home; other relative paths start at `folder`. */
export function resolveSource(path: string, folder: string, env: SpecRequest['env']): Parsed<string> {
	const checked = checkPath(path);
	if (!checked.ok) return checked;
	if (path !== '~' && !path.startsWith('~/')) return good(resolve(folder, path));
	const home = env['HOME'];
	if (home === undefined || !home.startsWith('/'))
		return bad('begins with `~`, and HOME is not set', 'write the path out');
	return good(resolve(home, path.slice(2)));
}

/** Reads `rootfs`: `host`, `minimal`, a folder, or a file, which must be an archive. */
export function readRootfs(
	input: NonNullable<ServiceInput['rootfs']>,
	folder: string,
	request: SpecRequest,
): Parsed<RootfsSource> {
	if (typeof input !== 'string') return readShown(input.host.show, folder, request);
	if (input === 'host') return good({kind: 'host'});
	if (input === 'minimal') return good({kind: 'minimal'});
	return readImage(input, folder, request);
}

function readShown(show: readonly string[], folder: string, request: SpecRequest): Parsed<RootfsSource> {
	const paths: string[] = [];
	for (const text of show) {
		const path = resolveSource(text, folder, request.env);
		if (!path.ok) return bad(`has a path in \`show\` that ${path.problem}`, path.hint);
		paths.push(path.value);
	}
	return good({kind: 'host', show: paths});
}

function readImage(text: string, folder: string, request: SpecRequest): Parsed<RootfsSource> {
	const path = resolveSource(text, folder, request.env);
	if (!path.ok) return path;
	const kind = request.kindOf(path.value);
	if (kind === 'file') return good({kind: 'archive', path: path.value});
	if (kind === 'directory') return good({kind: 'directory', path: path.value});
	const elsewhere = remote(text);
	if (elsewhere !== undefined) return elsewhere;
	return bad(
		`names ${quoted(path.value)}, which does not exist`,
		'make an archive with `docker export NAME > rootfs.tar`, or write `rootfs: host` or `rootfs: minimal`',
	);
}

/** An image name in a registry, with an optional tag or digest. `./x` and `/x` are paths. */
const imageName =
	/^(?:(?:docker|oci|docker-daemon|containers-storage):(?:\/\/)?)?([a-z0-9]+(?:[._-][a-z0-9]+)*(?::\d+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?)$/;

/** The problem with a URL, or with the name of an image; undefined for anything else. */
function remote(text: string): Parsed<never> | undefined {
	if (/^https?:\/\//.test(text)) {
		return bad(
			`is the address ${quoted(text)}, and tsbox downloads nothing`,
			'download the archive, such as with curl(1), and write its path',
		);
	}
	const image = imageName.exec(text)?.[1];
	if (image === undefined || /\.(?:tar|tgz|gz|xz|zst)$/.test(text)) return undefined;
	return bad(
		`names the image ${quoted(image)}, and is for an archive or a folder`,
		`write \`image: ${image}\` in its place, or \`rootfs: host\` for the files of this machine`,
	);
}
