import {resolve} from 'node:path';
import {commaFields} from '../../build/instructions/comma-fields.ts';
import type {OtherContext} from '../../build/execute/build.ts';
import type {SecretSource} from '../../build/execute/run-mounts.ts';
import {type Platform, parsePlatform} from '../../build/plan/platform.ts';
import {type DockerfileText, dockerfileText, textInFolder} from '../../build/services/dockerfile-text.ts';
import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import {imageNameText, parseImageName} from '../../spec/image/image-name.ts';
import {quoted} from '../../spec/model/parsed.ts';
import type {Io} from '../verb/io.ts';
import {usageError} from './usage-error.ts';

/** The values of `tsbox build` that say what is built. */
export interface BuildValues {
	readonly file: string | undefined;
	readonly tag: readonly string[];
	readonly target: string | undefined;
	readonly 'build-arg': readonly string[];
	readonly label: readonly string[];
	readonly secret: readonly string[];
	readonly ssh: readonly string[];
	readonly 'build-context': readonly string[];
	readonly platform: string | undefined;
}

/** A command line without options. */
export const noBuildOptions: BuildValues = {
	file: undefined,
	tag: [],
	target: undefined,
	'build-arg': [],
	label: [],
	secret: [],
	ssh: [],
	'build-context': [],
	platform: undefined,
};

/** What a command line says about a build, read and resolved. */
export interface ReadBuild extends DockerfileText {
	readonly folder: string;
	readonly names: readonly string[];
	readonly target: string | undefined;
	readonly args: Readonly<Record<string, string>>;
	readonly labels: Readonly<Record<string, string>>;
	readonly secrets: Readonly<Record<string, SecretSource>>;
	readonly ssh: Readonly<Record<string, string>>;
	readonly contexts: Readonly<Record<string, OtherContext>>;
	readonly platform: Platform | undefined;
}

/**
 * Reads the options of `tsbox build`, the Dockerfile, and the file of paths that it leaves out.
 *
 * @throws TsboxError E_USAGE, E_DOCKERFILE when there is no Dockerfile.
 */
export function readBuild(values: BuildValues, context: string, io: Io, host: Host): ReadBuild {
	const folder = resolve(io.cwd, context);
	const file = values.file === undefined ? `${folder}/Dockerfile` : resolve(io.cwd, values.file);
	return {
		...dockerfileText({
			file,
			folder,
			cwd: io.cwd,
			hint: 'name the folder with the Dockerfile: `tsbox build FOLDER`, or the file with `-f FILE`',
			// A file that the caller names may be a pipe: `-f <(...)`.
			read: path => (path === file && values.file !== undefined ? textOf(io, path) : textInFolder(host, path)),
		}),
		folder,
		names: values.tag.map(readName),
		target: values.target,
		args: assignments(values['build-arg'], '--build-arg', io.env),
		labels: assignments(values.label, '--label'),
		secrets: Object.fromEntries(values.secret.map(text => readSecret(text, io))),
		ssh: Object.fromEntries(values.ssh.map(text => readSsh(text, io))),
		contexts: Object.fromEntries(values['build-context'].map(text => readContext(text, io))),
		platform: values.platform === undefined ? undefined : readPlatform(values.platform),
	};
}

function textOf(io: Io, file: string): string | undefined {
	try {
		return io.readFile(file);
	} catch (error) {
		const errno = errnoOf(error);
		if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'EISDIR') return undefined;
		throw error;
	}
}

function readName(text: string): string {
	const name = parseImageName(text);
	if (!name.ok) throw usageError(`--tag ${name.problem}`, undefined, 'build');
	if (name.value.version.startsWith('@')) throw usageError('--tag takes no digest', undefined, 'build');
	return imageNameText(name.value);
}

function readPlatform(text: string): Platform {
	const platform = parsePlatform(text);
	if (platform.ok) return platform.value;
	throw usageError(`--platform ${platform.problem}`, undefined, 'build');
}

/**
 * Options of the form `NAME=VALUE`; with `env` also `NAME` alone, for the caller's value if there is one.
 *
 * @throws TsboxError E_USAGE.
 */
export function assignments(
	texts: readonly string[],
	option: string,
	env?: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
	const pairs = texts.flatMap((text): readonly (readonly [string, string])[] => {
		const equals = text.indexOf('=');
		if (equals > 0) return [[text.slice(0, equals), text.slice(equals + 1)]];
		if (equals === 0 || env === undefined)
			throw usageError(`${option} takes NAME=VALUE, not ${quoted(text)}`, undefined, 'build');
		const value = env[text];
		return value === undefined ? [] : [[text, value]];
	});
	return Object.fromEntries(pairs);
}

/** `id=NAME,src=FILE` or `id=NAME,env=VARIABLE`, as docker-build(1) has it. */
function readSecret(text: string, io: Io): readonly [string, SecretSource] {
	const fields = Object.fromEntries((commaFields(text) ?? []).map(field => field.split(/=(.*)/s) as [string, string]));
	const {id, env, src, source = src} = fields;
	if (id === undefined || id === '' || (source === undefined) === (env === undefined && source !== undefined)) {
		throw usageError(
			`--secret takes id=NAME,src=FILE or id=NAME,env=VARIABLE, not ${quoted(text)}`,
			undefined,
			'build',
		);
	}
	if (env !== undefined) {
		const value = io.env[env];
		if (value === undefined)
			throw usageError(`--secret ${quoted(id)}: the variable ${env} is not set`, undefined, 'build');
		return [id, {text: value}];
	}
	return [id, {file: resolve(io.cwd, source ?? id)}];
}

/** `default`, or `NAME=SOCKET`. */
function readSsh(text: string, io: Io): readonly [string, string] {
	const [id = '', path] = text.split(/=(.*)/s);
	const socket = path ?? io.env['SSH_AUTH_SOCK'];
	if (socket === undefined) throw usageError('--ssh: SSH_AUTH_SOCK is not set; start ssh-agent', undefined, 'build');
	return [id, resolve(io.cwd, socket)];
}

/** `NAME=FOLDER` or `NAME=docker-image://IMAGE`. */
function readContext(text: string, io: Io): readonly [string, OtherContext] {
	const [name = '', value] = text.split(/=(.*)/s);
	if (name === '' || value === undefined || value === '') {
		throw usageError(
			`--build-context takes NAME=FOLDER or NAME=docker-image://IMAGE, not ${quoted(text)}`,
			undefined,
			'build',
		);
	}
	const image = /^docker-image:\/\/(.*)$/.exec(value)?.[1];
	if (image !== undefined) return [name, {image}];
	if (/^[a-z-]+:\/\//.test(value))
		throw usageError(`--build-context: ${quoted(value)} is not supported`, undefined, 'build');
	return [name, {folder: resolve(io.cwd, value)}];
}
