import type {Machine} from '../machine/machine.ts';
import {bytes as sizeWords} from '../../spec/values/bytes.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {type ChangedLimits, changeLimits} from '../../oci/change-limits.ts';
import type {OciResources} from '../../oci/config.ts';
import {cgroupSettings} from '../../plan/cgroup/cgroup-settings.ts';
import type {PlanInput} from '../../plan/input/input.ts';
import {settingStep} from '../../plan/cgroup/plan-cgroup.ts';
import {shortfalls} from '../../plan/input/unsupported.ts';
import {withLock} from '../../execute/lock.ts';
import {memoryCount} from '../../kernel/memory.ts';
import {type LimitWrite, writeLimits} from '../../kernel/write-limits.ts';
import {type LimitChanges, limitOptions} from '../../spec/limits/limit-changes.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Origin} from '../../spec/model/project.ts';
import {containerFolder, readRecord, writeRecord} from '../../state/record.ts';
import {readStartReport, type StartReport, writeStartReport} from '../../state/start-report.ts';
import type {Step} from '../../step/verbs/step.ts';
import {checkLimits} from '../plan/check-policy.ts';
import {hasEnded, unlessEnded} from '../machine/has-ended.ts';
import {refuseOfEngine} from '../machine/of-engine.ts';
import {type RunningRecord, runningContainer} from '../machine/running-container.ts';

/** The write of a limit, and the plan step of that limit. */
interface NewLimit {
	readonly write: LimitWrite;
	readonly step: Step;
}

/** The writes that a start with these limits would make, in the container's current cgroups. */
function limitsFor({facts, bestEffort}: Machine, record: RunningRecord, changed: OciResources): readonly NewLimit[] {
	const {name, cgroups, config} = record;
	if (cgroups.length === 0)
		throw new TsboxError('E_HOST_UNSUPPORTED', `${name} cannot be limited`, {
			why: 'limits need a cgroup, and it has none',
			hint: 'start it as root, or with `systemd-run --user --scope -p Delegate=yes -- tsbox ...` on a host with cgroup v2',
		});
	// The settings depend on no other part of the plan's input.
	const input = {facts, config: {...config, linux: {...config.linux, resources: changed}}} as PlanInput;
	const {layout, v1} = facts.cgroup;
	return cgroupSettings(input, shortfalls(bestEffort)).map(setting => {
		const {controller, file, value, reads, title} = setting;
		const home = cgroups.find(member =>
			layout === 'v2' ? member.controller === '' : member.controller !== '' && v1[member.controller] === v1[controller],
		);
		if (home === undefined)
			throw new TsboxError('E_HOST_UNSUPPORTED', `cannot ${title}`, {
				why: `${name} is in no cgroup of the ${controller} controller: it was started without such a limit`,
				hint: 'set that limit in the spec, and create the container again',
			});
		return {
			write: {title, path: `${home.path}/${file}`, value, reads: reads === undefined ? value : reads},
			step: settingStep(setting, home.path),
		};
	});
}

/** Explains why the kernel refused a memory limit: EBUSY means that it could not reclaim enough memory (memory.rst). */
function explain({host}: Machine): (path: string, errno: string) => string | undefined {
	return (path, errno) => {
		if (errno !== 'EBUSY' || !/\/memory\.[^/]+$/.test(path)) return undefined;
		const folder = path.slice(0, path.lastIndexOf('/'));
		const sum = path.endsWith('/memory.memsw.limit_in_bytes');
		const used =
			host.readText(`${folder}/memory.${sum ? 'memsw.' : ''}usage_in_bytes`) ??
			host.readText(`${folder}/memory.current`);
		return `it uses ${sizeWords(Number(used))}, and the kernel could not reclaim enough`;
	};
}

function originsOf(changes: LimitChanges): Readonly<Record<string, Origin>> {
	return Object.fromEntries(
		Object.entries(limitOptions)
			.filter(([name]) => changes[name as keyof LimitChanges] !== undefined)
			.map(([, {option, key}]) => [key, {kind: 'option', option: `tsbox update ${option}`}]),
	);
}

/** Notes the new limits in the current record and in the plan of the start. The last update wins. */
function noteLimits(
	{host, dirs}: Machine,
	record: RunningRecord,
	resources: OciResources,
	origins: Readonly<Record<string, Origin>>,
	steps: readonly Step[],
): void {
	const {name, process} = record;
	const folder = containerFolder(dirs.state, name);
	const now = readRecord(host, folder);
	if (now?.process?.pid !== process.pid || now.process.startTime !== process.startTime) throw hasEnded(name);
	const config = {...now.config, linux: {...now.config.linux, resources}};
	writeRecord(host, folder, {...now, config, origins: {...now.origins, ...origins}});
	const report = readStartReport(host, folder);
	if (report !== undefined) writeStartReport(host, folder, withSteps(report, steps));
}

/**
 * Changes limits of a running container. Writes the same files and values as a start, and reads each back. Either all limits
 * change or none does. Returns warnings, since cgroup v2 accepts a memory limit below the current use and then kills processes.
 *
 * @throws TsboxError E_USAGE, E_POLICY, E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION, E_HOST_UNSUPPORTED for a limit that this
 * container or host cannot have, E_STEP_FAILED when the kernel refuses one, E_CHECK_FAILED when it reads back another value.
 */
export async function updateLimits(
	machine: Machine,
	name: string,
	changes: LimitChanges,
): Promise<{readonly warnings: readonly string[]}> {
	const {host, facts, dirs} = machine;
	refuseOfEngine(runningContainer(machine, name), 'update');
	// Without the lock, one of two concurrent updates would overwrite the other's record.
	return withLock(host, facts, `${dirs.state}/lock`, () =>
		unlessEnded(name, () => {
			const record = runningContainer(machine, name);
			const {memory: memLimit, cpus, pidsLimit} = changes;
			checkLimits(machine, present({memLimit, cpus, pidsLimit}), originsOf(changes), record.spec);
			const {all, changed} = changeLimits(record.config.linux.resources, changes);
			return {warnings: writeChanged(machine, record, {all, changed}, originsOf(changes))};
		}),
	);
}

/** Writes changed limits and notes them. Returns warnings. */
function writeChanged(
	machine: Machine,
	record: RunningRecord,
	{all, changed}: ChangedLimits,
	origins: Readonly<Record<string, Origin>>,
): readonly string[] {
	const {host} = machine;
	const {name} = record;
	const limits = limitsFor(machine, record, changed);
	const killed = (): number => memoryCount(host, record.cgroups)?.oomKills ?? 0;
	const before = killed();
	writeLimits(
		host,
		limits.map(({write}) => write),
		explain(machine),
	);
	noteLimits(
		machine,
		record,
		all,
		origins,
		limits.map(({step}) => step),
	);
	const more = killed() - before;
	return more > 0
		? [`the kernel killed ${more} of its processes because ${name} used more than its new memory limit`]
		: [];
}

/**
 * Changes limits of a running container to those of an OCI configuration, as {@link updateLimits} does.
 *
 * @throws TsboxError as {@link updateLimits}.
 */
export async function updateResources(machine: Machine, name: string, changes: ChangedLimits): Promise<void> {
	const {host, facts, dirs} = machine;
	await withLock(host, facts, `${dirs.state}/lock`, () =>
		unlessEnded(name, async () => void writeChanged(machine, runningContainer(machine, name), changes, {})),
	);
}

/**
 * Replaces steps in a stored start report with those of updated limits. A limit that is new follows the other cgroup steps.
 */
export function withSteps(report: StartReport, steps: readonly Step[]): StartReport {
	const {plan} = report;
	const added = steps.filter(({id}) => !plan.steps.some(step => step.id === id));
	const replaced = plan.steps.map(step => steps.find(({id}) => id === step.id) ?? step);
	const at = replaced.findLastIndex(({phase}) => phase === 'cgroup') + 1;
	return {
		...report,
		plan: {...plan, steps: [...replaced.slice(0, at), ...added, ...replaced.slice(at)]},
		steps: {...report.steps, ...Object.fromEntries(added.map(({id}) => [id, {status: 'done', ms: 0} as const]))},
	};
}
