import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {buildContext, fromBusybox} from './build-context.ts';
import {project, sleeper} from './project.ts';

/* `tsbox compose` and images; what it finds without being told; `--dry-run`. */

const root = process.getuid?.() === 0;

test.runIf(root)('build, up, images, config with digests, and down --rmi', async () => {
	await using at = await testBox();
	buildContext(at, `${fromBusybox}LABEL a=b\nCMD ["sh", "-c", "echo built; sleep 300"]\n`);
	at.file(
		'compose.yaml',
		`name: ${at.name}\nservices:\n  web: {build: context, network_mode: none}\n  other: {image: "${at.name}-web", network_mode: none, pull_policy: never}\n`,
	);
	const compose = async (...words: readonly string[]) => at.tsbox(['compose', ...words]);
	expect(await compose('up', '-d', '--no-build', 'web')).toMatchObject({status: 125});
	expect(await compose('build', '-q')).toMatchObject({
		status: 0,
		out: expect.stringMatching(/^sha256:[0-9a-f]{64}\n$/),
	});
	expect((await compose('config', '--images')).out).toBe(`${at.name}-web\n`);
	expect(await compose('up', '-d')).toMatchObject({status: 0});
	const [image, ...others] = JSON.parse((await compose('images', '--format', 'json', 'web')).out) as readonly Record<
		string,
		unknown
	>[];
	expect([image, others]).toEqual([
		expect.objectContaining({
			ID: expect.stringMatching(/^sha256:/),
			ContainerName: `${at.name}-web-1`,
			Repository: `${at.name}-web`,
			Tag: 'latest',
		}),
		[],
	]);
	expect((await compose('config', '--lock-image-digests')).out).toMatch(
		new RegExp(`^services:\n  other:\n    image: ${at.name}-web@sha256:[0-9a-f]{64}\n$`),
	);
	expect((await compose('config', '--origin', 'web')).out).toMatch(/- echo built; sleep 300 # Cmd of the image /);
	expect(await compose('pull', '--ignore-pull-failures', 'web')).toMatchObject({status: 0});
	expect((await compose('down', '--rmi', 'local', '-t', '0')).err).toContain(
		`image docker.io/library/${at.name}-web:latest is removed`,
	);
	expect((await at.tsbox(['images', '-q'])).out).not.toContain(at.name);
	expect(at.leftovers()).toEqual([]);
});

test('COMPOSE_FILE of .env, and a file of a parent folder', async () => {
	await using at = await testBox();
	const file = project(at, {web: sleeper}, 'base.yaml');
	at.file('.env', `COMPOSE_FILE=${file}\n`);
	expect((await at.tsbox(['compose', 'config', '--services'])).out).toBe('web\n');
	expect((await at.tsbox(['config', '--services'])).out).toBe('web\n');
	at.file('.env', '');
	project(at, {db: sleeper}, 'compose.yaml');
	const inner = join(at.folder, 'inner');
	mkdirSync(inner);
	expect((await at.tsbox(['compose', '--project-directory', inner, 'config', '--services'])).out).toBe('db\n');
	// Only with the words of Compose: root must not run a file that nobody sees.
	expect(await at.tsbox(['config', '--project-directory', inner])).toMatchObject({
		err: expect.stringContaining('there is no tsbox.yaml and no compose.yaml'),
	});
	expect(at.leftovers()).toEqual([]);
});

test('--dry-run says what would be done, and does nothing', async () => {
	await using at = await testBox();
	const dry = async (...words: readonly string[]): Promise<string> => {
		const {status, out, err} = await at.tsbox(['compose', '--dry-run', ...words]);
		return status === 0 ? out.replaceAll(`${at.name}-`, '') : err;
	};
	const file = project(at, {web: sleeper, db: sleeper}, 'compose.yaml');
	expect(await dry('up', '-d')).toBe(
		'DRY-RUN web-1 would be created and started\nDRY-RUN db-1 would be created and started\n',
	);
	expect((await at.tsbox(['ps', '-aq'])).out).toBe('');
	await at.tsbox(['compose', 'up', '-d']);
	expect(await dry('up')).toBe('DRY-RUN web-1 is up to date\nDRY-RUN db-1 is up to date\n');
	writeFileSync(
		file,
		`name: ${at.name}\nservices: {web: {rootfs: ${at.rootfs}, network_mode: none, command: sleep 9}}\n`,
	);
	expect(await dry('up')).toBe(
		'DRY-RUN web-1 would be recreated: command changed\nDRY-RUN db-1 is an orphan: no service db\n',
	);
	expect(await dry('stop', 'web')).toBe('DRY-RUN web-1 stop\n');
	expect(await dry('exec', 'web', 'true')).toContain('compose exec has no --dry-run');
	expect(await dry('run', 'web')).toContain('compose run has no --dry-run');
	expect((await at.tsbox(['compose', 'ps', '-q'])).out.split('\n')).toHaveLength(3);
	// What up tells of orphans, it can be told to do or to keep to itself.
	const quiet = await at.tsbox(['compose', 'up', '-d'], {env: {COMPOSE_IGNORE_ORPHANS: 'true'}});
	expect(quiet.err).not.toContain('orphan');
	const removing = await at.tsbox(['compose', 'up', '-d'], {env: {COMPOSE_REMOVE_ORPHANS: 'true'}});
	expect(removing.err).toContain('db is removed');
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});
