import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';

/* Profiles: which services of a spec are there. */

/** `web` always, `log` and `tool` with a profile; `tool` needs `db`, which has one of its own. */
function stack(at: TestBox): string {
	const box = `rootfs: ${at.rootfs}, network_mode: none, command: [sh, -c, "echo is up; sleep 1000"]`;
	return at.file(
		'stack.yaml',
		`name: ${at.name}\nservices:\n  web: {${box}, depends_on: {log: {required: false}}}\n  log: {${box}, profiles: [debug]}\n  tool: {${box}, profiles: [tools], depends_on: [db]}\n  db: {${box}, profiles: [data]}\n`,
	);
}

async function running(at: TestBox): Promise<readonly string[]> {
	const {out} = await at.tsbox(['ps', '-q']);
	return out
		.trim()
		.split('\n')
		.filter(name => name !== '')
		.map(name => name.slice(`${at.name}-`.length, -'-1'.length))
		.toSorted();
}

test('up -d starts those that are active, others by their name, and down ends all that is there', async () => {
	await using at = await testBox();
	const spec = stack(at);
	expect((await at.tsbox(['up', '-d', spec])).status).toBe(0);
	expect(await running(at)).toEqual(['web']);
	// What is required of another profile is not started for it, as with compose.
	const tool = await at.tsbox(['up', '-d', spec, 'tool']);
	expect(tool).toMatchObject({
		status: 125,
		err: expect.stringContaining('`tool` depends on `db`, whose profile is not'),
	});
	expect(tool.err).toContain('add `--profile data`');
	expect((await at.tsbox(['up', '-d', '--profile', 'data', spec, 'tool'])).status).toBe(0);
	expect(await running(at)).toEqual(['db', 'tool', 'web']);
	expect((await at.tsbox(['up', '-d', spec], {env: {COMPOSE_PROFILES: 'debug'}})).status).toBe(0);
	expect(await running(at)).toEqual(['db', 'log', 'tool', 'web']);
	// A profile is no reason to make a container anew.
	expect((await at.tsbox(['up', '-d', '--profile', '*', spec])).err).not.toContain('anew');
	expect((await at.tsbox(['logs', spec, 'tool'])).out).toContain('is up');
	expect((await at.tsbox(['stop', '-t', '0', spec, 'db'])).status).toBe(0);
	expect(await running(at)).toEqual(['log', 'tool', 'web']);
	expect((await at.tsbox(['down', '-t', '0', spec])).status).toBe(0);
	expect(await running(at)).toEqual([]);
	expect(at.leftovers()).toEqual([]);
}, 60_000);

test('in the foreground the one service that is active is meant; down ends one that is not', async () => {
	await using at = await testBox();
	const spec = stack(at);
	const up = at.start(['up', spec]);
	await up.says('is up');
	expect(await running(at)).toEqual(['web']);
	const other = at.start(['up', spec, 'log']);
	await other.says('is up');
	expect(await running(at)).toEqual(['log', 'web']);
	expect((await at.tsbox(['down', '-t', '0', spec])).status).toBe(0);
	await Promise.all([up.ended, other.ended]);
	expect(at.leftovers()).toEqual([]);
});

test('plan, compile and validate go by profiles too', async () => {
	await using at = await testBox();
	const spec = stack(at);
	expect((await at.tsbox(['plan', spec])).out).toContain(`${at.name}-web-1: `);
	expect(await at.tsbox(['plan', '--profile', 'debug', spec])).toMatchObject({
		status: 2,
		err: expect.stringContaining('choose one: web, log'),
	});
	expect((await at.tsbox(['compile', spec, 'log'])).status).toBe(0);
	expect(await at.tsbox(['compile', spec, 'tool'])).toMatchObject({status: 125});
	expect((await at.tsbox(['validate', spec])).err).toContain('is valid: web; only with a profile: log, tool, db\n');
	expect(await at.tsbox(['validate', '--profile', 'tools', spec])).toMatchObject({status: 125});
	expect(await at.tsbox(['up', '-d', '--profile', 'debugg', spec])).toMatchObject({
		status: 2,
		err: expect.stringContaining('did you mean debug?'),
	});
	const none = at.file('none.yaml', `services: {a: {rootfs: ${at.rootfs}, profiles: [x]}}\n`);
	for (const verb of [['plan'], ['up'], ['up', '-d']])
		expect(await at.tsbox([...verb, none])).toMatchObject({
			status: 2,
			err: expect.stringContaining('needs a profile'),
		});
	expect(at.leftovers()).toEqual([]);
});
