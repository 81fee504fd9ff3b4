import type {CopyInstruction, Instruction} from '../instructions/instruction.ts';
import {readInstruction} from '../instructions/read-instruction.ts';
import {instructionError, placeOf} from '../syntax/dockerfile-error.ts';
import {parseDockerfile} from '../syntax/parse-dockerfile.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';
import {applySetting} from './apply-setting.ts';
import type {BuildRow, StageBase} from './build-plan.ts';
import {cacheKey, digestOf} from './cache-key.ts';
import {planCopy} from './plan-copy.ts';
import {planRun} from './plan-run.ts';
import type {Stage} from './split-stages.ts';
import type {StageContext} from './stage-context.ts';
import type {StageState} from './stage-state.ts';

/** What a stage begins with, found. */
export interface FoundBase {
	readonly base: StageBase;
	/** The name that the history and the plan show. */
	readonly shown: string;
	readonly state: StageState;
	/** ONBUILD of the base: instructions that come before those of the stage. */
	readonly triggers: readonly string[];
}

/** The rows of a stage, and the stage behind them. */
export interface PlannedRows {
	readonly rows: readonly BuildRow[];
	readonly state: StageState;
}

/** Plans the instructions of a stage one after the other. @throws E_DOCKERFILE */
export async function planRows(stage: Stage, found: FoundBase, context: StageContext): Promise<PlannedRows> {
	const {raw} = stage.from;
	const rows: BuildRow[] = [
		{
			...partsOf(stage, raw, false),
			kind: 'base',
			base: found.base,
			command: `FROM ${found.shown}`,
			cacheKey: found.state.filesKey,
		},
	];
	let {state} = found;
	const triggers = found.triggers.flatMap(trigger => readTrigger(trigger, stage));
	for (const [index, instruction] of [...triggers, ...stage.instructions].entries()) {
		const next = await planRow(state, instruction, stage, context, index < triggers.length);
		rows.push(next.row);
		({state} = next);
	}
	return {rows, state};
}

async function planRow(
	state: StageState,
	instruction: InStage,
	stage: Stage,
	context: StageContext,
	isTrigger: boolean,
): Promise<{row: BuildRow; state: StageState}> {
	const parts = partsOf(stage, instruction.raw, isTrigger);
	const withKey = (inputs: string, sourceKeys: readonly string[] = []) => ({
		inputs,
		cacheKey: cacheKey(state.filesKey, inputs, sourceKeys),
	});
	if (instruction.kind === 'run') {
		const {run, command, inputs, sourceKeys} = await planRun(state, instruction, context);
		const row = {...parts, kind: 'run', run, command, ...withKey(inputs, sourceKeys)} as const;
		return {row, state: {...state, filesKey: row.cacheKey}};
	}
	if (isCopy(instruction)) {
		const {copy, command, inputs, sourceKeys} = await planCopy(state, instruction, context);
		const row = {...parts, kind: instruction.kind, copy, command, ...withKey(inputs, sourceKeys)} as const;
		return {row, state: {...state, filesKey: row.cacheKey}};
	}
	const {state: next, command} = applySetting(state, instruction, context.scope, context.notes);
	const {WorkingDir: path = '/', User: user = ''} = next.config.config;
	if (instruction.kind !== 'workdir' || path === '/') {
		return {row: {...parts, kind: 'meta', command, cacheKey: state.filesKey}, state: next};
	}
	const owner = user === '' ? {} : {user};
	const row = {
		...parts,
		kind: 'workdir',
		path,
		...owner,
		command,
		...withKey(digestOf({workdir: path, ...owner})),
	} as const;
	return {row, state: {...next, filesKey: row.cacheKey}};
}

type InStage = Stage['instructions'][number];

function isCopy(instruction: InStage): instruction is Extract<InStage, CopyInstruction> {
	return instruction.kind === 'copy' || instruction.kind === 'add';
}

function partsOf(stage: Stage, raw: RawInstruction, isTrigger: boolean) {
	const at = isTrigger ? stage.from.raw : raw;
	return {stage: stage.index, instruction: raw.text, line: at.line, place: placeOf(at), isTrigger};
}

/** The instruction of an ONBUILD, which has its place in the Dockerfile of the base. Errors show its text. */
function readTrigger(trigger: string, stage: Stage): readonly Exclude<Instruction, {kind: 'from'}>[] {
	const name = `ONBUILD of ${stage.from.base}`;
	const {instructions} = parseDockerfile({file: name, shown: name, text: trigger});
	return instructions.map(raw => {
		const instruction = readInstruction(raw);
		if (instruction.kind === 'from' || instruction.kind === 'onbuild' || instruction.kind === 'maintainer') {
			throw instructionError(raw, `${raw.keyword} cannot be the instruction of an ONBUILD`);
		}
		return instruction;
	});
}
