import {chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {project, rows, sleeper, until} from './project.ts';

/* tsbox's own configuration, by files of the folder, of the person and named ones: /etc is everybody's. */

/** The person's configuration, which the environment leads to. */
function ownConfig(at: TestBox, text: string) {
	mkdirSync(join(at.folder, 'home/tsbox'), {recursive: true});
	at.file('home/tsbox/config.yaml', text);
	return {env: {XDG_CONFIG_HOME: join(at.folder, 'home')}};
}

test('a policy applies to every verb that plans, and a nearer file cannot loosen it', async () => {
	await using at = await testBox();
	const own = ownConfig(at, 'policy:\n  forbid_privileged: true\n  max_pids: 50\n');
	const loose = at.file('loose.yaml', 'policy: {forbid_privileged: false, max_pids: 1000}\nbest_effort: true\n');
	const spec = at.spec('privileged: true\ncommand: ["true"]\n');
	for (const verb of [['up'], ['up', '-d'], ['run'], ['plan'], ['compile']]) {
		const {status, out, err} = await at.tsbox(['--config', loose, ...verb, spec], own);
		expect([verb, status, out, err.includes('policy violations')]).toEqual([verb, 125, '', true]);
		expect(err).toContain(`${spec}:3:13: \`privileged\` is forbidden`);
		expect(err).toContain('`pids_limit` is missing');
		expect(err).toContain('home/tsbox/config.yaml:2:22');
	}
	expect(JSON.parse((await at.tsbox(['plan', '--json', spec], own)).out)).toMatchObject({code: 'E_POLICY'});
	expect(at.leftovers()).toEqual([]);
});

test('a bind source that leads out of the allowed folders by a symlink is refused, and nothing is made for it', async () => {
	await using at = await testBox();
	for (const folder of ['allowed', 'secret']) mkdirSync(join(at.folder, folder));
	symlinkSync('../secret', join(at.folder, 'allowed/out'));
	const own = ownConfig(at, `policy: {allowed_binds: ['${join(at.folder, 'allowed')}']}\n`);
	const run = (source: string) =>
		at.tsbox(
			[
				'run',
				at.spec(`volumes: [{type: bind, source: ${source}, target: /x, bind: {create_host_path: true}}]\n`),
				'--',
				'ls',
				'/x',
			],
			own,
		);
	expect((await run('./allowed/out/new')).err).toContain('allowed_binds');
	expect((await run('./allowed/../secret')).err).toContain('allowed_binds');
	expect((await at.tsbox(['run', '-v', './secret:/x', at.spec(), '--', 'ls'], own)).err).toContain('--volume');
	expect(await run('./allowed/in')).toMatchObject({status: 0});
	expect((await at.tsbox(['run', at.spec('volumes: [./secret:/x]\n'), '--', 'ls', '/x'])).out).toBe('');
});

test('a verification is held against the policy as the spec is, wherever its copies of the checkout are', async () => {
	await using at = await testBox();
	for (const folder of ['allowed', 'secret']) mkdirSync(join(at.folder, folder));
	const own = ownConfig(at, `policy: {allowed_binds: ['${join(at.folder, 'allowed')}']}\n`);
	const verify = (source: string) =>
		at.tsbox(
			['verify', '-n', '2', at.spec(`reproducible: true\nvolumes: ['${source}:/x']\ncommand: [touch, /x/made]\n`)],
			own,
		);
	expect(await verify('./allowed')).toMatchObject({status: 0});
	const refused = await verify('./secret');
	expect([refused.status, refused.err]).toEqual([125, expect.stringContaining('allowed_binds')]);
	expect(at.leftovers()).toEqual([]);
});

test('the supervisor obeys the policy as it is when it starts a container, and the limits that are changed do', async () => {
	await using at = await testBox();
	const own = ownConfig(at, 'policy: {max_pids: 50}\n');
	const spec = project(at, {web: `${sleeper}pids_limit: 40\n`});
	expect(await at.tsbox(['up', '-d', spec], own)).toMatchObject({status: 0});
	const update = await at.tsbox(['update', '--pids-limit', '60', `${at.name}-web-1`], own);
	expect(update.err).toContain('`pids_limit` is above 50');
	ownConfig(at, 'policy: {max_pids: 30}\n');
	await at.tsbox(['kill', `${at.name}-web-1`]);
	await until('it has ended', async () => (await rows(at))['web']?.state !== 'running');
	const again = await at.tsbox(['start', at.name]);
	expect(again.err).toContain('`pids_limit` is above 30');
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('defaults stand where the spec says nothing, for the supervisor too; plan and doctor tell the file', async () => {
	await using at = await testBox();
	at.file(
		'.tsboxrc.yaml',
		`defaults:\n  environment: {GREETING: hello}\n  rootfs: ${at.rootfs}\naliases: {hi: run box.yaml -- sh -c}\n`,
	);
	at.file('box.yaml', `name: ${at.name}\n`);
	expect((await at.tsbox(['hi', 'echo $GREETING'])).out).toBe('hello\n');
	expect((await at.tsbox(['plan', '--explain', 'box.yaml'])).out).toMatch(
		/environment\.GREETING +\.tsboxrc\.yaml:2:27/,
	);
	expect((await at.tsbox(['doctor'])).out).toMatch(/defaults\.rootfs +ok +\S+ \(\.tsboxrc\.yaml:3:11\)/);
	at.file('shop.yaml', `name: ${at.name}\nservices:\n  web: {command: [sh, -c, 'echo $$GREETING; sleep 1000']}\n`);
	expect(await at.tsbox(['up', '-d', 'shop.yaml'])).toMatchObject({status: 0});
	await until('it has greeted', async () => (await at.tsbox(['logs', at.name])).out.includes('hello'));
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a configuration that others could have written is refused, one that lies beside a spec is not looked at', async () => {
	await using at = await testBox();
	const config = at.file('tsbox.config.yaml', 'best_effort: true\n');
	chmodSync(config, 0o666);
	expect((await at.tsbox(['ps'])).err).toContain('other users can write');
	chmodSync(config, 0o644);
	chownSync(config, 1234, 1234);
	expect((await at.tsbox(['ps'])).err).toContain('belongs to another user');
	chownSync(config, 0, 0);
	mkdirSync(join(at.folder, 'theirs/rootfs'), {recursive: true});
	for (const place of ['theirs', 'theirs/rootfs'])
		writeFileSync(join(at.folder, place, 'tsbox.config.yaml'), 'no such key: 1\n');
	writeFileSync(join(at.folder, 'theirs/box.yaml'), `name: ${at.name}\nrootfs: ./rootfs\n`);
	expect(await at.tsbox(['plan', 'theirs/box.yaml'])).toMatchObject({status: 0});
});
