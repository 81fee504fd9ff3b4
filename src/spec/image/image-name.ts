import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** The name of an image in a registry, in its parts. */
export interface ImageName {
	/** Host and port: `docker.io`, `localhost:5000`. */
	readonly domain: string;
	/** `library/nginx`. */
	readonly path: string;
	/** What comes behind the name: `:1.27`, or `@sha256:...`. */
	readonly version: string;
}

/** The grammar of distribution/reference 0.6, regexp.go. */
const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domainForm = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::\\d+)?$`);
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;
/** RepositoryNameTotalLengthMax. */
const longestPath = 255;

const shape = 'write `NAME:TAG`, such as `nginx:1.27` or `ghcr.io/owner/name:1.0`';

/**
 * Parses the name of an image as Docker does: without a registry it is one of docker.io, there without an owner one of
 * `library/`, and without a tag or a digest the tag is `latest`. With a digest the tag says nothing, and is left out.
 * Source: distribution/reference 0.6, ParseNormalizedNamed and TagNameOnly.
 */
export function parseImageName(text: string): Parsed<ImageName> {
	if (text === '') return bad('must not be empty', shape);
	if (/^[a-f0-9]{64}$/.test(text)) return bad('is the id of an image, which a registry cannot find', shape);
	const [front = '', digest, ...others] = text.split('@');
	if (others.length > 0) return bad(`has more than one \`@\`: ${quoted(text)}`, 'write `NAME@sha256:DIGITS`');
	if (digest !== undefined && !/^sha256:[a-f0-9]{64}$/.test(digest))
		return bad(`has the digest ${quoted(digest)}`, 'write `@sha256:` and 64 hexadecimal digits in lower case');
	const colon = front.indexOf(':', front.lastIndexOf('/') + 1);
	const name = colon === -1 ? front : front.slice(0, colon);
	const tag = colon === -1 ? undefined : front.slice(colon + 1);
	if (tag !== undefined && !tagForm.test(tag))
		return bad(
			tag === '' ? 'has no tag behind the colon' : `has the tag ${quoted(tag)}`,
			'write a tag of at most 128 letters, digits, `_`, `.` and `-`, such as `:1.27`',
		);
	const {domain, path} = located(name);
	if (!domainForm.test(domain)) return bad(`has the registry ${quoted(domain)}, which is no name of a host`, shape);
	if (path.length > longestPath) return bad(`has a name of ${path.length} characters, more than ${longestPath}`);
	if (path.split('/').every(part => component.test(part)))
		return good({domain, path, version: digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`});
	const lower = text.replace(name, name.toLowerCase());
	if (/[A-Z]/.test(path) && parseImageName(lower).ok)
		return bad(`has upper case letters: ${quoted(text)}`, `write \`${lower}\``);
	return bad(`has the name ${quoted(name)}`, shape);
}

/** Which part is the registry: splitDockerDomain of distribution/reference, normalize.go. */
function located(name: string): Pick<ImageName, 'domain' | 'path'> {
	const at = name.indexOf('/');
	const first = name.slice(0, Math.max(at, 0));
	const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
	const domain = at === -1 || !isHost || first === 'index.docker.io' ? 'docker.io' : first;
	const path = at === -1 || !isHost ? name : name.slice(at + 1);
	return {domain, path: domain === 'docker.io' && !path.includes('/') ? `library/${path}` : path};
}

/** A name in its complete form: `docker.io/library/nginx:1.27`. */
export function imageNameText({domain, path, version}: ImageName): string {
	return `${domain}/${path}${version}`;
}
