import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {imageNameText, parseImageName} from './image-name.ts';

/*
 * What `image:` names. A reference in its complete form is one of
 *   docker.io/library/nginx:1.27, ghcr.io/o/r@sha256:...   an image of a registry
 *   docker-archive:PATH[:NAME], oci-archive:PATH[:NAME]    in a file
 *   oci:PATH[:NAME], dir:PATH                              in a folder
 *   archive:PATH                                           in a file of either kind, which is looked at when it is read
 * with an absolute PATH. All but `archive` are those of containers-transports(5), where a path ends at the first colon.
 */

/** The transports that read a file or a folder, and whether a name may follow the path. */
const transports = {'docker-archive': true, 'oci-archive': true, oci: true, dir: false} as const;

/** A transport of {@link ImagePlace}. */
export type ImageTransport = keyof typeof transports | 'archive';

/** A complete reference in its parts: an image of a registry, or one in a file or a folder. */
export type ImagePlace =
	| {readonly transport: 'docker'; readonly name: string}
	| {readonly transport: ImageTransport; readonly path: string; readonly name?: string};

/** How files are looked up. */
export interface ImageFiles {
	/** Makes a path absolute. */
	readonly resolve: (path: string) => Parsed<string>;
	/** The type of an absolute path, with symlinks followed; undefined if there is nothing. */
	readonly kindOf: (path: string) => 'file' | 'directory' | 'other' | undefined;
}

/** What to write in place of a transport that needs another program's store, and of those that tsbox does not know. */
const refused: Readonly<Record<string, string>> = {
	'docker-daemon': 'run `docker save -o image.tar NAME`, and write `./image.tar`',
	'containers-storage': 'run `podman save -o image.tar NAME`, and write `./image.tar`',
	ostree: 'copy the image with `skopeo copy` to `oci-archive:image.tar`, and write `./image.tar`',
	sif: 'copy the image with `skopeo copy` to `oci-archive:image.tar`, and write `./image.tar`',
	tarball: 'name the archive with `rootfs`',
	atomic: 'copy the image with `skopeo copy` to `oci-archive:image.tar`, and write `./image.tar`',
	http: 'write it without `http://`',
	https: 'write it without `https://`',
};

/**
 * Parses what `image:` names to its complete form: a name as Docker writes it, a transport of containers-transports(5) that needs no
 * daemon, or the path of an archive: one that begins with `/`, `./`, `../` or `~`, or ends in `.tar`.
 */
export function parseImageReference(text: string, files: ImageFiles): Parsed<string> {
	if (/\p{C}/u.test(text)) return bad(`must not hold control characters, as ${quoted(text)} does`);
	const [, scheme = '', rest = ''] = /^([a-z-]+):(.*)$/.exec(text) ?? [];
	if (scheme === 'docker' && rest.startsWith('//')) return named(rest.slice(2));
	if (isTransport(scheme)) return inFile(scheme, rest, files);
	const instead = Object.hasOwn(refused, scheme) && !isTag(scheme, rest) ? refused[scheme] : undefined;
	if (instead !== undefined) return bad(`begins with \`${scheme}:\`, which tsbox does not read`, instead);
	return isPath(text) ? archive(text, files) : named(text);
}

/** Whether a text is one that {@link parseImageReference} returns. */
export function isImageReference(text: string): boolean {
	if (/[\0\r\n]/.test(text)) return false;
	const place = imagePlace(text);
	if (place.transport === 'docker') {
		const name = parseImageName(text);
		return name.ok && imageNameText(name.value) === text;
	}
	const isName = place.name === undefined || nameIn(place.transport, place.name).ok;
	return isName && /^\/[^:]+$/.test(place.path) && !/\/\.{0,2}(?:\/|$)/.test(place.path);
}

/** The parts of a complete reference. */
export function imagePlace(reference: string): ImagePlace {
	const [, scheme = '', path = '', name] = /^([a-z-]+):(\/[^:]*)(?::(.*))?$/s.exec(reference) ?? [];
	if (scheme !== 'archive' && !isTransport(scheme)) return {transport: 'docker', name: reference};
	return {transport: scheme, path, ...(name === undefined ? {} : {name})};
}

function isTransport(scheme: string): scheme is keyof typeof transports {
	return Object.hasOwn(transports, scheme);
}

/** Whether `sif:1.0` is an image of that name with a tag, and no transport. */
function isTag(scheme: string, rest: string): boolean {
	return scheme !== 'docker-daemon' && scheme !== 'containers-storage' && /^\w[\w.-]*$/.test(rest);
}

function named(text: string): Parsed<string> {
	const name = parseImageName(text);
	return name.ok ? good(imageNameText(name.value)) : name;
}

function isPath(text: string): boolean {
	return /^(?:\.{0,2}\/|~\/)/.test(text) || /\.(?:tar|tgz|tar\.(?:gz|bz2|xz|zst))$/.test(text);
}

function archive(text: string, files: ImageFiles): Parsed<string> {
	const found = find(text, files);
	if (!found.ok) return found;
	if (found.value.kind === 'directory')
		return bad(
			`names the folder ${quoted(found.value.path)}`,
			`write \`oci:${text}\` or \`dir:${text}\` for an image in a folder, or \`rootfs: ${text}\` for a folder of files`,
		);
	return good(`archive:${found.value.path}`);
}

function inFile(transport: keyof typeof transports, rest: string, files: ImageFiles): Parsed<string> {
	const colon = transports[transport] ? rest.indexOf(':') : -1;
	const found = find(colon === -1 ? rest : rest.slice(0, colon), files);
	if (!found.ok) return found;
	const {kind, path} = found.value;
	const isFolder = transport === 'oci' || transport === 'dir';
	if (kind !== undefined && (kind === 'directory') !== isFolder)
		return bad(
			`names ${isFolder ? 'a folder' : 'a file'} with \`${transport}:\`, and ${quoted(path)} is none`,
			isFolder ? `write \`./FILE\` for an image in a file` : 'write `oci:` or `dir:` for an image in a folder',
		);
	if (colon === -1) return good(`${transport}:${path}`);
	const name = nameIn(transport, rest.slice(colon + 1));
	return name.ok ? good(`${transport}:${path}:${name.value}`) : name;
}

/** A name within a file: of Docker's images for an archive of `docker save`, else of the annotation `ref.name`, or `@` and a number. */
function nameIn(transport: ImageTransport, name: string): Parsed<string> {
	if (/^@\d{1,6}$/.test(name)) return good(name);
	if (transport === 'docker-archive') return named(name);
	if (/^\w[\w.:@+/-]{0,254}$/.test(name)) return good(name);
	return bad(`has ${quoted(name)} behind the path`, 'write the name that the image has in it, such as `:latest`');
}

function find(
	text: string,
	{resolve, kindOf}: ImageFiles,
): Parsed<{readonly path: string; readonly kind: ReturnType<ImageFiles['kindOf']>}> {
	if (text === '') return bad('names no file', 'write its path behind the colon');
	const path = resolve(text);
	if (!path.ok) return path;
	const kind = kindOf(path.value);
	if (kind === undefined)
		return bad(
			`names ${quoted(path.value)}, which does not exist`,
			'write the path of a file that `docker save` or `skopeo copy` made, or the name of an image such as `nginx:1.27`',
		);
	if (path.value.includes(':'))
		return bad(`names ${quoted(path.value)}, and skopeo(1) ends a path at the first colon`, 'rename it');
	return good({path: path.value, kind});
}
