import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {project, sleeper, until} from './project.ts';

/* `tsbox compose` on a project in a fresh folder, as a person types it. */

type Fields = Readonly<Record<string, unknown>>;

/** Types a command line under `tsbox compose` in the folder of the project. */
function composer(at: TestBox) {
	return async (words: string, env: Record<string, string> = {}) => at.tsbox(['compose', ...words.split(' ')], {env});
}

/** The containers of the project, by name without the project's. */
async function shown(at: TestBox): Promise<Readonly<Record<string, Fields>>> {
	const {out} = await composer(at)('ps -a --format json');
	const rows = out
		.split('\n')
		.filter(line => line !== '')
		.map(line => JSON.parse(line) as Fields);
	return Object.fromEntries(rows.map(row => [String(row['Name']).replace(`${at.name}-`, ''), row]));
}

test('up, ps, logs, exec, top, stop, start, rm and down', async () => {
	await using at = await testBox();
	const compose = composer(at);
	project(at, {web: `${sleeper}depends_on: [db]\nlabels: {tier: front}\n`, db: sleeper}, 'compose.yaml');
	expect(await compose('up -d')).toMatchObject({status: 0});
	const rows = await shown(at);
	expect(Object.keys(rows)).toEqual(['db-1', 'web-1']);
	expect(rows['web-1']).toMatchObject({
		Name: `${at.name}-web-1`,
		Service: 'web',
		Project: at.name,
		State: 'running',
		ExitCode: 0,
		Health: '',
		Publishers: [],
		Labels: expect.stringContaining('tier=front'),
		Status: expect.stringMatching(/^Up /),
	});
	expect((await compose('ps --services')).out).toBe('db\nweb\n');
	expect((await compose('ps -q web')).out).toBe(`${at.name}-web-1\n`);
	await until('both have printed', async () => /(up\n[^]*){2}/.test((await compose('logs')).out));
	expect((await compose('logs --no-log-prefix web')).out).toBe('up\n');
	expect((await compose('logs --until 1h')).out).toBe('');
	expect(await at.tsbox(['compose', 'exec', '-T', '-e', 'A=b', 'web', 'sh', '-c', 'echo $A; exit 3'])).toMatchObject({
		status: 3,
		out: 'b\n',
	});
	expect((await compose('top web')).out).toMatch(/web-1\nPID[^]*sleep 0\.1/);
	expect(JSON.parse((await compose('ls --format json')).out)).toEqual([
		{Name: at.name, Status: 'running(2)', ConfigFiles: join(at.folder, 'compose.yaml')},
	]);
	expect(await compose('stop -t 5 web')).toMatchObject({status: 0});
	expect(await shown(at)).toMatchObject({'web-1': {State: 'exited', ExitCode: 0}, 'db-1': {State: 'running'}});
	expect((await compose('ps -q')).out).toBe(`${at.name}-db-1\n`);
	expect(await compose('start web')).toMatchObject({status: 0});
	expect(await shown(at)).toMatchObject({'web-1': {State: 'running'}});
	expect((await compose('rm web')).out).toBe('');
	expect((await compose('rm -fs web')).err).toContain('web is removed');
	expect(Object.keys(await shown(at))).toEqual(['db-1']);
	expect(await compose('down')).toMatchObject({status: 0});
	expect(await compose('down')).toMatchObject({status: 0, err: `${at.name} has no containers\n`});
	expect(at.leftovers()).toEqual([]);
});

test('up again recreates what changed, or all, or nothing', async () => {
	await using at = await testBox();
	const compose = composer(at);
	const write = (level: number): string =>
		project(at, {web: `${sleeper}environment: {LEVEL: "${level}"}\n`, db: sleeper}, 'compose.yaml');
	const pids = async (): Promise<readonly number[]> => {
		const {out} = await at.tsbox(['ps', '--json']);
		return (JSON.parse(out) as {readonly pid: number}[]).map(({pid}) => pid);
	};
	write(1);
	await compose('up -d');
	const [db, web] = await pids();
	write(2);
	expect((await compose('up -d --no-recreate')).err).toContain('web is up to date');
	expect(await pids()).toEqual([db, web]);
	expect((await compose('up -d')).err).toContain('web is recreated: environment changed');
	const [sameDb, newWeb] = await pids();
	expect([sameDb, newWeb === web]).toEqual([db, false]);
	await compose('up -d --force-recreate web');
	const [stillDb, newerWeb] = await pids();
	expect([stillDb, newerWeb === newWeb]).toEqual([db, false]);
	await compose('up -d --force-recreate');
	expect((await pids())[0]).not.toBe(db);
	expect(await compose('up -d --force-recreate --no-recreate')).toMatchObject({status: 2});
	await compose('down');
	expect(at.leftovers()).toEqual([]);
});

test('orphans are told of by up, stay, and go with --remove-orphans', async () => {
	await using at = await testBox();
	const compose = composer(at);
	project(at, {web: sleeper, old: sleeper}, 'compose.yaml');
	await compose('up -d');
	project(at, {web: sleeper}, 'compose.yaml');
	const told = `warning: old is an orphan, as the spec has no such service; \`tsbox rm ${at.name} old\` or \`up --remove-orphans\` removes it`;
	expect((await compose('up -d')).err).toContain(told);
	// Another supervisor still knows it.
	expect((await compose('up -d')).err).toContain(told);
	expect(await shown(at)).toMatchObject({'old-1': {State: 'running'}});
	expect((await compose('ps -q --orphans=false')).out).toBe(`${at.name}-web-1\n`);
	expect((await compose('down')).err).toContain('`tsbox compose down --remove-orphans` removes it');
	expect(Object.keys(await shown(at))).toEqual(['old-1']);
	// The command that it tells removes it for good.
	expect((await at.tsbox(['rm', '-t', '1', at.name, 'old'])).err).toContain('old is removed');
	expect((await compose('up -d')).err).not.toContain('orphan');
	project(at, {web: sleeper, old: sleeper}, 'compose.yaml');
	await compose('up -d');
	project(at, {web: sleeper}, 'compose.yaml');
	expect((await compose('up -d --remove-orphans')).err).toContain('old is removed');
	expect(Object.keys(await shown(at))).toEqual(['web-1']);
	await compose('down');
	expect(at.leftovers()).toEqual([]);
});

test('run makes a container of its own, with what it depends on', async () => {
	await using at = await testBox();
	const compose = composer(at);
	project(
		at,
		{
			web: `${sleeper}depends_on: {db: {condition: service_healthy}}\nenvironment: {A: spec}\n`,
			db: `${sleeper}healthcheck: {test: "true", interval: 100ms}\n`,
		},
		'compose.yaml',
	);
	const ran = await at.tsbox([
		'compose',
		'run',
		'--rm',
		'-T',
		'-e',
		'B=given',
		'web',
		'sh',
		'-c',
		'echo $A $B; exit 4',
	]);
	expect(ran).toMatchObject({status: 4, out: 'spec given\n'});
	expect(ran.err).toContain('db is healthy');
	expect(Object.keys(await shown(at))).toEqual(['db-1']);
	// Without --rm it stays, and a supervisor that runs already removes it.
	expect(
		await at.tsbox(['compose', 'run', '-T', '--name', `${at.name}-kept`, 'web', 'sh', '-c', 'echo hi; exit 7']),
	).toMatchObject({
		status: 7,
		out: 'hi\n',
	});
	expect(await shown(at)).toMatchObject({kept: {State: 'exited', ExitCode: 7, Service: 'web'}});
	expect((await compose('ps -q')).out).toBe(`${at.name}-db-1\n`);
	expect((await compose('rm -f')).err).toBe(`${at.name}-kept is removed\n`);
	await compose('run -T --no-deps web true');
	const {out} = await compose('run -d web sleep 300');
	const name = out.trim();
	expect(name).toMatch(new RegExp(`^${at.name}-web-run-[0-9a-f]{12}$`));
	// It is no container of the service, and a stop of the service leaves it.
	expect(await compose('up -d')).toMatchObject({status: 0});
	await compose('stop web');
	expect(await shown(at)).toMatchObject({
		'web-1': {State: 'exited'},
		[name.replace(`${at.name}-`, '')]: {State: 'running', Service: 'web'},
	});
	expect((await compose('run -d --rm --name gone web true')).out).toBe('gone\n');
	await until('a run with --rm is removed', async () => !('gone' in (await shown(at))));
	expect((await compose('run --no-deps nope')).err).toContain('has no service nope');
	await compose('down');
	// It is known without any service of its project.
	await compose('run -T --no-deps web true');
	expect(Object.values(await shown(at))).toMatchObject([{State: 'exited', ExitCode: 0}]);
	await compose('down');
	expect(at.leftovers()).toEqual([]);
});

test('create, start, scale, wait, kill and pause', async () => {
	await using at = await testBox();
	const compose = composer(at);
	project(at, {web: sleeper, job: 'command: [sh, -c, "sleep 0.3; exit 5"]\n'}, 'compose.yaml');
	expect(await compose('create')).toMatchObject({status: 0});
	expect(await shown(at)).toMatchObject({'web-1': {State: 'created', Status: 'Created'}, 'job-1': {State: 'created'}});
	expect((await compose('ps -q')).out).toBe('');
	// As it was created, whatever the file says now.
	project(at, {web: sleeper, job: 'command: [sh, -c, "exit 9"]\n'}, 'compose.yaml');
	expect(await compose('start')).toMatchObject({status: 0});
	expect(await compose('wait job')).toMatchObject({
		status: 5,
		out: `container ${at.name}-job-1 exited with status 5\n`,
	});
	expect(await compose('scale web=2')).toMatchObject({status: 0});
	expect(await shown(at)).toMatchObject({'web-1': {State: 'running'}, 'web-2': {State: 'running'}});
	await until('both have printed', async () => /(web[^]*){2}/.test((await compose('logs web')).out));
	expect((await compose('logs web')).out).toBe('web-1  | up\nweb-2  | up\n');
	expect((await at.tsbox(['compose', 'exec', '-T', '--index', '2', 'web', 'hostname'])).out).toBe(`${at.name}-web-2\n`);
	expect(await compose('exec -T --index 3 web true')).toMatchObject({status: 125});
	expect(await compose('pause web')).toMatchObject({status: 0});
	expect((await compose('ps -q --status paused')).out).toBe(`${at.name}-web-1\n${at.name}-web-2\n`);
	await compose('unpause');
	await compose('kill -s KILL web');
	await until('they are dead', async () => (await compose('ps -q')).out === '');
	expect(await shown(at)).toMatchObject({'web-1': {ExitCode: 137}, 'web-2': {ExitCode: 137}});
	await compose('rm -f');
	expect(await compose('start web')).toMatchObject({
		status: 125,
		err: expect.stringContaining('web has no container to start'),
	});
	await compose('create web');
	expect((await compose('logs -f')).out).toBe('');
	expect((await compose('rm -f')).err).toBe('web is removed\n');
	await compose('down');
	expect(at.leftovers()).toEqual([]);
});

test('the project by -p, -f, COMPOSE_PROJECT_NAME and the folder; volumes and down -v', async () => {
	await using at = await testBox();
	const text = (service: string): string =>
		`services: {${service}: {rootfs: ${at.rootfs}, network_mode: none, ${sleeper.trim()}, volumes: [data:/data]}}\nvolumes: {data: }\n`;
	at.file('one.yaml', text('web'));
	at.file('two.yaml', text('db'));
	const compose = composer(at);
	const other = `${at.name}b`;
	expect(await compose(`-p ${at.name} -f one.yaml -f two.yaml up -d`)).toMatchObject({status: 0});
	expect(await compose('-f one.yaml up -d', {COMPOSE_PROJECT_NAME: other})).toMatchObject({status: 0});
	// A project in the background is known by its name alone.
	expect((await compose(`-p ${at.name} ps -q`)).out).toBe(`${at.name}-db-1\n${at.name}-web-1\n`);
	expect((await compose('ps -q', {COMPOSE_PROJECT_NAME: other})).out).toBe(`${other}-web-1\n`);
	expect((await at.tsbox(['logs', '-p', at.name, 'web'])).status).toBe(0);
	expect((await compose(`-p ${at.name} volumes -q`)).out).toBe(`${at.name}_data\n`);
	expect((await compose(`-p ${at.name} down -v`)).err).toContain(`volume ${at.name}_data is removed`);
	expect((await compose('-f one.yaml config')).out).toContain(
		`name: ${at.folder.split('/').at(-1)?.toLowerCase() ?? ''}\n`,
	);
	await compose('down -v', {COMPOSE_PROJECT_NAME: other});
	expect(await compose('-p Wrong/Name -f one.yaml up -d')).toMatchObject({status: 2});
	expect(at.leftovers()).toEqual([]);
});

test('up in the foreground shows the output of named services, returns a status, and leaves containers', async () => {
	await using at = await testBox();
	const compose = composer(at);
	project(at, {web: 'command: [sh, -c, "echo from web; exit 6"]\ndepends_on: [db]\n', db: sleeper}, 'compose.yaml');
	const {status, out} = await compose('up --exit-code-from web web');
	expect({status, out}).toEqual({status: 6, out: 'web-1  | from web\n'});
	expect(await shown(at)).toMatchObject({'web-1': {State: 'exited', ExitCode: 6}, 'db-1': {State: 'exited'}});
	const both = await compose('up --attach-dependencies --abort-on-container-failure web');
	expect(both).toMatchObject({status: 6, out: expect.stringMatching(/^db-1 {3}\| up$/m)});
	await compose('down');
	expect(at.leftovers()).toEqual([]);
});

test('config prints a model that is read to the same model', async () => {
	await using at = await testBox();
	const compose = composer(at);
	at.file('.env', 'PORT=8080\n');
	const file = project(
		at,
		{web: 'ports: ["${PORT}:80"]\nenvironment: [PRICE=$$5]\nvolumes: ["./site:/srv:ro"]\n', db: 'profiles: [more]\n'},
		'compose.yaml',
	);
	const {status, out} = await compose('config');
	expect(status).toBe(0);
	expect(out).toContain('published: "8080"');
	expect(out).toContain(`source: ${at.folder}/site`);
	writeFileSync(file, out);
	expect((await compose('config')).out).toBe(out);
	expect(await compose('config -o whole.yaml')).toMatchObject({status: 0, out: ''});
	expect(readFileSync(join(at.folder, 'whole.yaml'), 'utf8')).toBe(out);
});

test('--env-file is read by tsbox, and not by Node', async () => {
	await using at = await testBox();
	at.file('compose.yaml', `name: ${at.name}\nservices: {web: {rootfs: ${at.rootfs}, command: [echo, "$WORD"]}}\n`);
	at.file('some.env', 'WORD=from a file\nNODE_OPTIONS=--no-such-option\n');
	const file = join(at.folder, 'compose.yaml');
	const compose = (env: string) => at.tsbox(['compose', '-f', file, '--env-file', join(at.folder, env), 'config']);
	expect((await compose('some.env')).out).toContain('- from a file');
	expect(await compose('none.env')).toMatchObject({status: 125, err: expect.stringContaining('there is no env file')});
});
