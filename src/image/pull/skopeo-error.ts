import {type ErrorFacts, TsboxError} from '../../errors/tsbox-error.ts';
import {saysDiskFull} from '../archive/unpack-error.ts';

/** What skopeo's words mean, and what to do. The first that fits counts. */
const meanings: readonly (readonly [pattern: RegExp, why: string, hint: (registry: string) => string])[] = [
	[
		/toomanyrequests|too many requests|rate limit/i,
		'the registry allows only so many requests in a time',
		registry => `wait, or log in with \`skopeo login ${registry}\``,
	],
	[
		/manifest unknown|name unknown|not found|no descriptor found|repository does not exist|StatusCode: 404/i,
		'there is no such image, or not with this tag',
		registry => `look at the tags with \`skopeo list-tags docker://${registry}/NAME\``,
	],
	[
		/unauthorized|authentication required|access to the resource is denied|denied|invalid username|StatusCode: 40[13]/i,
		'the registry wants a login, or there is no such image',
		registry => `log in with \`skopeo login ${registry}\`, and look at the spelling`,
	],
	[
		/x509|certificate/i,
		'the certificate of the registry is signed by nobody whom this machine trusts',
		registry => `put the CA's certificate into \`/etc/containers/certs.d/${registry}/ca.crt\``,
	],
	[
		/server gave HTTP response to HTTPS client/i,
		'the registry speaks plain HTTP',
		registry =>
			`allow that in /etc/containers/registries.conf: \`[[registry]]\`, \`location = "${registry}"\`, \`insecure = true\``,
	],
	[
		/no such host|connection refused|network is unreachable|i\/o timeout|no route to host|TLS handshake timeout/i,
		'the registry cannot be reached',
		() => 'look at the network, the name of the registry, and the proxy variables',
	],
	[
		/digest.*(did not match|does not match|mismatch)|verif/i,
		'what arrived is not what the manifest names',
		() => 'try again; what has arrived whole is kept',
	],
	[/no such file or directory/i, 'there is no such file', () => 'look at the path'],
	[
		/invalid tar header|not (an? )?(oci|docker)|manifest\.json|index\.json|oci-layout/i,
		'the file has no image of that kind',
		() => 'write `oci-archive:`, `docker-archive:`, `oci:`, or `dir:` as fits, or `rootfs:` for a tar of a whole root',
	],
];

/** What skopeo does for an image. */
export type SkopeoWork = 'fetch' | 'push';

/** The words for it in messages. */
export const workWords = {
	fetch: {doing: 'fetching', failed: 'cannot fetch the image'},
	push: {doing: 'pushing', failed: 'cannot push the image'},
} as const satisfies Readonly<Record<SkopeoWork, object>>;

/** The error when skopeo fails: its last message, without its log format, and what it usually means. */
export function skopeoError(name: string, command: string, said: string, work: SkopeoWork = 'fetch'): TsboxError {
	const output = lastWords(said);
	if (saysDiskFull(output))
		return new TsboxError('E_NO_SPACE', `the disk is full: ${name} does not fit`, {
			command,
			output,
			hint: 'free some space, for example with `tsbox images prune`',
		});
	const found = meanings.find(([pattern]) => pattern.test(output));
	const facts: ErrorFacts = found === undefined ? {} : {why: found[1], hint: found[2](registryOf(name))};
	return new TsboxError('E_IMAGE_PULL', `${workWords[work].failed} ${name}`, {command, output, ...facts});
}

/** The fatal message in skopeo's log, in Go's format of quoted strings; all of the text when there is none. */
function lastWords(said: string): string {
	const line = said
		.trim()
		.split('\n')
		.findLast(each => /level=(fatal|error)/.test(each));
	const text = /msg="((?:[^"\\]|\\.)*)"/.exec(line ?? '')?.[1];
	return text === undefined ? said.trim().slice(-2000) : text.replace(/\\(["\\])/g, '$1').slice(0, 2000);
}

function registryOf(name: string): string {
	const [first = ''] = name.replace(/^docker:\/\//, '').split('/');
	return first;
}
