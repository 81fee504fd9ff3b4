import {syncIn} from '../../container/copy/sync-in.ts';
import {runInside} from '../../container/enter/run-inside.ts';
import {removeImage} from '../../container/images/remove-image.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import type {Machine} from '../../container/machine/machine.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import type {Hook, Project} from '../../spec/model/project.ts';
import type {WatchRule} from '../../spec/model/watch-rule.ts';
import {type ContainerRecord, stateOf} from '../../state/record.ts';
import {askProject} from '../client/client.ts';
import {planUp} from '../client/up-detached.ts';
import type {ProjectSink} from '../state/event.ts';
import type {TreeChanges} from './tree-state.ts';
import type {WatchedFiles} from './watched-files.ts';
import type {WatchEvent} from './watch-event.ts';

/** What carrying out changes needs. */
export interface Surroundings {
	readonly project: Project;
	readonly spec: SpecRequest;
	/** Path of the tsbox program. */
	readonly program: string;
	/** Remove the image that a rebuild has replaced, if nothing else needs it. */
	readonly prune: boolean;
	/** Builds the image of a service, also if it is there. */
	readonly build: (project: Project, services: readonly string[]) => Promise<void>;
	readonly emit: (event: WatchEvent) => void;
	/** Events of the containers while they are recreated or restarted. */
	readonly onProject: ProjectSink;
}

/** A rule, and what has changed of its files. */
export interface RuleChanges {
	readonly service: string;
	readonly rule: WatchRule;
	readonly files: WatchedFiles;
	readonly changes: TreeChanges;
}

/** Does what the changes of one service ask for. A rebuild does for all the others, as the new image has the files. */
export async function performChanges(
	machine: Machine,
	around: Surroundings,
	those: readonly RuleChanges[],
	signal: AbortSignal,
): Promise<void> {
	const rebuilt = those.find(({rule}) => rule.action === 'rebuild');
	if (rebuilt !== undefined) return rebuild(machine, around, rebuilt, signal);
	let isWhole = true;
	for (const each of those)
		if (each.rule.target !== undefined)
			isWhole = (await syncAll(machine, around, each, each.changes, signal)) && isWhole;
	const restarted = those.find(({rule}) => rule.action === 'restart' || rule.action === 'sync+restart');
	if (!isWhole || signal.aborted) return;
	if (restarted !== undefined) return restart(machine, around, restarted, signal);
	for (const {service, rule} of those)
		if (rule.exec !== undefined) await execute(machine, around, service, rule.exec, signal);
}

/** Copies changes into all containers of a service that run. Returns whether it went well everywhere. */
export async function syncAll(
	machine: Machine,
	{project, emit}: Surroundings,
	{service, rule, files}: Pick<RuleChanges, 'service' | 'rule' | 'files'>,
	{written, deleted}: TreeChanges,
	signal: AbortSignal,
): Promise<boolean> {
	const {target = ''} = rule;
	const isFile = [...written, ...deleted].includes('');
	let said = '';
	try {
		for (const {name} of running(machine, project, service))
			said = await syncIn(machine, name, {root: files.root, isFile, target, written, deleted, signal});
	} catch (error) {
		if (!signal.aborted) emit({type: 'watch.failed', at: machine.host.now(), service, what: 'sync', error});
		return false;
	}
	const at = machine.host.now();
	emit({type: 'watch.synced', at, service, target, written: written.length, deleted: deleted.length, said});
	return true;
}

function running(machine: Machine, {name}: Project, service: string): readonly ContainerRecord[] {
	return allRecords(machine).filter(
		record =>
			record.detached?.project === name &&
			record.detached.service === service &&
			record.detached.made.oneOff === undefined &&
			record.detached.exit === null &&
			stateOf(machine.host, record) === 'running',
	);
}

async function rebuild(
	machine: Machine,
	around: Surroundings,
	{service, files, changes}: RuleChanges,
	signal: AbortSignal,
): Promise<void> {
	const {spec, program, prune, build, emit, onProject} = around;
	const {host} = machine;
	emit({type: 'watch.rebuilding', at: host.now(), service, changed: firstOf(files, changes)});
	const before = running(machine, around.project, service).flatMap(({image}) =>
		image.kind === 'image' ? [image.manifest] : [],
	);
	try {
		const planned = await planUp(
			machine,
			{spec, services: [service], buildImages: project => build(project, [service])},
			signal,
		);
		const up = {verb: 'up', project: planned.request, wait: false, manner: {recreate: [service]}} as const;
		const states = await askProject(machine, planned.request.name, up, program, onProject, signal);
		if (states.some(each => each.service === service && each.status === 'failed')) return;
	} catch (error) {
		if (!signal.aborted) emit({type: 'watch.failed', at: host.now(), service, what: 'rebuild', error});
		return;
	}
	if (prune) await removeReplaced(machine, around.project, service, new Set(before));
	emit({type: 'watch.rebuilt', at: host.now(), service});
}

/** Removes the images that the containers of a service had before, if nothing else needs them. */
async function removeReplaced(
	machine: Machine,
	project: Project,
	service: string,
	before: ReadonlySet<string>,
): Promise<void> {
	const now = running(machine, project, service).flatMap(({image}) => (image.kind === 'image' ? [image.manifest] : []));
	for (const digest of before) {
		if (now.includes(digest)) continue;
		// Another container has it, or another process has removed it.
		await removeImage(machine, digest).catch(() => {});
	}
}

async function restart(
	machine: Machine,
	{project, program, emit, onProject}: Surroundings,
	{service, files, changes}: RuleChanges,
	signal: AbortSignal,
): Promise<void> {
	const {host} = machine;
	emit({type: 'watch.restarting', at: host.now(), service, changed: firstOf(files, changes)});
	try {
		await askProject(machine, project.name, {verb: 'restart', services: [service]}, program, onProject, signal);
		emit({type: 'watch.restarted', at: host.now(), service});
	} catch (error) {
		if (!signal.aborted) emit({type: 'watch.failed', at: host.now(), service, what: 'restart', error});
	}
}

async function execute(
	machine: Machine,
	{project, emit}: Surroundings,
	service: string,
	hook: Hook,
	signal: AbortSignal,
): Promise<void> {
	const {host} = machine;
	for (const {name} of running(machine, project, service)) {
		try {
			const end = await runInside(machine, name, hook, 'watch', signal);
			emit({type: 'watch.executed', at: host.now(), service, command: hook.command, ...end});
		} catch (error) {
			if (!signal.aborted) emit({type: 'watch.failed', at: host.now(), service, what: 'exec', error});
		}
	}
}

function firstOf({root}: WatchedFiles, {written, deleted}: TreeChanges): string {
	const path = written[0] ?? deleted[0] ?? '';
	return path === '' ? root : `${root}/${path}`;
}
