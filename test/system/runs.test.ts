import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {create} from 'tar';
import {describe, expect, test} from 'vitest';
import type {Change} from '../../src/kernel/snapshot-changes.ts';
import type {Snapshot} from '../../src/kernel/snapshot.ts';
import {type TestBox, testBox} from './box.ts';
import {onTerminal} from './on-terminal.ts';
import {until} from './project.ts';
import {program} from '../support/program.ts';

const root = process.getuid?.() === 0;

/** What the tests look at of a record. */
interface Shown {
	readonly id: string;
	readonly parent?: string;
	readonly outcome: string;
	readonly end: {readonly exitCode: number; readonly signal: string | null} | null;
	readonly error?: {readonly code: string};
	readonly steps: readonly {
		readonly id: string;
		readonly status: string | null;
		readonly command: string;
		readonly title: string;
	}[];
	readonly snapshots: readonly {
		readonly step: string | null;
		readonly snapshot: Snapshot;
		readonly changes: readonly Change[];
	}[];
	readonly files: readonly {readonly path: string; readonly change: string; readonly digest?: string}[];
	readonly logs: {readonly stdout: {readonly text: string}; readonly stderr: {readonly text: string}};
	readonly usage: {readonly memoryPeak: number | null; readonly cpuNs: number; readonly setupCpuNs: number} | null;
}

/** The id that tsbox said a run is recorded as. */
function recordedId(err: string): string {
	return /recorded as (\d{8}t\d{6}-[0-9a-f]{6})/.exec(err)?.[1] ?? `none in: ${err}`;
}

async function show(box: TestBox, id: string, folders: readonly string[] = []): Promise<Shown> {
	const {out, err, status} = await box.tsbox([...folders, 'runs', 'show', '--json', id]);
	expect({status, err}).toEqual({status: 0, err: ''});
	return JSON.parse(out) as Shown;
}

function runsIn(folder: string): readonly string[] {
	return existsSync(join(folder, 'runs')) ? readdirSync(join(folder, 'runs')) : [];
}

const script = 'echo out; echo err >&2; echo made > /made; rm /etc/group; ln -s /x /link; exit 3';
const spec = (box: TestBox, text = script, more = ''): string =>
	box.spec(
		`${more}environment: {GREETING: hello}\ncommand: [sh, -c, ${JSON.stringify(text).replaceAll('$', '$$$$')}]\n`,
	);

describe.skipIf(!root)('run records', () => {
	test('a run is recorded with what it did, wrote and printed, and prints as without', async () => {
		await using box = await testBox();
		const {status, out, err} = await box.tsbox(['run', '--record', spec(box)]);
		expect({status, out}).toEqual({status: 3, out: 'out\n'});
		expect(err).toMatch(/^err\n/m);
		const id = recordedId(err);
		const run = await show(box, id);
		expect(run).toMatchObject({id, outcome: 'ended', end: {exitCode: 3, signal: null}});
		expect(run.logs).toMatchObject({stdout: {text: 'out\n'}, stderr: {text: 'err\n'}});
		expect(run.steps.filter(({status: each}) => each !== 'done')).toEqual([]);
		expect(run.steps.some(({command}) => command.includes('unshare'))).toBe(true);
		expect(run.usage?.memoryPeak).toBeGreaterThan(0);
		expect(run.usage?.cpuNs).toBeGreaterThan(0);
		expect(run.usage?.setupCpuNs).toBeGreaterThan(0);
		const digest = `sha256:${createHash('sha256').update('made\n').digest('hex')}`;
		expect(run.files.map(({change, path}) => `${change} ${path}`)).toEqual([
			'C /etc',
			'D /etc/group',
			'A /link',
			'A /made',
		]);
		expect(run.files.at(-1)?.digest).toBe(digest);
		const folder = join(box.folder, 'store/runs', id);
		expect(statSync(folder).mode & 0o777).toBe(0o700);
		expect(readFileSync(join(folder, 'log-times'), 'utf8')).toMatch(/^\d{13} [oe] 4\n\d{13} [oe] 4\n$/);
		expect(readFileSync(join(folder, 'spec.json'), 'utf8')).toContain('"GREETING":"hello"');
		expect(box.leftovers()).toEqual([]);
		expect((await box.tsbox(['runs', 'rm', id.slice(-6)])).out).toBe(`${id}\n`);
		expect(runsIn(join(box.folder, 'store'))).toEqual([]);
	});

	test.each([undefined, 'mapped', {uid: 61_287, gid: 61_287}] as const)(
		'what the kernel showed after each step is recorded: a mount is there after its step and not before (%j)',
		async starter => {
			await using box = await testBox(starter);
			// An ordinary user gets no limits on cgroup v1.
			const limit = typeof starter === 'object' ? '' : 'mem_limit: 64m\n';
			const {err} = await box.tsbox([
				'run',
				'--record',
				spec(box, 'true', `${limit}hostname: seen\ntmpfs: [/scratch]\ncap_drop: [ALL]\n`),
			]);
			const {snapshots, steps} = await show(box, recordedId(err));
			expect(snapshots[0]?.step).toBeNull();
			const ids = steps.map(({id}) => id);
			expect(snapshots.slice(1).map(({step}) => step)).toEqual(
				ids.filter(id => snapshots.some(({step}) => step === id)),
			);
			const at = (fits: (changes: readonly Change[]) => boolean): number =>
				snapshots.findIndex(({changes}) => fits(changes));
			const has = (sign: string, area: string, text: string) => (changes: readonly Change[]) =>
				changes.some(each => each.sign === sign && each.area === area && each.text.includes(text));
			const mounted = at(has('+', 'mounts', '/scratch: tmpfs'));
			const isMounted = snapshots.map(({snapshot}) => snapshot.mounts.some(({target}) => target === '/scratch'));
			expect(isMounted.slice(0, mounted)).not.toContain(true);
			expect(isMounted.slice(mounted)).not.toContain(false);
			expect(steps.find(({id}) => id === snapshots[mounted]?.step)?.command).toContain('/scratch');
			const limited = limit === '' ? 0 : at(has('~', 'cgroups', `-> ${64 * 2 ** 20}`));
			const pivoted = at(has('~', 'root', ''));
			const named = at(changes => changes.some(({area, text}) => area === 'hostname' && text.endsWith('seen')));
			const dropped = at(has('-', 'capabilities', 'CAP_CHOWN'));
			expect([limited, pivoted, named, mounted, dropped]).not.toContain(-1);
			const [before, last] = [snapshots[0]?.snapshot, snapshots.at(-1)?.snapshot];
			expect(last?.capabilities).toMatchObject({effective: [], bounding: []});
			expect(last).toMatchObject({seccomp: {mode: 'filter'}, noNewPrivileges: true, hostname: 'seen'});
			for (const kind of ['mount', 'pid', 'uts', 'ipc', 'network', 'cgroup'] as const)
				expect(last?.namespaces[kind]).not.toBe(before?.namespaces[kind]);
			expect(statSync(join(box.folder, 'store/runs', recordedId(err), 'snapshots.json')).size).toBeLessThan(100_000);
		},
	);

	test('a file that is all hole is recorded without being read to its end', async () => {
		await using box = await testBox();
		const {status, err} = await box.tsbox([
			'run',
			'--record',
			spec(box, 'echo x | dd of=/x bs=1 seek=4398046511104; echo y > /y'),
		]);
		expect(status).toBe(0);
		const {files} = await show(box, recordedId(err));
		expect(files).toMatchObject([
			{path: '/x', size: 2 ** 42 + 2, digest: null},
			{path: '/y', digest: expect.stringMatching(/^sha256:/)},
		]);
	});

	test('without --record nothing is kept; with `record` in the spec it is', async () => {
		await using box = await testBox();
		await box.tsbox(['run', spec(box, 'true')]);
		expect(runsIn(join(box.folder, 'store'))).toEqual([]);
		const {err} = await box.tsbox(['up', '--plain', spec(box, 'true', 'record: true\n')]);
		expect(runsIn(join(box.folder, 'store'))).toEqual([recordedId(err)]);
	});

	test('a start that fails is recorded with the step that did', async () => {
		await using box = await testBox();
		const {status, err} = await box.tsbox(['run', '--record', box.spec('command: [nosuch]\n')]);
		expect(status).toBe(127);
		const run = await show(box, recordedId(err));
		expect(run).toMatchObject({outcome: 'failed', end: null, error: {code: 'E_COMMAND_NOT_FOUND'}, files: []});
		expect(run.steps.filter(step => step.status === 'failed').map(({title}) => title)).toEqual(['run nosuch']);
		expect(box.leftovers()).toEqual([]);
	});

	test('all bytes pass, a command that opens its output anew too, and who stops reading ends it', async () => {
		await using box = await testBox();
		const bytes = 3_000_000;
		const loud = `head -c ${bytes} /dev/zero; echo again > /dev/stdout; exec sh -c 'echo other > /dev/stderr'`;
		const {out, err} = await box.tsbox(['run', '--record', spec(box, loud, 'user: "1000"\n')]);
		expect({length: out.length, end: out.slice(-6)}).toEqual({length: bytes + 6, end: 'again\n'});
		expect(err).toContain('other\n');
		const folder = join(box.folder, 'store/runs', recordedId(err));
		expect(statSync(join(folder, 'stdout')).size).toBe(bytes + 6);
		const endless = box.start(['run', '--record', spec(box, 'exec yes')]);
		await endless.says('y\n');
		endless.child.stdout?.destroy();
		expect((await endless.ended).err).toContain('recorded as');
	});

	test('an exported record is replayed under another store, whose image is the one in it', async () => {
		await using box = await testBox();
		const archive = join(box.folder, 'own.tar');
		writeFileSync(archive, readFileSync(box.rootfs));
		const file = box.file(
			'own.yaml',
			`name: ${box.name}\nrootfs: ./own.tar\ncommand: [sh, -c, ${JSON.stringify(script)}]\n`,
		);
		const id = recordedId((await box.tsbox(['run', '--record', file])).err);
		const lean = (await box.tsbox(['runs', 'export', '-o', 'lean.tar.gz', id])).out.trim();
		const whole = (await box.tsbox(['runs', 'export', '--with-image', id])).out.trim();
		expect(whole).toBe(join(box.folder, `${id}.tar.gz`));
		expect(statSync(whole).mode & 0o777).toBe(0o600);
		rmSync(file);
		rmSync(archive);
		const other = ['--store', join(box.folder, 'other')];
		const refused = await box.tsbox([...other, 'replay', lean]);
		expect(refused.status).toBe(125);
		expect(refused.err).toContain('no file');
		writeFileSync(archive, readFileSync(box.rootfs).subarray(0, 1024 * 512));
		expect((await box.tsbox([...other, 'replay', lean])).err).toContain('has changed since the run');
		rmSync(archive);
		const direct = await box.tsbox([...other, 'replay', whole]);
		expect({status: direct.status, out: direct.out}).toEqual({status: 3, out: 'out\n'});
		expect((await box.tsbox([...other, 'runs', 'import', whole])).out).toBe(`${id}\n`);
		expect(await box.tsbox([...other, 'runs', 'import', whole])).toMatchObject({status: 0, out: `${id}\n`});
		const again = await box.tsbox([...other, 'replay', id]);
		const replayed = await show(box, recordedId(again.err), other);
		expect(replayed).toMatchObject({parent: id, end: {exitCode: 3}});
		expect(replayed.files).toEqual((await show(box, id)).files);
		const {status, out} = await box.tsbox([...other, 'runs', 'diff', whole, replayed.id]);
		expect({status, out}).toMatchObject({status: 0, out: expect.not.stringMatching(/^(files|end|output)$/m)});
		expect(runsIn(join(box.folder, 'other')).filter(name => name.startsWith('.'))).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});

	test('a record is exported to another filesystem, over nothing that is there', async () => {
		await using box = await testBox();
		const id = recordedId((await box.tsbox(['run', '--record', spec(box)])).err);
		const folder = mkdtempSync('/dev/shm/tsbox-export-');
		try {
			const file = join(folder, 'sent.tar.gz');
			expect((await box.tsbox(['runs', 'export', '-o', file, id])).out).toBe(`${file}\n`);
			expect(statSync(file).mode & 0o777).toBe(0o600);
			expect((await box.tsbox(['runs', 'export', '-o', file, id])).err).toContain('already exists');
			expect((await box.tsbox(['--store', join(box.folder, 'other'), 'runs', 'import', file])).out).toBe(`${id}\n`);
			const nowhere = await box.tsbox(['runs', 'export', '-o', join(folder, 'no/such/folder'), id]);
			expect(nowhere.status).toBe(125);
			expect(readdirSync(folder)).toEqual(['sent.tar.gz']);
			expect(runsIn(join(box.folder, 'store'))).toEqual([id]);
		} finally {
			rmSync(folder, {recursive: true});
		}
	});

	test('on a store that was emptied a record is replayed from where the archive was', async () => {
		await using box = await testBox();
		const id = recordedId((await box.tsbox(['run', '--record', spec(box)])).err);
		const kept = join(box.folder, 'kept', id);
		mkdirSync(join(box.folder, 'kept'));
		renameSync(join(box.folder, 'store/runs', id), kept);
		rmSync(join(box.folder, 'store'), {recursive: true});
		const {status, err} = await box.tsbox(['replay', kept]);
		expect(status).toBe(3);
		expect((await show(box, recordedId(err))).files).toEqual((await show(box, kept)).files);
	});

	test('two runs that differ in one file: it is named with the first byte, and the status is 1', async () => {
		await using box = await testBox();
		const text = 'echo same > /same; echo "0123456$WHAT" > /differs';
		const ids: string[] = [];
		for (const what of ['x', 'yz']) {
			const args = ['run', '--record', '-e', `WHAT=${what}`, spec(box, text)];
			ids.push(recordedId((await box.tsbox(args)).err));
		}
		const {status, out} = await box.tsbox(['runs', 'diff', ...ids]);
		expect(status).toBe(1);
		expect(out).toContain('files\n  /differs: 9, then 10 bytes, differs from byte 7 on\n');
		expect(out).not.toContain('/same');
		const same = await box.tsbox(['runs', 'diff', ids[0] ?? '', ids[0] ?? '']);
		expect(same).toMatchObject({status: 0, out: 'no difference\n'});
	});

	test('on a terminal what it showed is recorded', async () => {
		await using box = await testBox();
		const file = spec(box, 'test -t 1 && printf "is a %s\\n" terminal');
		const folders = `--store ${join(box.folder, 'store')} --state ${join(box.folder, 'state')}`;
		const screen = onTerminal(box, `exec ${program} ${folders} run --record -t ${file}`);
		expect(await screen.ended).toBe(0);
		expect(screen.shown()).toContain('is a terminal');
		const [id = ''] = runsIn(join(box.folder, 'store'));
		expect((await show(box, id)).logs.stdout.text).toBe('is a terminal\r\n');
	});

	test('killed while it records, gc leaves nothing', async () => {
		await using box = await testBox();
		const running = box.start(['run', '--record', spec(box, 'echo up; exec sleep 1000')]);
		await running.says('up\n');
		await until('it is being recorded', () => runsIn(join(box.folder, 'store')).some(name => name.startsWith('.new-')));
		running.child.kill('SIGKILL');
		await new Promise(resolve => running.child.once('exit', resolve));
		expect((await box.tsbox(['runs', '-q'])).out).toBe('');
		expect((await box.tsbox(['gc'])).out).toContain('/store/runs/.new-');
		expect(runsIn(join(box.folder, 'store'))).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});

	test('on a disk that is full the run goes on, and the record is missing', async () => {
		await using box = await testBox();
		const store = join(box.folder, 'store');
		mkdirSync(store, {recursive: true});
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m,mode=700', 'tmpfs', store]);
		try {
			const bytes = 45_000_000;
			const {status, out, err} = await box.tsbox(['run', '--record', spec(box, `head -c ${bytes} /dev/zero; exit 4`)]);
			expect({status, bytes: out.length}).toEqual({status: 4, bytes});
			expect(err).toContain('warning: the run could not be recorded: the disk is full (ENOSPC)');
			expect(runsIn(store)).toEqual([]);
			expect(box.leftovers()).toEqual([`mount ${store}`]);
		} finally {
			execFileSync('umount', [store]);
		}
	});

	test('an archive with anything else than a record in it is refused, and leaves nothing', async () => {
		await using box = await testBox();
		const id = recordedId((await box.tsbox(['run', '--record', spec(box)])).err);
		const folder = join(box.folder, 'made');
		const record = join(folder, id);
		const content = readdirSync(join(box.folder, 'store/runs', id, 'content'))[0] ?? '';
		const tries: readonly (readonly [string, string, () => void])[] = [
			['a link', 'does not belong there', () => symlinkSync('/etc/passwd', join(record, 'image'))],
			['another file', 'does not belong there', () => writeFileSync(join(record, 'more'), 'x')],
			['another content', 'does not match its digest', () => writeFileSync(join(record, 'content', content), 'x')],
			['another image', 'its image is not the image of the run', () => writeFileSync(join(record, 'image'), 'x')],
			['no spec', 'it has no spec.json', () => rmSync(join(record, 'spec.json'))],
			['a newer record', 'a newer tsbox', () => writeFileSync(join(record, 'run.json'), '{"schema": 2}')],
		];
		for (const [what, why, change] of tries) {
			rmSync(folder, {recursive: true, force: true});
			mkdirSync(folder);
			const sent = join(folder, 'sent.tar.gz');
			await box.tsbox(['runs', 'export', '-o', sent, id]);
			const {extract} = await import('tar');
			await extract({file: sent, cwd: folder});
			change();
			await create({file: join(folder, 'changed.tar.gz'), gzip: true, cwd: folder}, [id]);
			const {status, err} = await box.tsbox([
				'--store',
				join(box.folder, 'other'),
				'runs',
				'import',
				join(folder, 'changed.tar.gz'),
			]);
			expect({what, status, err}).toMatchObject({what, status: 125, err: expect.stringContaining(why)});
		}
		writeFileSync(join(folder, 'none.tar.gz'), 'no tar at all');
		const {err} = await box.tsbox([
			'--store',
			join(box.folder, 'other'),
			'runs',
			'import',
			join(folder, 'none.tar.gz'),
		]);
		expect(err).toContain('is not a run record');
		expect(runsIn(join(box.folder, 'other'))).toEqual([]);
	});
});

test.skipIf(!root)('an ordinary user and a mapped container have records too', async () => {
	for (const starter of [{uid: 61_239, gid: 61_239}, 'mapped'] as const) {
		await using box = await testBox(starter);
		const {status, err} = await box.tsbox(['run', '--record', spec(box, 'echo made > /made; exit 5')]);
		expect({status, err}).toMatchObject({status: 5});
		const run = await show(box, recordedId(err));
		expect(run.files.map(({path}) => path)).toEqual(['/made']);
		const again = await box.tsbox(['replay', run.id]);
		expect((await show(box, recordedId(again.err))).files).toEqual(run.files);
		expect(box.leftovers()).toEqual([]);
	}
});
