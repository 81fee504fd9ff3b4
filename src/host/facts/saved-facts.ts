import {TsboxError} from '../../errors/tsbox-error.ts';
import {type HostFacts, toolNames} from '../facts.ts';
import type {ProgramFacts} from './probe.ts';
import {anyOf, count, exactly, fields, flag, list, orNull, type Shape, table, text} from './shape.ts';

const tool = fields({
	path: text,
	applet: orNull(text),
	loader: orNull(text),
	libraryPath: list(text),
	flags: list(text),
	version: text,
});

const programShapes = {
	tools: fields(Object.fromEntries(toolNames.map(name => [name, orNull(tool)]))),
	toolbox: anyOf(
		fields({kind: exactly('copy'), files: list(text), id: text}),
		fields({kind: exactly('none'), why: text}),
	),
	overlay: fields({store: flag, tmpfs: flag, hostLower: flag, idmapped: flag, why: orNull(text)}),
	packageManager: orNull(text),
};
const idRange = fields({start: count, count});
const seccompLoader = anyOf(exactly('setpriv'), exactly('perl'), exactly(null));

const programShape = fields({...programShapes, seccompLoader});

const factsShape: Shape = fields({
	...programShapes,
	schema: exactly(1),
	kernel: fields({release: text, arch: text}),
	os: text,
	user: fields({uid: count, gid: count, capabilities: list(text)}),
	cgroup: fields({
		layout: anyOf(...['v2', 'hybrid', 'v1', 'none'].map(exactly)),
		v1: table(text),
		unified: orNull(text),
		unifiedControllers: list(text),
		unifiedEnabled: list(text),
		swapAccounting: flag,
		ioWeightFile: orNull(text),
		realtime: anyOf(count, exactly(null)),
		killFile: flag,
		writable: flag,
		delegated: orNull(text),
	}),
	namespaces: list(text),
	userNamespace: fields({
		max: count,
		unprivileged: flag,
		apparmorRestricted: flag,
		sharers: list(text),
		subuids: list(idRange),
		subgids: list(idRange),
	}),
	seccomp: fields({kernel: flag, loader: seccompLoader}),
	lsm: list(text),
	kernelPaths: table(anyOf(exactly('file'), exactly('folder'))),
	devices: list(text),
	deviceLinks: list(text),
	capabilities: list(text),
	rlimits: table(count),
	cpus: count,
	memory: anyOf(exactly(undefined), count),
});

/** Serializes facts for {@link loadFacts}. */
export function saveFacts(facts: HostFacts): string {
	return `${JSON.stringify(facts, undefined, '\t')}\n`;
}

/** Parses the output of {@link saveFacts}. Throws E_STATE with the name `file` for any other text. */
export function loadFacts(text: string, file: string): HostFacts {
	const value = parse(text);
	if (isFacts(value)) return value;
	throw new TsboxError('E_STATE', `${file} does not contain host facts that this version of tsbox can read`, {
		hint: 'save the facts of that machine again',
	});
}

/** Whether a parsed value has the form of cached facts. */
export function isProgramFacts(value: unknown): value is ProgramFacts {
	return programShape(value);
}

/** Parses JSON; undefined when malformed. */
export function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function isFacts(value: unknown): value is HostFacts {
	return factsShape(value);
}
