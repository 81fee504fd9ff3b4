import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {hasEngines, type Machine, machine} from '../system/engines.ts';
import {dockerWithTsbox, podmanWithTsbox, type RuntimeEngine} from '../system/runtime-engines.ts';
import {detailOf, goTo} from './seen.ts';
import {tmuxScreen} from './tmux.ts';

/* The dashboard over containers that Docker and Podman have started. */

describe.runIf(hasEngines)('containers of engines', () => {
	let place: Machine;
	const open: RuntimeEngine[] = [];
	const names: string[] = [];
	beforeAll(async () => {
		place = await machine();
		open.push(await dockerWithTsbox(place), await podmanWithTsbox(place));
		for (const [at, engine] of open.entries()) {
			const {out} = engine.run([
				'run',
				'-d',
				'--network',
				'none',
				'-m',
				'64m',
				'bb',
				'sh',
				'-c',
				'echo up; sleep 1000',
			]);
			names.push(`${['docker', 'podman'][at]}-${out.trim().slice(0, 12)}`);
		}
	});
	afterAll(async () => {
		for (const engine of open.toReversed()) await engine[Symbol.asyncDispose]();
		await place?.[Symbol.asyncDispose]();
	});

	test('each is shown, with its plan, its processes and its drift', async () => {
		const line = `exec ${[...place.within, open[0]?.tsboxLine, 'dash'].join(' ')}`;
		await using screen = await tmuxScreen(line, {columns: 160, rows: 100, env: {HOME: place.folder}});
		for (const name of names) {
			await screen.shows(name);
			await goTo(screen, name);
			await screen.keys('2', 'Enter');
			const plan = detailOf(await screen.shows('✔ started in'));
			for (const step of ['make it the root', 'open the seccomp filter', 'run sh -c echo up; sleep 1000'])
				expect(plan).toContain(`✔ ${step}`);
			await screen.keys('4');
			await screen.shows('sleep 1000');
			await screen.keys('9');
			await screen.shows(/all \d+ checks agree/);
			await screen.keys('Escape');
			await screen.shows(/./, ' back ');
		}
		await screen.close();
	});
});
