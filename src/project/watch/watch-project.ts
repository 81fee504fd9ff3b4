import {loadProject} from '../../container/machine/load-project.ts';
import type {Machine} from '../../container/machine/machine.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Project} from '../../spec/model/project.ts';
import type {WatchRule} from '../../spec/model/watch-rule.ts';
import {wantedServices} from '../client/up-detached.ts';
import {followTrees} from './follow-trees.ts';
import {performChanges, type RuleChanges, type Surroundings, syncAll} from './perform-changes.ts';
import {type WatchedFiles, watchedFiles} from './watched-files.ts';

/** Files that are about to be followed. */
export interface PlannedWatch {
	readonly project: Project;
	readonly rules: readonly {readonly service: string; readonly rule: WatchRule; readonly files: WatchedFiles}[];
}

/**
 * Finds the files that the `develop.watch` of services names.
 *
 * @param services - as they were named; empty for all
 * @throws TsboxError for a spec that cannot be read, as {@link watchedFiles}, and E_USAGE when no service has any.
 */
export async function planWatch(
	machine: Machine,
	spec: SpecRequest,
	services: readonly string[],
): Promise<PlannedWatch> {
	const project = await loadProject({...spec, named: services}, machine);
	const {watched = {}, builds = {}} = project;
	const rules = wantedServices(project, services).flatMap(service =>
		(watched[service] ?? []).map(rule => ({
			service,
			rule,
			files: watchedFiles(machine.host, service, rule, builds[service]),
		})),
	);
	if (rules.length > 0) return {project, rules};
	throw new TsboxError('E_USAGE', `no service of ${project.file} has files to watch`, {
		hint: 'name them with `develop.watch`; see `tsbox explain develop`',
	});
}

/** Options of {@link watchProject}. */
export interface WatchRequest extends Omit<Surroundings, 'project'> {
	readonly planned: PlannedWatch;
	/** Settles when the containers run. */
	readonly ready: Promise<unknown>;
	readonly signal: AbortSignal;
}

/**
 * Follows files until the signal aborts, and does what `develop.watch` says after each change. What fails is told, and watching goes on.
 *
 * @throws TsboxError when the files cannot be read.
 */
export async function watchProject(
	machine: Machine,
	{planned: {project, rules}, ready, signal, ...rest}: WatchRequest,
): Promise<void> {
	const around: Surroundings = {...rest, project};
	const {first, changes} = followTrees(
		machine.host,
		rules.map(({files}) => files),
		signal,
	);
	await ready;
	const at = (): number => machine.host.now();
	for (const [index, each] of rules.entries()) {
		const {service, rule} = each;
		if (signal.aborted) return;
		if (rule.initialSync && rule.target !== undefined)
			await syncAll(machine, around, each, {written: [...(first[index]?.entries.keys() ?? [])], deleted: []}, signal);
		rest.emit({type: 'watch.started', at: at(), service, action: rule.action, path: rule.path});
	}
	for await (const all of changes()) {
		const those: readonly RuleChanges[] = rules.flatMap((each, index) => {
			const found = all[index];
			return found === undefined || found.written.length + found.deleted.length === 0
				? []
				: [{...each, changes: found}];
		});
		for (const service of new Set(those.map(each => each.service))) {
			if (signal.aborted) return;
			await performChanges(
				machine,
				around,
				those.filter(each => each.service === service),
				signal,
			);
		}
	}
}
