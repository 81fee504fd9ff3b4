import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';

/* Records of other stores come together: `tsbox runs import`. */

/** Records some runs in the store of a node, and gives their ids, oldest first. */
async function runsOf(box: TestBox, node: string, commands: readonly string[]): Promise<readonly string[]> {
	for (const command of commands)
		await box.tsbox(['--store', node, 'run', '--record', box.spec(), '--', 'sh', '-c', command]);
	return readdirSync(join(box.folder, node, 'runs')).toSorted();
}

const take = (box: TestBox, ...paths: readonly string[]) => box.tsbox(['--store', 'all', 'runs', 'import', ...paths]);
const idsOf = (out: string): readonly string[] => out.split('\n').filter(Boolean).toSorted();

describe.runIf(process.getuid?.() === 0)('records of other stores', () => {
	test('stores, folders of records, and folders of exported files are taken, each record once', async () => {
		await using box = await testBox();
		const one = await runsOf(box, 'one', ['echo a', 'exit 3']);
		const other = await runsOf(box, 'other', ['echo b > /made']);
		const [first = ''] = one;
		const [last = ''] = other;
		expect(await take(box, 'one', `other/runs/${last}`)).toMatchObject({status: 0, err: ''});
		const ids = [...one, ...other].toSorted();
		expect(idsOf((await box.tsbox(['--store', 'all', 'runs', '-q'])).out)).toEqual(ids);
		// The records are whole: also the content of files.
		const shown = await box.tsbox(['--store', 'all', 'runs', 'diff', join('other/runs', last), last]);
		expect(shown).toMatchObject({status: 0, out: 'no difference\n'});
		const again = await take(box, 'one', 'other/runs');
		expect({...again, out: idsOf(again.out)}).toMatchObject({status: 0, err: '', out: ids});

		mkdirSync(join(box.folder, 'sent'));
		await box.tsbox(['--store', 'one', 'runs', 'export', '-o', `sent/${first}.tar.gz`, first]);
		await box.tsbox(['--store', 'all', 'runs', 'rm', first]);
		expect(await take(box, 'sent')).toMatchObject({status: 0, out: `${first}\n`});
		const run = JSON.parse(readFileSync(join(box.folder, 'all/runs', first, 'run.json'), 'utf8')) as {node: string};
		expect(run.node).toBe(hostname());
	});

	test('a bad record is named and left out, and the others are taken', async () => {
		await using box = await testBox();
		const ids = await runsOf(box, 'one', Array(6).fill('echo x > /made'));
		const [short = '', linked = '', strange = '', changed = '', pipe = '', good = ''] = ids;
		const at = (id: string, name: string): string => join(box.folder, 'one/runs', id, name);
		writeFileSync(at(short, 'run.json'), '{"schema": 1');
		rmSync(at(linked, 'stdout'));
		symlinkSync('/etc/shadow', at(linked, 'stdout'));
		writeFileSync(at(strange, 'more'), '');
		const [content = ''] = readdirSync(at(changed, 'content'));
		writeFileSync(at(changed, `content/${content}`), 'other');
		rmSync(at(pipe, 'files.json'));
		mkdirSync(at(pipe, 'files.json'));
		const said = await take(box, 'one');
		expect(said).toMatchObject({status: 125, out: `${good}\n`});
		for (const [id, why] of [
			[short, 'run.json is truncated'],
			[linked, 'stdout is not a regular file'],
			[strange, 'it has an entry that does not belong there: more'],
			[changed, 'does not match its digest'],
			[pipe, 'files.json'],
		] as const) {
			expect(said.err).toContain(id);
			expect(said.err).toContain(why);
		}
		expect(readdirSync(join(box.folder, 'all/runs'))).toEqual([good]);
	});

	test('another record of the same id, and a folder without records, are refused', async () => {
		await using box = await testBox();
		const [id = ''] = await runsOf(box, 'one', ['true']);
		cpSync(join(box.folder, 'one'), join(box.folder, 'two'), {recursive: true});
		const file = join(box.folder, 'two/runs', id, 'run.json');
		chmodSync(file, 0o600);
		writeFileSync(file, readFileSync(file, 'utf8').replace('"name":"', '"name":"x'));
		expect(await take(box, 'one')).toMatchObject({status: 0});
		const refused = await take(box, 'two');
		expect(refused.status).toBe(2);
		expect(refused.err).toContain(`another run record ${id} already exists`);
		mkdirSync(join(box.folder, 'empty'));
		const none = await take(box, 'one', 'empty');
		expect(none).toMatchObject({status: 125, out: ''});
		expect(none.err).toContain('has no run record');
		expect(existsSync(join(box.folder, 'all/runs', id))).toBe(true);
		expect(readdirSync(join(box.folder, 'all/runs'))).toEqual([id]);
	});
});
