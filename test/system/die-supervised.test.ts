import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openMachine, planContainer} from '../../src/index.ts';
import {bundledDriver} from '../support/driver.ts';
import {type TestBox, testBox} from './box.ts';

const driver = bundledDriver(join(import.meta.dirname, 'dying-supervisor.ts'));
/** Of the steps of a start each fourth; all with `FAULTS=all`. */
const every = process.env['FAULTS'] === 'all' ? 1 : 4;

const text = `
mem_limit: 64m
tmpfs: [/run]
record: true
restart: on-failure:1
healthcheck: {test: "true", interval: 100ms}
command: [sh, -c, "trap 'exit 0' TERM; i=0; while [ $$i -lt 8 ]; do i=$$((i+1)); sleep 0.1; done; exit 1"]
`;
/** What happens after a start, to its very end. */
const events = [
	'service.started',
	'service.health',
	'service.exited',
	'service.recorded',
	'service.restarting',
	'service.stopping',
	'service.removed',
];

/** A supervisor that dies at the place, as far as it gets there; settles when it listens. */
async function dying(box: TestBox, spec: string, place: string): Promise<{readonly ended: Promise<unknown>}> {
	const child = spawn(process.execPath, [driver, box.folder, spec, place], {stdio: 'ignore'});
	const ended = once(child, 'exit');
	const socket = join(box.folder, `state/projects/${box.name}/ctl`);
	const until = Date.now() + 20_000;
	while (!existsSync(socket)) {
		if (Date.now() > until) throw new Error('it does not listen');
		await new Promise(resolve => setTimeout(resolve, 20));
	}
	return {ended};
}

test('a supervisor that is killed at any step or event leaves nothing that `down` does not take away', async () => {
	await using box = await testBox();
	const spec = box.spec(text);
	const machine = await openMachine({store: join(box.folder, 'store'), state: join(box.folder, 'state')});
	const {plan} = await planContainer(machine, {file: spec, cwd: box.folder, env: {}});
	const steps = plan.steps.map(({id}) => id).filter((id, at) => id !== 'image.unpack' && at % every === 0);
	expect(steps.length).toBeGreaterThan(5);
	for (const place of [...steps, ...events]) {
		const byHand = place === 'service.stopping' || place === 'service.removed';
		// It must run still when it is stopped.
		box.spec(byHand ? text.replace('-lt 8', '-lt 800') : text);
		const {ended} = await dying(box, spec, place);
		// It fails when the supervisor dies under it, and comes up when that dies later.
		await box.tsbox(['up', '-d', spec]);
		if (byHand) await box.tsbox(['down', box.name]);
		else await ended;
		const down = await box.tsbox(['down', '-t', '0', box.name]);
		// The first `down` asks the next supervisor when it was not heard, and then nothing is left for this one.
		const isGone = byHand && down.err.includes('there is no container');
		expect({place, left: box.leftovers(), said: down.status === 0 || isGone ? '' : down.err}).toEqual({
			place,
			left: [],
			said: '',
		});
	}
	expect((await box.tsbox(['gc'])).status).toBe(0);
	expect(readdirSync(join(box.folder, 'store/runs')).filter(name => name.startsWith('.'))).toEqual([]);
	expect((await box.tsbox(['runs'])).out).not.toContain('damaged');
}, 600_000);

test('a supervisor that is killed at a step, and the next `up -d` has all run', async () => {
	await using box = await testBox();
	const spec = box.spec(text.replace('exit 1', 'exit 0').replace('-lt 8', '-lt 800'));
	for (const place of ['cgroup.make', 'mounts.after', 'process.exec', 'service.started']) {
		const {ended} = await dying(box, spec, place);
		await box.tsbox(['up', '-d', spec]);
		await ended;
		const up = await box.tsbox(['up', '-d', spec]);
		expect({place, status: up.status, err: up.status === 0 ? '' : up.err}).toEqual({place, status: 0, err: ''});
		expect((await box.tsbox(['exec', box.name, 'true'])).status).toBe(0);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(box.leftovers()).toEqual([]);
	}
}, 300_000);
