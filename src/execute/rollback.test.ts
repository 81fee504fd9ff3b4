import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {EventSink} from './event.ts';
import {doHostAction} from './host-action.ts';
import {openJournal, readJournal} from './journal.ts';
import {rollBack, rollBackFailed} from './rollback.ts';
import {conf, sampleContainer, sampleFacts, smallPlan} from '../../test/support/sample-container.ts';
import {undo} from './undo.ts';

const hostSteps = smallPlan.steps.flatMap(({side, action, ...step}) =>
	side === 'before' && action.kind !== 'start' ? [{...step, action}] : [],
);
const ignore: EventSink = () => {};

test('rolling back after any step, done or only begun, leaves the machine as it was', async () => {
	const lastStep = fc.nat({max: hostSteps.length - 1});
	await fc.assert(
		fc.asyncProperty(lastStep, fc.boolean(), fc.nat({max: 2}), async (last, lastWasDone, again) => {
			const {host, context} = sampleContainer();
			for (const [at, step] of hostSteps.slice(0, last + 1).entries()) {
				if (step.undo.kind !== 'none') context.journal.willDo(step.id, step.undo);
				if (at < last || lastWasDone) await doHostAction(step.action, context);
			}
			for (let times = 0; times <= again; times += 1) await rollBack(host, sampleFacts, conf, ignore);
			host.removeTree(`${conf}/journal`);
			expect(host.files()).toEqual(sampleContainer().host.files());
		}),
	);
});

test('a parent cgroup that other containers use stays', async () => {
	const {host} = sampleContainer({files: {'/sys/fs/cgroup/tsbox/other/cgroup.procs': '7\n'}});
	const {undo: back} = hostSteps.find(step => step.id === 'cgroup.make') ?? {};
	if (back?.kind !== 'removeCgroups') throw new Error('not the step it was');
	await undo(back, host, sampleFacts, []);
	expect(host.files()).toHaveProperty('/sys/fs/cgroup/tsbox/other');
});

test('a journal whose last line was torn by a power cut can be rolled back', async () => {
	const {host} = sampleContainer();
	const journal = openJournal(host, conf);
	host.mkdirs('/store/layers/demo', 0o755);
	journal.willDo('rootfs.layer', {kind: 'removeTree', path: '/store/layers/demo'});
	host.append(`${conf}/journal`, '{"id":"cgroup.make","undo":{"kind":"removeTr');
	expect(readJournal(host, conf)).toEqual([
		{id: 'rootfs.layer', undo: {kind: 'removeTree', path: '/store/layers/demo'}},
	]);
	await rollBack(host, sampleFacts, conf, ignore);
	expect(host.files()).not.toHaveProperty('/store/layers/demo');
});

test('without a journal, a rollback does nothing', async () => {
	const {host} = sampleContainer();
	await rollBack(host, sampleFacts, '/run/none', ignore);
	expect(host.log).toEqual([]);
});

test('if one undo fails, the others are done, and the error is thrown at the end', async () => {
	const {host, context, events} = sampleContainer({
		files: {'/store/layers/demo/upper': 'dir', '/proc/self/mountinfo': '1 1 0:1 / /store/x rw - tmpfs t rw\n'},
	});
	context.journal.willDo('rootfs.layer', {kind: 'removeTree', path: '/store/layers/demo'});
	host.append(`${conf}/journal`, '{"id":"odd","undo":{"kind":"touch"}}\n');
	await expect(rollBack(host, sampleFacts, conf, context.emit)).rejects.toThrow('touch takes nothing back');
	expect(host.files()).not.toHaveProperty('/store/layers/demo');
	expect(events.map(event => event.type)).toEqual(['step.undone']);
});

test('an undo that fails after a failed start is a warning, and the result says that something is left', async () => {
	const {host, context, events} = sampleContainer();
	host.append(`${conf}/journal`, '{"id":"odd","undo":{"kind":"touch"}}\n');
	expect(await rollBackFailed(host, sampleFacts, conf, context.emit)).toBe(false);
	const text = 'not everything was taken back: touch takes nothing back; `tsbox gc` tries again';
	expect(events).toEqual([expect.objectContaining({type: 'warning', text})]);
	expect(await rollBackFailed(host, sampleFacts, '/run/none', context.emit)).toBe(true);
});

test('the process that was started is killed, but not a later one with the same pid', async () => {
	const stop = {kind: 'stop', kill: {kind: 'none'}} as const;
	const {host} = sampleContainer();
	await undo(stop, host, sampleFacts, [{pid: 42, startTime: '776'}]);
	expect(host.log).toEqual([]);
	await undo(stop, host, sampleFacts, [{pid: 42, startTime: '777'}]);
	expect(host.log).toEqual(['kill -s SIGKILL 42', 'rm -r /proc/42']);
});

test('a cgroup without processes is not frozen, because each write to the freezer takes milliseconds', async () => {
	const path = '/sys/fs/cgroup/freezer/demo';
	const {host} = sampleContainer({files: {[`${path}/freezer.state`]: 'THAWED', [`${path}/cgroup.procs`]: ''}});
	await undo({kind: 'stop', kill: {kind: 'freezer', path}}, host, sampleFacts, []);
	expect(host.log).toEqual([]);
});

test('with the freezer, every process is killed while none can fork', async () => {
	const path = '/sys/fs/cgroup/freezer/demo';
	const {host} = sampleContainer({files: {[`${path}/freezer.state`]: 'THAWED', [`${path}/cgroup.procs`]: '42\n43\n'}});
	await undo({kind: 'stop', kill: {kind: 'freezer', path}}, host, sampleFacts, []);
	expect(host.log.filter(line => !line.startsWith('rm'))).toEqual([
		`write ${path}/freezer.state FROZEN`,
		'kill -s SIGKILL 42',
		'kill -s SIGKILL 43',
		`write ${path}/freezer.state THAWED`,
	]);
});
