import {quoted} from '../../spec/model/parsed.ts';
import type {SourceTree} from '../context/source-tree.ts';
import {instructionError} from '../syntax/dockerfile-error.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';
import type {BuildInput, NamedContext} from './build-input.ts';
import type {StagePlan} from './build-plan.ts';
import {digestOf} from './cache-key.ts';
import {type ExpansionNotes, expandText} from './expand-text.ts';
import {type FoundBase, planRows} from './plan-stage.ts';
import {type Platform, parsePlatform, platformText} from './platform.ts';
import type {GlobalScope} from './scope.ts';
import {findStage, type Stage} from './split-stages.ts';
import type {ResolvedSource} from './stage-context.ts';
import {firstState, type StageState} from './stage-state.ts';

interface Planned {
	readonly plan: StagePlan;
	readonly state: StageState;
}

/** Plans stages when they are asked for, each once. A stage knows only those before it, so there is no circle. */
export class StagePlanner {
	readonly #stages: readonly Stage[];
	readonly #input: BuildInput & {readonly seen: SourceTree};
	readonly #scope: GlobalScope;
	readonly #notes: ExpansionNotes;
	readonly #planned = new Map<number, Promise<Planned>>();
	readonly #done: StagePlan[] = [];

	constructor(
		stages: readonly Stage[],
		input: BuildInput & {readonly seen: SourceTree},
		scope: GlobalScope,
		notes: ExpansionNotes,
	) {
		this.#stages = stages;
		this.#input = input;
		this.#scope = scope;
		this.#notes = notes;
	}

	/** The stages that were planned, by their index. */
	get planned(): readonly StagePlan[] {
		return this.#done.toSorted((a, b) => a.index - b.index);
	}

	/** Plans a stage and those that it needs. @throws E_DOCKERFILE, and what the lookup of an image throws */
	async plan(index: number): Promise<StagePlan> {
		return (await this.#stage(index)).plan;
	}

	async #stage(index: number): Promise<Planned> {
		const before = this.#planned.get(index);
		if (before !== undefined) return before;
		const stage = this.#stages[index];
		if (stage === undefined) throw new RangeError(`there is no stage ${index}`);
		const planning = this.#planStage(stage);
		this.#planned.set(index, planning);
		return planning;
	}

	async #planStage(stage: Stage): Promise<Planned> {
		const {raw, name, base: written, platform: asked} = stage.from;
		const platform = asked === undefined ? this.#input.platform : this.#platform(raw, asked);
		const base = expandText(raw, written, this.#scope.values, this.#notes);
		if (base === '')
			throw instructionError(raw, `FROM has an empty name: ${quoted(written)}`, 'give the ARG a default');
		const found = await this.#base(stage, name === undefined ? base : (this.#contextName(name) ?? base), platform);
		const {rows, state} = await planRows(stage, found, {
			index: stage.index,
			platform,
			network: this.#input.network ?? 'default',
			scope: this.#scope,
			notes: this.#notes,
			sourceOf: async (from, at) => this.#source(from, at, stage, platform),
		});
		const plan = {
			index: stage.index,
			...(name !== undefined && {name}),
			platform,
			base: found.base,
			rows,
			config: state.config,
		};
		this.#done.push(plan);
		return {plan, state};
	}

	#platform(raw: RawInstruction, written: string): Platform {
		const text = expandText(raw, written, this.#scope.values, this.#notes);
		const parsed = parsePlatform(text);
		if (parsed.ok) return parsed.value;
		throw instructionError(
			raw,
			`--platform ${parsed.problem}`,
			parsed.hint,
			raw.flags.find(({name}) => name === 'platform'),
		);
	}

	async #base(stage: Stage, name: string, platform: Platform): Promise<FoundBase> {
		const {raw} = stage.from;
		if (name === 'scratch') {
			const config = {
				architecture: platform.arch,
				os: platform.os,
				...(platform.variant !== undefined && {variant: platform.variant}),
				config: {},
				rootfs: {type: 'layers', diff_ids: []},
				history: [],
			} as const;
			return {base: {kind: 'scratch'}, shown: 'scratch', state: firstState(config, digestOf('scratch')), triggers: []};
		}
		const named = this.#context(name);
		const before = this.#stages.slice(0, stage.index).findLast(({from}) => from.name === name.toLowerCase());
		if (named === undefined && before !== undefined) {
			const {state} = await this.#stage(before.index);
			const {OnBuild: triggers = [], ...settings} = state.config.config;
			return {
				base: {kind: 'stage', stage: before.index},
				shown: name,
				state: {...state, hasCmd: false, config: {...state.config, config: settings}},
				triggers,
			};
		}
		if (named?.kind === 'folder') {
			throw instructionError(
				raw,
				`the context ${quoted(name)} is a folder; a stage begins with an image`,
				'copy from it with `COPY --from`',
			);
		}
		const image = await this.#input.image(named?.reference ?? name, platform);
		return {
			base: {kind: 'image', reference: image.reference, manifest: image.manifest},
			shown: image.reference,
			state: firstState(image.config, digestOf([image.config.rootfs.diff_ids, platformText(platform)])),
			triggers: image.config.config.OnBuild ?? [],
		};
	}

	async #source(
		name: string | undefined,
		raw: RawInstruction,
		stage: Stage,
		platform: Platform,
	): Promise<ResolvedSource> {
		if (name === undefined || name === '') {
			return {source: {kind: 'context'}, tree: this.#input.seen, unfiltered: this.#input.context};
		}
		if (name.includes('$')) {
			throw instructionError(
				raw,
				`${quoted(name)} has a variable, and a source has none`,
				'write a stage `FROM ${name} AS source` and copy from `source`',
			);
		}
		const named = this.#context(name);
		if (named?.kind === 'folder') return {source: {kind: 'folder', name}, tree: named.tree};
		const other = named === undefined ? findStage(this.#stages, name) : undefined;
		if (other !== undefined) {
			const before = findStage(this.#stages.slice(0, stage.index), name);
			if (before === undefined) {
				throw instructionError(raw, `the stage ${quoted(name)} is not defined before this one`, 'move it up');
			}
			const {state} = await this.#stage(before.index);
			return {source: {kind: 'stage', stage: before.index}, key: state.filesKey};
		}
		const {reference, manifest, config} = await this.#input.image(named?.reference ?? name, platform);
		return {source: {kind: 'image', reference, manifest}, key: digestOf(config.rootfs.diff_ids)};
	}

	/** The name of a named context that stands for a stage of this name. */
	#contextName(stage: string): string | undefined {
		return this.#context(stage) === undefined ? undefined : stage;
	}

	#context(name: string): NamedContext | undefined {
		const contexts = this.#input.contexts ?? {};
		return Object.hasOwn(contexts, name) ? contexts[name] : undefined;
	}
}
