import {posix} from 'node:path';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {type GivenFile, HiddenText} from '../model/given-file.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {BindVolume} from '../model/project.ts';
import type {Lookup} from '../syntax/interpolate.ts';
import {type Picker, present} from '../syntax/pick.ts';
import type {Path} from '../syntax/tree.ts';
import {parseMountTarget} from '../values/container-path.ts';
import {parseMode} from '../values/mount-options.ts';
import type {ConfigsInput, GivenInput, SecretsInput} from './given-schema.ts';

/** What the file of a service says of secrets and configs. */
export interface GivenSources {
	readonly secrets: SecretsInput | undefined;
	readonly configs: ConfigsInput | undefined;
	/** The variables of the project. */
	readonly variables: Lookup;
	/** Makes a path of the host absolute. */
	readonly resolve: (path: string) => Parsed<string>;
}

/** The secrets and configs of a container. */
export interface ReadGiven {
	/** Files of the host, as they are. */
	readonly binds: readonly BindVolume[];
	/** Files that tsbox writes. */
	readonly given: readonly GivenFile[];
}

const keys = {secret: 'secrets', config: 'configs'} as const;
const folders = {secret: '/run/secrets', config: '/'} as const;

/**
 * Reads `secrets` and `configs` of a service. A file of the host is mounted as it is; a text, and a file that is to have an owner or a mode,
 * is written for the container. Source: Compose Specification, "secrets" and "configs".
 */
export function readGiven(
	input: {readonly secrets?: GivenInput | undefined; readonly configs?: GivenInput | undefined},
	picker: Picker,
	sources: GivenSources,
): ReadGiven {
	const binds: BindVolume[] = [];
	const given: GivenFile[] = [];
	for (const kind of ['secret', 'config'] as const)
		for (const [at, entry] of (input[keys[kind]] ?? []).entries()) {
			const path = [keys[kind], at];
			const read = readOne(kind, typeof entry === 'string' ? {source: entry} : entry, path, picker, sources);
			if (!read.ok) picker.invalid(picker.places.value(path), `the ${kind} ${read.problem}`, read.hint);
			else if ('type' in read.value) binds.push(read.value);
			else given.push(read.value);
		}
	if (given.some(({kind}) => kind === 'secret')) picker.noteAt('secrets', ['secrets']);
	if (given.some(({kind}) => kind === 'config')) picker.noteAt('configs', ['configs']);
	return {binds, given};
}

type Entry = Exclude<GivenInput[number], string>;

function readOne(
	kind: GivenFile['kind'],
	{source: name, target: asked = name, uid, gid, mode}: Entry,
	path: Path,
	{places}: Picker,
	sources: GivenSources,
): Parsed<BindVolume | GivenFile> {
	const target = parseMountTarget(posix.isAbsolute(asked) ? asked : posix.join(folders[kind], asked));
	if (!target.ok) return bad(`has a target that ${target.problem}`, target.hint);
	// The text as written, because YAML reads `0400` as a decimal number. What cannot be octal is decimal, as programs write it: 493 is 0755.
	const written = mode === undefined ? undefined : (places.text([...path, 'mode']) ?? String(mode));
	const isDecimal = typeof mode === 'number' && /[89]/.test(written ?? '');
	const bits = written === undefined ? undefined : parseMode(isDecimal ? mode.toString(8) : written);
	if (bits?.ok === false) return bad(`has a mode that ${bits.problem}`);
	const found = contentOf(kind, name, sources);
	if (!found.ok) return found;
	const owner = present({uid, gid, mode: bits?.value});
	const {value} = found;
	if ('file' in value && Object.keys(owner).length === 0)
		return good({
			type: 'bind',
			source: value.file,
			target: target.value,
			readOnly: true,
			createHostPath: false,
			propagation: 'rprivate',
			recursive: false,
		});
	return good({kind, name, target: target.value, ...value, ...owner});
}

interface Content {
	readonly file?: string | undefined;
	readonly environment?: string | undefined;
	readonly content?: string | undefined;
}

function contentOf(
	kind: GivenFile['kind'],
	name: string,
	sources: GivenSources,
): Parsed<{readonly file: string} | Pick<GivenFile, 'text' | 'missing'>> {
	const declared = sources[keys[kind]] ?? {};
	const source = Object.hasOwn(declared, name) ? declared[name] : undefined;
	if (source === undefined) {
		const near = didYouMean(name, Object.keys(declared));
		return bad(
			`${quoted(name)} is not declared`,
			near === undefined
				? `add it beside \`services\`: \`${keys[kind]}: {${name}: {file: ./PATH}}\``
				: `did you mean \`${near}\`?`,
		);
	}
	const {file, environment, content}: Content = source;
	const written = [file, environment, content].filter(each => each !== undefined);
	if (written.length !== 1)
		return bad(
			`${quoted(name)} has ${written.length === 0 ? 'neither a file nor a text' : 'more than one text'}`,
			`write one of \`file\`${kind === 'secret' ? ' and `environment`' : ', `environment` and `content`'} where it is declared`,
		);
	if (content !== undefined) return good({text: new HiddenText(content)});
	if (environment !== undefined) {
		const value = sources.variables(environment)?.value;
		return good(value === undefined ? {missing: environment} : {text: new HiddenText(value)});
	}
	const path = sources.resolve(file ?? '');
	return path.ok ? good({file: path.value}) : bad(`${quoted(name)} has a file that ${path.problem}`, path.hint);
}
