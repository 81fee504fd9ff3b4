import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {buildSync} from 'esbuild';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {rows, until} from '../system/project.ts';

const hour = 3_600_000;

/** Prints one number more on each line, by turns to the two streams, ends after some, and is started again. */
const ends = `
restart: always
stop_grace_period: 0s
healthcheck: {test: "true", interval: 100ms}
command:
  - sh
  - -c
  - |
    for i in 1 2 3 4; do
      n=$$(($$(cat /tmp/n 2>/dev/null || echo 0)+1)); echo $$n > /tmp/n
      if [ $$((n%2)) = 0 ]; then echo line $$n; else echo line $$n >&2; fi
      sleep 0.2
    done
`;

/** What has tsbox read its clock through a file, and sets that clock. */
function shiftedClock(box: TestBox): {readonly env: Record<string, string>; readonly shift: (ms: number) => void} {
	const script = join(box.folder, 'shift-clock.cjs');
	const entry = join(import.meta.dirname, 'shift-clock.ts');
	buildSync({entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile: script, logLevel: 'error'});
	const file = box.file('clock', '0');
	return {
		env: {NODE_OPTIONS: `--require ${script}`, TSBOX_CLOCK: `${script}:${file}`},
		shift: ms => void box.file('clock', String(ms)),
	};
}

interface Noted {
	readonly type: string;
	readonly at: number;
}

describe.skipIf(process.getuid?.() !== 0)('a clock that is set back by an hour', () => {
	test('under a supervisor: restarts and health go on, and what was printed stays in its order', async () => {
		await using box = await testBox();
		const {env, shift} = shiftedClock(box);
		expect(await box.tsbox(['up', '-d', box.spec(ends)], {env})).toMatchObject({status: 0});
		const restarts = async (): Promise<number> => (await rows(box, 'name'))[box.name]?.restarts ?? 0;
		await until('it is started again', async () => (await restarts()) >= 1);
		shift(-hour);
		const before = await restarts();
		await until('it is started again and again', async () => (await restarts()) >= before + 2);
		const events = readFileSync(join(box.folder, `state/projects/${box.name}/events`), 'utf8')
			.split('\n')
			.filter(line => line !== '')
			.map(line => JSON.parse(line) as Noted);
		const back = events.filter(({at}, index) => at < (events[index - 1]?.at ?? 0));
		expect(back).toHaveLength(1);
		const since = events.slice(events.indexOf(back[0] as Noted));
		expect(since.map(({type}) => type)).toEqual(
			expect.arrayContaining(['service.health', 'service.exited', 'service.restarting', 'service.started']),
		);
		const life = ['service.started', 'service.exited', 'service.restarting'];
		const lives = events.map(({type}) => life.indexOf(type)).filter(at => at !== -1);
		expect(lives).toEqual(lives.map((_, index) => index % 3));

		const {out, err} = await box.tsbox(['logs', box.name], {env});
		const numbers = (text: string): readonly number[] =>
			[...text.matchAll(/line (\d+)$/gm)].map(([, number]) => Number(number));
		const [even, odd] = [numbers(out), numbers(err)];
		expect(even).toEqual(even.map((_, at) => 2 * at + 2));
		expect(odd).toEqual(odd.map((_, at) => 2 * at + 1));
		expect(even.length).toBeGreaterThan(4);
		expect(await box.tsbox(['down', box.name], {env})).toMatchObject({status: 0});
		expect(box.leftovers()).toEqual([]);
	});

	test('under a `down`: what does not end by itself is killed after its grace period, not an hour later', async () => {
		await using box = await testBox();
		const {env, shift} = shiftedClock(box);
		const deaf = box.spec('command: [sh, -c, "trap \'echo asked\' TERM; echo up; while :; do sleep 0.1; done"]\n');
		const running = box.start(['run', deaf]);
		await running.says('up');
		const down = box.start(['down', '-t', '1', box.name], {env});
		await running.says('asked');
		shift(-hour);
		expect(await down.ended).toMatchObject({status: 0});
		expect(await running.ended).toMatchObject({status: 137});
		expect(box.leftovers()).toEqual([]);
	});
});
