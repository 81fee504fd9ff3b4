import * as z from 'zod/mini';
import {absolute, count, id, list, maybe, noNul, oneOf, text, whole} from './forms.ts';
import {ioClasses, schedulerFlags, schedulerPolicies} from './scheduling-numbers.ts';

const capabilities = z.object({
	bounding: list(text),
	effective: list(text),
	permitted: list(text),
	inheritable: list(text),
	ambient: list(text),
});

/** The limits of getrlimit(2). */
const resourceLimits = [
	'RLIMIT_AS',
	'RLIMIT_CORE',
	'RLIMIT_CPU',
	'RLIMIT_DATA',
	'RLIMIT_FSIZE',
	'RLIMIT_LOCKS',
	'RLIMIT_MEMLOCK',
	'RLIMIT_MSGQUEUE',
	'RLIMIT_NICE',
	'RLIMIT_NOFILE',
	'RLIMIT_NPROC',
	'RLIMIT_RSS',
	'RLIMIT_RTPRIO',
	'RLIMIT_RTTIME',
	'RLIMIT_SIGPENDING',
	'RLIMIT_STACK',
] as const;

const limit = z
	.object({
		type: oneOf(resourceLimits),
		soft: count,
		hard: count,
	})
	.check(
		// The shell that waits at the gate keeps descriptors up to that one.
		z.refine(({type, soft}) => type !== 'RLIMIT_NOFILE' || soft >= 20, {
			error: 'must be at least 20 for RLIMIT_NOFILE',
		}),
	);

function namesOf<T extends object>(numbers: T): [keyof T & string, ...(keyof T & string)[]] {
	return Object.keys(numbers) as [keyof T & string, ...(keyof T & string)[]];
}

const times = ['runtime', 'deadline', 'period'] as const;

const scheduler = z
	.object({
		policy: oneOf(namesOf(schedulerPolicies)),
		nice: z._default(whole.check(z.gte(-20), z.lte(19)), 0),
		priority: z._default(count.check(z.lte(99)), 0),
		flags: list(oneOf(namesOf(schedulerFlags))),
		runtime: z._default(count, 0),
		deadline: z._default(count, 0),
		period: z._default(count, 0),
	})
	.check(
		z.refine(({policy}) => policy !== 'SCHED_ISO', {error: 'SCHED_ISO is not in the kernel'}),
		z.refine(({policy, priority}) => priority === 0 || policy === 'SCHED_FIFO' || policy === 'SCHED_RR', {
			error: 'priority is for SCHED_FIFO and SCHED_RR',
		}),
		z.refine(asked => asked.policy === 'SCHED_DEADLINE' || times.every(member => asked[member] === 0), {
			error: 'runtime, deadline and period are for SCHED_DEADLINE',
		}),
	);

const cpuList = text.check(z.regex(/^[0-9, -]*$/, {error: 'must be a list of CPUs such as 0-3,7'}));

/** The process of a bundle, and that of `exec --process`: config.md, "Process". */
export const bundleProcess = z.object({
	terminal: z._default(z.boolean(), false),
	consoleSize: maybe(z.object({height: count, width: count})),
	user: z._default(
		z.object({
			uid: z._default(id, 0),
			gid: z._default(id, 0),
			umask: maybe(count.check(z.lte(0o777))),
			additionalGids: list(id),
		}),
		{uid: 0, gid: 0, umask: undefined, additionalGids: []},
	),
	args: z.array(noNul).check(z.minLength(1, {error: 'must not be empty'})),
	env: list(noNul),
	cwd: absolute,
	capabilities: maybe(capabilities),
	rlimits: list(limit).check(
		z.refine(limits => new Set(limits.map(({type}) => type)).size === limits.length, {
			error: 'has a limit twice',
		}),
	),
	noNewPrivileges: z._default(z.boolean(), false),
	apparmorProfile: maybe(text),
	selinuxLabel: maybe(text),
	oomScoreAdj: maybe(whole.check(z.gte(-1000), z.lte(1000))),
	scheduler: maybe(scheduler),
	ioPriority: maybe(z.object({class: oneOf(namesOf(ioClasses)), priority: z._default(count.check(z.lte(7)), 0)})),
	execCPUAffinity: maybe(z.object({initial: maybe(cpuList), final: maybe(cpuList)})),
});
/** A checked process. */
export type BundleProcess = z.output<typeof bundleProcess>;
