import {didYouMean} from '../../errors/did-you-mean.ts';
import {quoted} from '../../spec/model/parsed.ts';
import {instructionError} from '../syntax/dockerfile-error.ts';
import type {Flag, RawInstruction} from '../syntax/raw-instruction.ts';

/** How an option of an instruction is written: with text, several times with text, or alone or with `=true` and `=false`. */
export type FlagKind = 'text' | 'list' | 'switch';

/** The options of an instruction after they were checked. */
export interface FlagValues {
	readonly text: (name: string) => string | undefined;
	readonly list: (name: string) => readonly string[];
	/** Undefined when the option is not given. */
	readonly isOn: (name: string) => boolean | undefined;
}

/**
 * Checks the options of an instruction.
 * @param known each option that the instruction has
 * @throws E_DOCKERFILE for an unknown option, one without its value, and one that is given twice
 */
export function readFlags(raw: RawInstruction, known: Readonly<Record<string, FlagKind>>): FlagValues {
	const values = new Map<string, string[]>();
	for (const flag of raw.flags) {
		const kind = Object.hasOwn(known, flag.name) ? known[flag.name] : undefined;
		if (kind === undefined) throw unknownFlag(raw, flag, Object.keys(known));
		const before = values.get(flag.name);
		if (before !== undefined && kind !== 'list')
			throw instructionError(raw, `--${flag.name} is given twice`, undefined, flag);
		values.set(flag.name, [...(before ?? []), valueOf(raw, flag, kind)]);
	}
	const last = (name: string) => values.get(name)?.at(-1);
	return {
		text: last,
		list: name => values.get(name) ?? [],
		isOn: name => (values.has(name) ? last(name) === 'true' : undefined),
	};
}

function valueOf(raw: RawInstruction, flag: Flag, kind: FlagKind): string {
	if (kind !== 'switch') {
		if (flag.value === undefined)
			throw instructionError(raw, `--${flag.name} needs a value`, `write \`--${flag.name}=...\``, flag);
		return flag.value;
	}
	const value = (flag.value ?? 'true').toLowerCase();
	if (value === 'true' || value === 'false') return value;
	throw instructionError(
		raw,
		`--${flag.name} is \`true\` or \`false\`, not ${quoted(flag.value ?? '')}`,
		undefined,
		flag,
	);
}

function unknownFlag(raw: RawInstruction, flag: Flag, known: readonly string[]) {
	const near = didYouMean(flag.name, known);
	const names = known.map(name => `\`--${name}\``).join(', ');
	const hint = near !== undefined ? `did you mean \`--${near}\`?` : names === '' ? undefined : `it has ${names}`;
	return instructionError(raw, `${raw.keyword} has no option ${quoted(`--${flag.name}`)}`, hint, flag);
}
