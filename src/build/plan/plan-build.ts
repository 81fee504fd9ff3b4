import {readIgnoreFile} from '../context/ignore-rules.ts';
import {withoutIgnored} from '../context/source-tree.ts';
import type {Instruction} from '../instructions/instruction.ts';
import {readInstruction} from '../instructions/read-instruction.ts';
import {placeOf} from '../syntax/dockerfile-error.ts';
import {looksLikeJson} from '../syntax/json-form.ts';
import {parseDockerfile} from '../syntax/parse-dockerfile.ts';
import type {BuildInput} from './build-input.ts';
import type {BuildPlan, StagePlan} from './build-plan.ts';
import {globalScope, unusedArgs} from './scope.ts';
import {splitStages, targetStage, twiceNamed} from './split-stages.ts';
import {StagePlanner} from './stage-planner.ts';

/**
 * The plan of a build: each instruction of the stages that are needed, with its command, its files and its cache key.
 * Reads nothing but through the input.
 * @throws E_DOCKERFILE, and what the lookup of an image throws
 */
export async function planBuild(input: BuildInput): Promise<BuildPlan> {
	const parsed = parseDockerfile(input.dockerfile);
	const instructions = parsed.instructions.map(readInstruction);
	const {globals, stages} = splitStages(input.dockerfile, instructions);
	const args = input.args ?? {};
	const target = targetStage(stages, input.target);
	const warnings = [
		...parsed.warnings,
		...instructions.flatMap(almostJson),
		...twiceNamed(stages),
		...unusedArgs(args, instructions),
	];
	const notes = {
		warn: (text: string) => {
			if (!warnings.includes(text)) warnings.push(text);
		},
	};
	const scope = globalScope(
		globals,
		{
			given: args,
			buildPlatform: input.buildPlatform,
			platform: input.platform,
			target: target.from.name ?? input.target ?? String(target.index),
		},
		notes,
	);
	const seen =
		input.ignoreFile === undefined ? input.context : withoutIgnored(input.context, readIgnoreFile(input.ignoreFile));
	const planner = new StagePlanner(stages, {...input, seen}, scope, notes);
	const planned = await planner.plan(target.index);
	const needed = planner.planned.map(stage => (stage === planned ? withLabels(stage, input.labels ?? {}) : stage));
	return {stages: needed, target: target.index, warnings};
}

function withLabels(stage: StagePlan, labels: Readonly<Record<string, string>>): StagePlan {
	if (Object.keys(labels).length === 0) return stage;
	const {config} = stage.config;
	return {...stage, config: {...stage.config, config: {...config, Labels: {...config.Labels, ...labels}}}};
}

/** A warning for a list that was meant as JSON, and that a shell gets as text. */
function almostJson(instruction: Instruction): readonly string[] {
	const isShell = 'command' in instruction && instruction.command.isShell;
	return isShell && looksLikeJson(instruction.raw.rest)
		? [
				`${placeOf(instruction.raw)}: the list is not JSON, so a shell reads it as text; write each word in double quotes`,
			]
		: [];
}
