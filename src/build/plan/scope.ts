import type {Instruction, InstructionOf} from '../instructions/instruction.ts';
import {expandText, type ExpansionNotes} from './expand-text.ts';
import {type Platform, platformText} from './platform.ts';

/** Build arguments that every RUN sees without an ARG, and that change no cache key. Source: Dockerfile reference, "Predefined ARGs". */
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'];
const isProxy = (name: string) => proxies.includes(name.toUpperCase());

/** What is known of variables before the first stage. */
export interface GlobalScope {
	/** The values that FROM sees, and that `ARG name` of a stage takes over. */
	readonly values: ReadonlyMap<string, string>;
	/** `--build-arg`. */
	readonly given: Readonly<Record<string, string>>;
	/** The proxies among them. */
	readonly proxies: Readonly<Record<string, string>>;
}

/** The arguments that exist in each build. Source: Dockerfile reference, "Automatic platform ARGs in the global scope". */
function platformArgs(build: Platform, target: Platform, stage: string): readonly (readonly [string, string])[] {
	const of = (prefix: string, platform: Platform) =>
		[
			[`${prefix}PLATFORM`, platformText(platform)],
			[`${prefix}OS`, platform.os],
			[`${prefix}OSVERSION`, ''],
			[`${prefix}ARCH`, platform.arch],
			[`${prefix}VARIANT`, platform.variant ?? ''],
		] as const;
	return [...of('BUILD', build), ...of('TARGET', target), ['TARGETSTAGE', stage]];
}

/** The global scope: the platform's arguments, then each ARG before the first FROM. @throws E_DOCKERFILE */
export function globalScope(
	globals: readonly InstructionOf<'arg'>[],
	options: {
		readonly given: Readonly<Record<string, string>>;
		readonly buildPlatform: Platform;
		readonly platform: Platform;
		readonly target: string;
	},
	notes: ExpansionNotes,
): GlobalScope {
	const {given} = options;
	const values = new Map(
		platformArgs(options.buildPlatform, options.platform, options.target).map(([name, value]) => [
			name,
			own(given, name) ?? value,
		]),
	);
	for (const {raw, args} of globals) {
		for (const {name, value: written} of args) {
			const value = own(given, name) ?? (written === undefined ? undefined : expandText(raw, written, values, notes));
			if (value !== undefined) values.set(name, value);
		}
	}
	return {
		values,
		given,
		proxies: Object.fromEntries(Object.entries(given).filter(([name]) => isProxy(name))),
	};
}

/** The value of an ARG in a stage: what was given, else its default, else the one of the global scope. @throws E_DOCKERFILE */
export function argValue(
	instruction: InstructionOf<'arg'>,
	{name, value: written}: {readonly name: string; readonly value?: string},
	env: ReadonlyMap<string, string>,
	scope: GlobalScope,
	notes: ExpansionNotes,
): string | undefined {
	const given = own(scope.given, name);
	if (given !== undefined) return given;
	return written === undefined ? scope.values.get(name) : expandText(instruction.raw, written, env, notes);
}

/** A warning for each build argument that no ARG of the file takes. */
export function unusedArgs(
	given: Readonly<Record<string, string>>,
	instructions: readonly Instruction[],
): readonly string[] {
	const declared = new Set(instructions.flatMap(each => (each.kind === 'arg' ? each.args.map(({name}) => name) : [])));
	const isKnown = (name: string) =>
		declared.has(name) || isProxy(name) || /^(?:BUILD|TARGET)[A-Z]+$|^BUILDKIT_|^SOURCE_DATE_EPOCH$/.test(name);
	return Object.keys(given)
		.filter(name => !isKnown(name))
		.map(name => `no ARG takes the build argument ${name}`);
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
	return Object.hasOwn(values, name) ? values[name] : undefined;
}
