import {posix} from 'node:path';
import type {ImageConfig} from '../../spec/model/image-config.ts';
import {quoted} from '../../spec/model/parsed.ts';
import {present} from '../../spec/syntax/pick.ts';
import {parseSignal} from '../../spec/values/signal.ts';
import {type ConfigReader, configReader} from './config-values.ts';
import {readHealthcheck} from './read-healthcheck.ts';

/** The most characters of a configuration. containers/image takes 4 MiB too: iolimits.MaxConfigBodySize. */
const longest = 4_194_304;

/**
 * Reads what the configuration of an OCI or Docker image says about its containers. Unknown keys are skipped. Values that
 * only a start decides on, such as whether a user exists, are taken as they are.
 * Source: OCI image-spec, config.md; Docker's image.v1.2.
 *
 * @param text - the configuration, as the registry has it
 * @param name - the image, for messages
 * @throws TsboxError E_IMAGE_INVALID for what is no such configuration, and for a value that no container can have.
 */
export function readImageConfig(text: string, name: string): ImageConfig {
	const reader = configReader(name);
	if (text.length > longest) throw reader.fault('it', `has ${text.length} characters, more than ${longest}`);
	const whole = reader.object('it', parsed(text, reader));
	const config = reader.object('`config`', whole?.['config']) ?? {};
	const texts = (key: string) => reader.texts(key, config[key]);
	const shell = texts('Shell');
	return {
		...present({
			entrypoint: unlessReset(texts('Entrypoint')),
			command: texts('Cmd'),
			user: readUser(reader.text('User', config['User'])),
			workingDir: readFolder(reader.text('WorkingDir', config['WorkingDir'])),
			stopSignal: readSignal(config['StopSignal'], reader),
			healthcheck: readHealthcheck(config['Healthcheck'], shell, reader),
			shell,
		}),
		environment: readEnvironment(texts('Env') ?? []),
		volumes: readVolumes(reader.object('Volumes', config['Volumes']) ?? {}),
		exposedPorts: readPorts(reader.object('ExposedPorts', config['ExposedPorts']) ?? {}, reader),
		labels: readLabels(reader.object('Labels', config['Labels']) ?? {}, reader),
	};
}

function parsed(text: string, {fault}: ConfigReader): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw fault('it', 'is no JSON');
	}
}

/** One empty word is Docker's way to say that there is no entrypoint. */
function unlessReset(words: readonly string[] | undefined): readonly string[] | undefined {
	return words?.length === 1 && words[0] === '' ? undefined : words;
}

/** An entry without `=` sets nothing, as in Docker; of two with one name the last counts. */
function readEnvironment(entries: readonly string[]): Readonly<Record<string, string>> {
	const variables = entries.flatMap(entry => {
		const at = entry.indexOf('=');
		return at < 1 ? [] : [[entry.slice(0, at), entry.slice(at + 1)] as const];
	});
	return Object.fromEntries(variables);
}

/** A missing part of `user:group` is the default: `1000:` is `1000`, and `:5` is `0:5`. */
function readUser(user: string | undefined): string | undefined {
	if (user === undefined || user === ':') return undefined;
	return user.replace(/:$/, '').replace(/^:/, '0:');
}

/** Docker joins a relative path with `/`. */
function readFolder(folder: string | undefined): string | undefined {
	return folder === undefined ? undefined : absolute(folder);
}

function absolute(path: string): string {
	return posix.resolve('/', path);
}

function readVolumes(volumes: Readonly<Record<string, unknown>>): readonly string[] {
	return [...new Set(Object.keys(volumes).map(absolute))].sort();
}

function readSignal(value: unknown, {text, fault}: ConfigReader): string | undefined {
	const written = typeof value === 'number' ? String(value) : text('StopSignal', value);
	if (written === undefined) return undefined;
	const signal = parseSignal(written);
	if (signal.ok) return signal.value;
	throw fault('StopSignal', signal.problem);
}

/** Nothing is done with the ports but to show them. Source: Docker's nat.ParsePort, whose protocol is tcp by default. */
function readPorts(ports: Readonly<Record<string, unknown>>, {fault}: ConfigReader): readonly string[] {
	const names = Object.keys(ports).map(written => {
		const [, range, protocol = 'tcp'] =
			/^(\d{1,5}(?:-\d{1,5})?)(?:\/(tcp|udp|sctp))?$/.exec(written.toLowerCase()) ?? [];
		if (range === undefined || range.split('-').some(port => Number(port) > 65_535))
			throw fault('ExposedPorts', `has ${quoted(written)}, which is no port`);
		return `${range}/${protocol}`;
	});
	return [...new Set(names)].sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
}

function readLabels(labels: Readonly<Record<string, unknown>>, {text}: ConfigReader): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, text('Labels', value) ?? '']));
}
