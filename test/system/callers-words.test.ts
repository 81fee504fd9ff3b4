import {execFile} from 'node:child_process';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';

/* The bundles of the program and the library share some files, and each has copies of others. */

const bundle = resolve(import.meta.dirname, '../../dist/index.js');

let at: TestBox;
beforeAll(async () => {
	at = await testBox();
});
afterAll(async () => at[Symbol.asyncDispose]());

/** The hint of the error that a line of a program fails with. */
async function hintOf(line: string): Promise<string> {
	const program = `import * as tsbox from '${bundle}';
const folders = {store: '${join(at.folder, 'store')}', state: '${join(at.folder, 'state')}'};
try { ${line} } catch (error) { console.log(error.hint); }`;
	const words = ['--input-type=module', '--eval', program];
	return (await promisify(execFile)(process.execPath, words, {cwd: at.folder})).stdout;
}

test('the same error is told to a program in words of the library, and to a person in those of the command line', async () => {
	const store = '/tmp/a,b';
	expect(await hintOf(`await tsbox.openMachine({store: '${store}'})`)).toBe('choose another with `store`\n');
	expect((await at.tsbox(['--store', store, 'ps'])).err).toContain('choose another with --store\n');

	expect(await hintOf(`await tsbox.down(await tsbox.openMachine(folders), 'nobody')`)).toBe(
		'list all containers with `list()`\n',
	);
	expect((await at.tsbox(['pause', 'nobody'])).err).toContain('list all containers with `tsbox ps -a`\n');

	expect(await hintOf(`await tsbox.removeVolume(await tsbox.openMachine(folders), 'nothing')`)).toBe(
		'list the volumes with `listVolumes()`\n',
	);
	expect((await at.tsbox(['volume', 'rm', 'nothing'])).err).toContain('list the volumes with `tsbox volume ls`\n');
});
