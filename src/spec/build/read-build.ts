import {resolve} from 'node:path';
import {imageNameText, parseImageName} from '../image/image-name.ts';
import {parsePlatform} from '../image/platform.ts';
import type {BuildContext, BuildRun, BuildSecret, BuildSource, Repository} from '../model/build-source.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Lookup} from '../syntax/interpolate.ts';
import {keyValues} from '../syntax/key-values.ts';
import {type Picker, present} from '../syntax/pick.ts';
import type {Place} from '../syntax/problem.ts';
import type {Path} from '../syntax/tree.ts';
import type {SecretsInput} from '../given/given-schema.ts';
import type {BuildInput} from './build-schema.ts';
import {isAddress, parseRepository} from './repository.ts';
import {readExtraHosts} from '../network/extra-host.ts';
import type {ExtraHost} from '../model/network.ts';

/** What reading a `build` needs besides it. */
export interface BuildSurroundings {
	/** `image` of the service. */
	readonly image: string | undefined;
	/** `platform` of the service. */
	readonly platform: string | undefined;
	/** Names the image if `image` does not: `PROJECT-SERVICE`, as Compose has it. */
	readonly fallback: string;
	/** The `secrets` of the file. */
	readonly secrets: SecretsInput | undefined;
	/** The services of the file. */
	readonly services: readonly string[];
	readonly reproducible: boolean;
	/** Variables of the caller, and of the env files that belong to the file of a place. */
	readonly variablesAt: (place: Place) => Lookup;
	/** Makes a host path absolute. */
	readonly resolve: (path: string) => Parsed<string>;
}

type LongBuild = Exclude<BuildInput, string>;
type Entries = Parameters<typeof keyValues>[0];

/** Reads `build`. Problems go to the picker; undefined when an image would not even have a name. */
export function readBuild(input: BuildInput, picker: Picker, around: BuildSurroundings): BuildSource | undefined {
	const long: LongBuild = typeof input === 'string' ? {context: input} : input;
	const at = (key: keyof LongBuild): Path => ['build', key];
	const fail = (path: Path, {problem, hint}: Extract<Parsed<unknown>, {ok: false}>): undefined => {
		picker.invalid(
			picker.places.value(path),
			`\`${path.filter(part => typeof part === 'string').join('.')}\` ${problem}`,
			hint,
		);
	};
	const orFail = <T>(path: Path, parsed: Parsed<T>): T | undefined => (parsed.ok ? parsed.value : fail(path, parsed));
	picker.noteAt('build', ['build']);
	const read = orFail(typeof input === 'string' ? ['build'] : at('context'), contextOf(long.context ?? '.', around));
	const name = nameOf(around);
	if (!name.ok) fail(around.image === undefined ? ['build'] : ['image'], name);
	if (read === undefined || !name.ok) return undefined;
	const {folder: context, repository} = read;
	const tags = (long.tags ?? []).flatMap((tag, i) => orFail([...at('tags'), i], imageName(tag)) ?? []);
	if (long.dockerfile !== undefined && long.dockerfile_inline !== undefined)
		fail(at('dockerfile_inline'), bad('and `dockerfile` exclude each other', 'take one of them out'));
	const named = (key: 'args' | 'labels', given: Entries): Readonly<Record<string, string>> =>
		Object.fromEntries(
			keyValues(given, at(key), picker.places).flatMap(
				({name: each, value, path}): readonly (readonly [string, string])[] => {
					const known = value ?? (key === 'args' ? around.variablesAt(picker.places.value(path))(each)?.value : '');
					return known === undefined ? [] : [[each, known]];
				},
			),
		);
	const contexts = keyValues(long.additional_contexts, at('additional_contexts'), picker.places).flatMap(
		({name: each, value = '', path}): readonly (readonly [string, BuildContext])[] => {
			const read = orFail(path, otherContext(value, around));
			return read === undefined ? [] : [[each, read]];
		},
	);
	const hosts = readExtraHosts(long.extra_hosts ?? [], at('extra_hosts'), picker).map(({host}) => host);
	const secrets = (long.secrets ?? []).flatMap((each, i): readonly (readonly [string, BuildSecret])[] => {
		const {source, target = source} = typeof each === 'string' ? {source: each} : each;
		const found = orFail([...at('secrets'), i], secretOf(source, around));
		return found === undefined ? [] : [[target, found]];
	});
	const ssh = (
		Array.isArray(long.ssh) ? long.ssh.map(word => word.split(/=(.*)/s)) : Object.entries(long.ssh ?? {})
	).map(([id = '', socket]): readonly [string, string | undefined] => [
		id,
		socket == null || socket === '' ? undefined : orFail(at('ssh'), around.resolve(String(socket))),
	]);
	const platforms = (long.platforms ?? []).flatMap(
		(word, i) => orFail([...at('platforms'), i], parsePlatform(word)) ?? [],
	);
	return {
		context,
		dockerfile:
			long.dockerfile_inline === undefined
				? {file: resolve(context, long.dockerfile ?? 'Dockerfile')}
				: {inline: long.dockerfile_inline},
		names: [name.value, ...tags],
		args: named('args', long.args),
		labels: named('labels', long.labels),
		secrets: Object.fromEntries(secrets),
		ssh: Object.fromEntries(ssh),
		contexts: Object.fromEntries(contexts),
		noCache: long.no_cache === true || (long.no_cache_filter ?? []).length > 0,
		pull: long.pull ?? false,
		run: {...runOf(long, hosts), ...(around.reproducible ? {reproducible: true} : {})},
		platforms: around.platform === undefined ? platforms : [around.platform],
		...present({target: long.target, repository}),
	};
}

function runOf({network, shm_size, ulimits = {}, privileged}: LongBuild, extraHosts: readonly ExtraHost[]): BuildRun {
	const limits = Object.entries(ulimits).flatMap(([name, limit]) => (limit === undefined ? [] : [{name, ...limit}]));
	return present({
		network,
		shmSize: shm_size,
		privileged: privileged === true ? true : undefined,
		extraHosts: extraHosts.length === 0 ? undefined : extraHosts,
		ulimits: limits.length === 0 ? undefined : limits,
	});
}

function contextOf(
	text: string,
	{resolve: absolute}: BuildSurroundings,
): Parsed<{readonly folder: string; readonly repository?: Repository}> {
	if (!isAddress(text)) {
		const folder = absolute(text);
		return folder.ok ? good({folder: folder.value}) : folder;
	}
	const repository = parseRepository(text);
	return repository.ok ? good({folder: '/', repository: repository.value}) : repository;
}

function nameOf({image, fallback}: BuildSurroundings): Parsed<string> {
	if (image !== undefined) return imageName(image);
	const name = parseImageName(fallback.toLowerCase());
	return name.ok ? good(imageNameText(name.value)) : bad('has no name for its image', 'write one: `image: NAME`');
}

function imageName(text: string): Parsed<string> {
	const name = parseImageName(text);
	if (!name.ok) return name;
	if (name.value.version.startsWith('@'))
		return bad('has a digest, and what is built gets its own', 'write `NAME:TAG`');
	return good(imageNameText(name.value));
}

function otherContext(text: string, {services, resolve: absolute}: BuildSurroundings): Parsed<BuildContext> {
	const image = /^docker-image:\/\/(.+)$/.exec(text)?.[1];
	if (image !== undefined) {
		const name = parseImageName(image);
		return name.ok ? good({image}) : name;
	}
	const service = /^service:(.+)$/.exec(text)?.[1];
	if (service !== undefined) {
		if (services.includes(service)) return good({service});
		return bad(`names the service ${quoted(service)}, which the file does not have`);
	}
	if (text === '' || isAddress(text) || text.startsWith('oci-layout:'))
		return bad(
			`is ${quoted(text)}, and must be a folder, an image or a service`,
			'write a path, `docker-image://NAME` or `service:NAME`',
		);
	const path = absolute(text);
	return path.ok ? good({folder: path.value}) : path;
}

function secretOf(name: string, {secrets, resolve: absolute}: BuildSurroundings): Parsed<BuildSecret> {
	const source = Object.hasOwn(secrets ?? {}, name) ? secrets?.[name] : undefined;
	if (source === undefined)
		return bad(
			`names the secret ${quoted(name)}, which the file does not declare`,
			`add it at the top: \`secrets: {${name}: {file: ./PATH}}\``,
		);
	if (source.environment !== undefined) return good({variable: source.environment});
	if (source.file === undefined)
		return bad(`names the secret ${quoted(name)}, which has neither \`file\` nor \`environment\``);
	const path = absolute(source.file);
	return path.ok ? good({file: path.value}) : path;
}
