import {didYouMean} from '../../errors/did-you-mean.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {quoted} from '../../spec/model/parsed.ts';
import type {Instruction, InstructionOf} from '../instructions/instruction.ts';
import {dockerfileError, instructionError, placeOf} from '../syntax/dockerfile-error.ts';
import type {SourceText} from '../../spec/syntax/source-text.ts';

/** A stage of a Dockerfile. */
export interface Stage {
	/** Counted from 0. */
	readonly index: number;
	readonly from: InstructionOf<'from'>;
	readonly instructions: readonly Exclude<Instruction, {kind: 'from'}>[];
}

/** Splits a Dockerfile at its FROM. @throws E_DOCKERFILE when there is none, or something else than ARG before the first */
export function splitStages(
	source: SourceText,
	instructions: readonly Instruction[],
): {readonly globals: readonly InstructionOf<'arg'>[]; readonly stages: readonly Stage[]} {
	const globals: InstructionOf<'arg'>[] = [];
	const stages: (Stage & {readonly instructions: Exclude<Instruction, {kind: 'from'}>[]})[] = [];
	for (const instruction of instructions) {
		const stage = stages.at(-1);
		if (instruction.kind === 'from') stages.push({index: stages.length, from: instruction, instructions: []});
		else if (stage !== undefined) stage.instructions.push(instruction);
		else if (instruction.kind === 'arg') globals.push(instruction);
		else
			throw instructionError(
				instruction.raw,
				`${instruction.raw.keyword} stands before the first FROM`,
				'only ARG may',
			);
	}
	if (stages.length === 0) {
		throw dockerfileError(
			source,
			{start: 0, end: 1},
			'there is no FROM',
			'begin with `FROM image`, or with `FROM scratch`',
		);
	}
	return {globals, stages};
}

/** The stage of a name or a number among some; the last of a name. */
export function findStage(stages: readonly Stage[], name: string): Stage | undefined {
	return (
		stages.findLast(({from}) => from.name === name.toLowerCase()) ??
		(/^\d{1,4}$/.test(name) ? stages[Number(name)] : undefined)
	);
}

/** The stage that a build makes: the last one, or the one that is asked for. @throws E_DOCKERFILE for a name that there is not */
export function targetStage(stages: readonly Stage[], target: string | undefined): Stage {
	const stage = target === undefined || target === '' ? stages.at(-1) : findStage(stages, target);
	if (stage !== undefined) return stage;
	const names = stages.flatMap(({from}) => from.name ?? []);
	const near = didYouMean(target ?? '', names);
	throw new TsboxError('E_DOCKERFILE', `the Dockerfile has no stage ${quoted(target ?? '')}`, {
		hint:
			near !== undefined
				? `did you mean \`${near}\`?`
				: names.length === 0
					? 'name a stage with `FROM image AS name`'
					: `its stages are ${names.map(name => `\`${name}\``).join(', ')}`,
	});
}

/** A warning for each name that two stages have. */
export function twiceNamed(stages: readonly Stage[]): readonly string[] {
	return stages.flatMap(({from: {name, raw}}, index) =>
		name !== undefined && stages.slice(0, index).some(({from}) => from.name === name)
			? [`${placeOf(raw)}: another stage is named ${name} already`]
			: [],
	);
}
