import {describe, expect, test} from 'vitest';
import type {TsboxError} from '../errors/tsbox-error.ts';
import {besideSteps} from '../step/script/beside.ts';
import {firstProcess} from '../step/verbs/run.ts';
import type {Plan} from '../step/verbs/step.ts';
import {besideStep, withBeside} from '../../test/support/with-beside.ts';
import {execute} from './execute.ts';
import type {HeldStep, Hold} from './held-step.ts';
import {rollBack} from './rollback.ts';
import {startReportOf} from './start-report-of.ts';
import {
	conf,
	type SampleBehaviour,
	sampleContainer,
	sampleFacts,
	smallPlan,
} from '../../test/support/sample-container.ts';

const wrong = {kind: 'folder', path: '/not/there'} as const;
const hostSteps = smallPlan.steps.filter(step => step.side === 'before' && step.action.kind !== 'start');

/** The small plan, in which a check of this step fails. */
function disagreeing(id: string): Plan {
	return {...smallPlan, steps: smallPlan.steps.map(step => (step.id === id ? {...step, checks: [wrong]} : step))};
}

async function failure(behaviour: SampleBehaviour, plan: Plan = smallPlan) {
	const sample = sampleContainer(behaviour);
	const error: unknown = await execute(plan, sample.context).then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	return {...sample, error: error as TsboxError};
}

/** Whether the gate was opened. */
function opened(gate: readonly string[]): boolean {
	return gate.some(text => text.startsWith('{'));
}

test('each undo is journaled before its step is done, and the gate opens last', async () => {
	const {host, context, events, gate} = sampleContainer();
	const {process} = await execute(smallPlan, context);
	expect(process).toEqual({pid: 42, startTime: '777'});
	expect(
		host.log.map(line =>
			line
				.replace(`${conf}/`, '')
				.replace(/^(append \S+\.(?:sh|fstab)) [^]*/, '$1')
				.trimEnd(),
		),
	).toMatchInlineSnapshot(`
		[
		  "append journal '{"id":"rootfs.layer","undo":{"kind":"removeTree","path":"/store/layers/demo"}}
		'",
		  "mkdir -p -m 0755 /store/layers/demo/upper",
		  "mkdir -p -m 0755 /store/layers/demo/root",
		  "mkdir -m 0755 /store/layers/demo/upper/proc",
		  "append journal '{"id":"cgroup.make","undo":{"kind":"removeCgroups","paths":["/sys/fs/cgroup/tsbox/demo"],"parents":["/sys/fs/cgroup/tsbox"],"kill":{"kind":"cgroup.kill","path":"/sys/fs/cgroup/tsbox/demo"}}}
		'",
		  "mkdir -p -m 0755 /sys/fs/cgroup/tsbox/demo",
		  "write /sys/fs/cgroup/tsbox/demo/memory.max 4096",
		  "append journal '{"id":"namespaces.start","undo":{"kind":"stop","kill":{"kind":"cgroup.kill","path":"/sys/fs/cgroup/tsbox/demo"}}}
		'",
		  "append launch.sh",
		  "append init.sh",
		  "append before.fstab",
		  "/usr/bin/dash launch.sh",
		  "append journal '{"process":{"pid":1000,"startTime":"777"}}
		'",
		  "append journal '{"process":{"pid":42,"startTime":"777"}}
		'",
		]
	`);
	expect(events.flatMap(event => (event.type === 'step.done' ? [event.id] : []))).toEqual(
		smallPlan.steps.map(step => step.id),
	);
	expect(events.at(-1)).toMatchObject({type: 'container.started', pid: 42});
	expect(opened(gate)).toBe(true);
});

test.each(hostSteps.map(step => step.id))(
	'if the check of %s fails, nothing starts and all steps are rolled back, last one first',
	async id => {
		const {host, context, events, error} = await failure({}, disagreeing(id));
		expect(error).toMatchObject({code: 'E_CHECK_FAILED', message: 'there is no folder /not/there', step: `do ${id}`});
		expect(error.command).not.toBe('');
		expect(host.log.filter(line => line.includes('launch.sh'))).toEqual([]);
		expect(events.at(-1)).toMatchObject({type: 'step.failed', id});

		await rollBack(host, sampleFacts, conf, context.emit);
		const begun = hostSteps.slice(0, hostSteps.findIndex(step => step.id === id) + 1);
		expect(events.flatMap(event => (event.type === 'step.undone' ? [event.id] : []))).toEqual(
			begun
				.filter(step => step.undo.kind !== 'none')
				.map(step => step.id)
				.toReversed(),
		);
		host.removeTree(`${conf}/journal`);
		expect(host.files()).toEqual(sampleContainer().host.files());
	},
);

test.each([
	['namespaces.start', {files: {'/proc/42/cgroup': '0::/\n'}}, /^it is not in the cgroup/],
	['mounts.before', {files: {'/proc/42/mountinfo': '60 1 0:1 / / rw - ext4 /dev/sda rw\n'}}, /^\/ is a ext4/],
	[
		'uts.hostname',
		{says: '@pid 42\n@begin uts.hostname\n@value /proc/sys/kernel/hostname other\n@begin process.privileges\n'},
		/hostname reads other and not demo/,
	],
	[
		'process.privileges',
		{files: {'/proc/42/status': 'Uid:\t5\t5\t0\t5\nNoNewPrivs:\t1\n'}},
		/^Uid is 5 5 0 5 and not 5 5 5 5/,
	],
] as const)('if the check of %s fails at the gate, the gate stays closed', async (id, behaviour, message) => {
	const {error, gate, events} = await failure(behaviour);
	expect(error).toMatchObject({code: 'E_CHECK_FAILED', message: expect.stringMatching(message), step: `do ${id}`});
	expect(opened(gate)).toBe(false);
	expect(events.at(-1)).toMatchObject({type: 'step.failed', id});
});

test('a process that is killed during the checks fails the start', async () => {
	const sample = sampleContainer({});
	const {host} = sample.context;
	const refusing = {
		...host,
		readText: (path: string) => {
			if (path !== '/proc/42/mountinfo') return host.readText(path);
			throw Object.assign(new Error(`EACCES: permission denied, open '${path}'`), {code: 'EACCES', path});
		},
	};
	const error: unknown = await execute(smallPlan, {...sample.context, host: refusing}).catch(
		(thrown: unknown) => thrown,
	);
	expect(error).toMatchObject({
		code: 'E_STEP_FAILED',
		step: 'do process.exec',
		output: expect.stringContaining('EACCES: permission denied, open'),
	});
	expect(opened(sample.gate)).toBe(false);
});

test('the error of a step has the output of its tool, even if that looks like a status line', async () => {
	const says =
		'@pid 42\n@begin mounts.before\nmount: /x: Permission denied.\nsee @begin and @exec\n@fail mounts.before 32\n';
	const {error, events} = await failure({says, ended: {exitCode: 125, signal: undefined, startError: undefined}});
	expect(error).toMatchObject({
		code: 'E_STEP_FAILED',
		step: 'do mounts.before',
		output: 'mount: /x: Permission denied.\nsee @begin and @exec',
		why: 'the caller lacks the privilege for it',
	});
	expect(events).toContainEqual(expect.objectContaining({type: 'step.output', id: 'mounts.before'}));
});

test('if the container side dies silently, the error says how it ended', async () => {
	const {error} = await failure({
		says: '@pid 42\n@begin mounts.before\n',
		ended: {exitCode: undefined, signal: 'SIGKILL', startError: undefined},
	});
	expect(error).toMatchObject({code: 'E_STEP_FAILED', step: 'do mounts.before', output: 'killed by SIGKILL'});
});

test.each([
	['@notfound\n', 'E_COMMAND_NOT_FOUND', 127],
	['@notexecutable /bin/x\n', 'E_COMMAND_NOT_EXECUTABLE', 126],
	['@directory\n', 'E_STEP_FAILED', 125],
])('if the gate answers %j, the error code is %s', async (answers, code, exitStatus) => {
	const {error} = await failure({answers});
	expect(error).toMatchObject({code, exitStatus, step: 'do process.exec'});
});

test('the error of a host step names the step, its command, and the system error', async () => {
	const plan: Plan = {
		...smallPlan,
		steps: smallPlan.steps.map(step =>
			step.id === 'cgroup.memory' && step.side === 'before'
				? {...step, action: {kind: 'write', path: '/sys/gone', value: '1'}}
				: step,
		),
	};
	expect((await failure({}, plan)).error).toMatchObject({
		code: 'E_STEP_FAILED',
		message: 'could not do cgroup.memory',
		command: 'echo 1 > /sys/gone',
		output: "ENOENT: '/sys/gone'",
	});
});

test('an image whose /proc is not a folder is refused before anything is mounted on it', async () => {
	const {error} = await failure({files: {'/store/layers/demo/upper/proc': 'text'}});
	expect(error).toMatchObject({code: 'E_ARCHIVE_INVALID', step: 'do rootfs.folders'});
});

test('an interrupted start does no further step', async () => {
	const {error, host, events} = await failure({signal: AbortSignal.abort('SIGINT')});
	expect(error).toMatchObject({code: 'E_INTERRUPTED'});
	expect(host.log).toEqual([]);
	expect(events.map(event => event.type)).toEqual(['plan.started']);
});

test('an interruption after the command was handed in does not fail the start', async () => {
	const stop = new AbortController();
	const onGate = (text: string): void => {
		if (opened([text])) stop.abort('SIGTERM');
	};
	const started = await execute(smallPlan, sampleContainer({signal: stop.signal, onGate}).context);
	expect(stop.signal.aborted).toBe(true);
	expect(started.process.pid).toBe(42);
});

test('`hold` sees the previous step done, and the time that it waits does not count', async () => {
	const sample = sampleContainer({answersHold: true});
	const open = (): readonly string[] => {
		const of = (type: string) =>
			sample.events.flatMap(event => (event.type === type && 'id' in event ? [event.id] : []));
		return of('step.started').filter(id => !of('step.done').includes(id));
	};
	const asked: string[] = [];
	const hold: Hold = async ({id}) => {
		asked.push(id);
		expect(open()).toEqual([]);
		// The user reads for a minute: each reading of the sample clock advances it.
		for (const until = sample.host.now() + 60_000; sample.host.now() < until; );
		return 'do';
	};
	await execute(smallPlan, {...sample.context, hold});
	expect(asked).toEqual(smallPlan.steps.map(({id}) => id));
	expect(Math.max(...sample.events.map(event => ('ms' in event ? event.ms : 0)))).toBeLessThan(60_000);
});

test('a skipped step is not done, its checks are not made, and the report says so', async () => {
	const says = '@pid 42\n@begin mounts.before\n@begin uts.hostname\n@begin process.privileges\n';
	const sample = sampleContainer({answersHold: true, says});
	const skip = ['cgroup.memory', 'uts.hostname', 'process.exec'];
	const hold: Hold = async ({id}) => (skip.includes(id) ? 'skip' : 'do');
	const {process} = await execute(smallPlan, {...sample.context, hold});
	expect(process.pid).toBe(42);
	expect(sample.host.log.join('\n')).not.toContain('memory.max');
	expect(sample.gate.slice(0, 3)).toEqual(['\n', 'skip\n', '\n']);
	const skipped = sample.events.flatMap(event => (event.type === 'step.skipped' ? [event.id] : []));
	// The last one cannot be skipped.
	expect(skipped).toEqual(['cgroup.memory', 'uts.hostname']);
	expect(startReportOf(smallPlan, sample.events).steps).toMatchObject({
		'cgroup.make': {status: 'done'},
		'cgroup.memory': {status: 'skipped'},
		'uts.hostname': {status: 'skipped'},
	});
});

test('a held step looks at the machine before and after it is done', async () => {
	const status = 'State:\tS (sleeping)\nUid:\t5\t5\t5\t5\nNoNewPrivs:\t1\n';
	const files = {'/proc/42/status': status, [`/proc/${process.pid}/status`]: status};
	const sample = sampleContainer({answersHold: true, files});
	const told: string[] = [];
	let last: HeldStep | undefined;
	const look = (held: HeldStep): string =>
		held
			.look()
			.places.map(({state}) => state)
			.join();
	const hold: Hold = async held => {
		if (last?.id === 'cgroup.make') told.push(look(last), String(last.checks()[0]?.problem));
		if (last?.id === 'namespaces.start') told.push(`first process ${last.look().first?.pid}`);
		if (held.id === 'cgroup.make') told.push(look(held));
		if (held.id === 'cgroup.memory') told.push(String(held.shell('inside')), held.shell('host')?.at(-1) ?? '');
		if (held.id === 'uts.hostname') told.push(held.shell('inside')?.join(' ') ?? '');
		last = held;
		return 'do';
	};
	await execute(smallPlan, {...sample.context, hold});
	expect(told).toEqual([
		'is not there',
		'is a folder with 3 names',
		'undefined',
		'undefined',
		'/dev/null',
		'first process 42',
		expect.stringMatching(/script .* --command exec \S+nsenter --target 42 --root --wd sh -i \+m 5<&0 \/dev\/null$/),
	]);
});

describe('a step beside the first process', () => {
	const file = `${conf}/beside`;
	const beside = besideStep(
		'beside.make',
		{kind: 'mkdir', paths: [file], mode: 0o700},
		{kind: 'removeTree', path: file},
	);
	const plan = withBeside(smallPlan, beside, 'uts.hostname');

	test('is done between two inside steps, and the later one waits for a line from the gate', async () => {
		const answers: string[] = [];
		const {host, context, events, gate} = sampleContainer({
			answersHold: true,
			onGate: text => void answers.push(`${text === '\n' ? 'go on' : 'words'}: ${host.stat(file)?.kind}`),
		});
		await execute(plan, context);
		expect(answers).toEqual(['go on: directory', 'words: directory', 'words: directory']);
		expect(opened(gate)).toBe(true);
		expect(events.flatMap(event => (event.type === 'step.started' ? [event.id] : []))).toEqual(
			plan.steps.map(({id}) => id),
		);
		const scripts = host.log.filter(line => line.startsWith(`append ${conf}/init.sh`)).join('');
		expect(scripts.match(/begin \S+\nread -r answer <&4/g)).toEqual(['begin uts.hostname\nread -r answer <&4']);
	});

	test('is passed to `hold` like any other step', async () => {
		const held: string[] = [];
		const {context} = sampleContainer({answersHold: true});
		await execute(plan, {...context, hold: async ({id}) => (held.push(id) > 0 ? 'do' : 'skip')});
		expect(held).toEqual(plan.steps.map(({id}) => id));
	});

	test('fails the start with its error, and its undo is in the journal', async () => {
		const failing = {...beside, action: {kind: 'runOnHost', tool: 'mkdir', args: [firstProcess]}} as const;
		const {host, context, events, gate, error} = await failure(
			{run: {exitCode: 1, stderr: 'no way'}},
			withBeside(smallPlan, failing, 'process.exec'),
		);
		expect(error).toMatchObject({
			code: 'E_STEP_FAILED',
			message: 'mkdir failed',
			step: 'do beside.make',
			output: 'no way',
		});
		expect(host.log).toContain('/usr/bin/mkdir 42');
		expect(opened(gate)).toBe(false);
		await rollBack(host, sampleFacts, conf, context.emit);
		expect(events.flatMap(event => (event.type === 'step.undone' ? [event.id] : [])).at(0)).toBe('beside.make');
	});

	test('finishes before an aborted start is rolled back', async () => {
		const asked = new AbortController();
		const order: string[] = [];
		const {host, context} = sampleContainer({signal: asked.signal});
		const slow = {
			...context,
			unpack: async () => {
				await new Promise(resolve => setImmediate(resolve));
				asked.abort();
				await new Promise(resolve => setImmediate(resolve));
				order.push('done');
			},
		};
		const unpack = besideStep('beside.slow', {kind: 'unpack', archive: '/a', digest: '', target: '/t'});
		await expect(execute(withBeside(smallPlan, unpack, 'uts.hostname'), slow)).rejects.toMatchObject({
			code: 'E_INTERRUPTED',
		});
		expect(order).toEqual(['done']);
		expect(host.files()).toHaveProperty(`${conf}/journal`);
	});

	test('must come after the first process has entered its namespaces', () => {
		const enter = smallPlan.steps.map(step =>
			step.id === 'mounts.before' && step.side === 'inside'
				? {...step, action: {kind: 'enterNamespaces', users: [], unshare: [], tty: false, conf} as const}
				: step,
		);
		expect(() => besideSteps(withBeside({...smallPlan, steps: enter}, beside).steps)).toThrow(
			'beside.make comes before the first process is in its namespaces',
		);
	});
});
