import {resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {platformOf} from '../../image/oci/platform.ts';
import type {BuildSecret, BuildSource} from '../../spec/model/build-source.ts';
import {present} from '../../spec/syntax/pick.ts';
import {shownPath} from '../../spec/syntax/source-text.ts';
import type {BuildRequest, OtherContext} from '../execute/build.ts';
import type {SecretSource} from '../execute/run-mounts.ts';
import {parsePlatform} from '../plan/platform.ts';
import {dockerfileText, textInFolder} from './dockerfile-text.ts';

/** What a command line adds to the `build` of a service. */
export interface BuildAdditions {
	readonly args?: Readonly<Record<string, string>>;
	readonly noCache?: boolean;
	readonly reproducible?: boolean;
	readonly pull?: boolean;
}

/** A `build` and where it stands. */
export interface ServiceBuild {
	readonly service: string;
	readonly source: BuildSource;
	/** Complete names of the images of other services, by their keys. */
	readonly images: Readonly<Record<string, string>>;
	/** The caller's folder, for messages. */
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
}

/** The parts of a request that do not depend on who is watching. */
export type AskedBuild = Omit<BuildRequest, 'output' | 'emit' | 'signal' | 'force'>;

/**
 * The request for the image of a service: reads its Dockerfile and the variables that secrets are in.
 *
 * @throws TsboxError E_DOCKERFILE when there is no Dockerfile, E_SPEC_INVALID when the context or a secret is not there, or the context is
 * a repository.
 */
export function serviceRequest(
	{host, facts}: Pick<Machine, 'host' | 'facts'>,
	{service, source, images, cwd, env}: ServiceBuild,
	additions: BuildAdditions,
): AskedBuild {
	const {context, dockerfile, names} = source;
	const whose = `the \`build\` of ${service}`;
	if (source.repository !== undefined)
		throw new TsboxError('E_SPEC_INVALID', `${whose} is a repository, and this needs a folder`, {
			hint: `\`git clone ${source.repository.url}\`, and write the path of the clone`,
		});
	for (const folder of [
		context,
		...Object.values(source.contexts).flatMap(each => ('folder' in each ? each.folder : [])),
	])
		if (host.stat(folder)?.kind !== 'directory')
			throw new TsboxError('E_SPEC_INVALID', `${whose}: there is no folder ${shownPath(folder, cwd)}`, {
				hint: 'correct its path in the spec',
			});
	const file = 'file' in dockerfile ? dockerfile.file : resolve(context, 'Dockerfile');
	const inline = 'inline' in dockerfile ? dockerfile.inline : undefined;
	const texts = dockerfileText({
		file,
		folder: context,
		cwd,
		hint: `name it with \`dockerfile\` in ${whose}; its path begins at the context`,
		read: path => (inline !== undefined && path === file ? inline : textInFolder(host, path)),
	});
	const shown = inline === undefined ? texts.dockerfile.shown : `dockerfile_inline of ${service}`;
	return {
		...texts,
		dockerfile: {...texts.dockerfile, shown},
		folder: context,
		names,
		args: {...source.args, ...additions.args},
		labels: source.labels,
		secrets: Object.fromEntries(
			Object.entries(source.secrets).map(([id, secret]) => [id, secretOf(id, secret, whose, env)]),
		),
		ssh: Object.fromEntries(Object.entries(source.ssh).map(([id, socket]) => [id, socket ?? agentOf(whose, env)])),
		contexts: Object.fromEntries(
			Object.entries(source.contexts).map(([name, other]): [string, OtherContext] => [
				name,
				'service' in other ? {image: images[other.service] ?? other.service} : other,
			]),
		),
		pull: additions.pull === true || source.pull ? 'always' : 'missing',
		noCache: additions.noCache === true || source.noCache,
		run: additions.reproducible === true ? {...source.run, reproducible: true} : source.run,
		...present({target: source.target, platform: platformFor(source, platformOf(facts.kernel.arch))}),
	};
}

function platformFor({platforms}: BuildSource, own: string): AskedBuild['platform'] {
	const [first] = platforms;
	if (first === undefined || platforms.some(each => each === own || each.startsWith(`${own}/`))) return undefined;
	const parsed = parsePlatform(first);
	return parsed.ok ? parsed.value : undefined;
}

function secretOf(id: string, secret: BuildSecret, whose: string, env: ServiceBuild['env']): SecretSource {
	if ('file' in secret) return secret;
	const text = env[secret.variable];
	if (text !== undefined) return {text};
	throw new TsboxError(
		'E_SPEC_INVALID',
		`${whose}: the secret ${id} is in the variable ${secret.variable}, which is not set`,
		{
			hint: `set it: \`export ${secret.variable}=...\``,
		},
	);
}

function agentOf(whose: string, env: ServiceBuild['env']): string {
	const socket = env['SSH_AUTH_SOCK'];
	if (socket !== undefined) return socket;
	throw new TsboxError('E_SPEC_INVALID', `${whose}: \`ssh\` asks for an agent, and SSH_AUTH_SOCK is not set`, {
		hint: 'start one: `eval "$(ssh-agent)"; ssh-add`',
	});
}
