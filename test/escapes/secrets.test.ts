import {spawnSync} from 'node:child_process';
import {statSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {expect, test} from 'vitest';
import {target} from './attack.ts';

/* The words of a secret, of a config and of a file, each in two halves in every text that may hold it by chance. */
const words = {secret: ['open', 'sesame'], config: ['swordfish', 'now'], file: ['xyzzy', 'plugh']} as const;
const whole = (word: keyof typeof words): string => words[word].join('');

/** Files of a folder that have one of the words, also where they are compressed. */
function filesWith(folder: string): readonly string[] {
	const find =
		'find "$1" -type f | while read -r f; do zcat -f -- "$f" | grep -qaF -e "$2" -e "$3" -e "$4" && echo "$f"; done; true';
	const texts = (Object.keys(words) as (keyof typeof words)[]).map(whole);
	const {stdout} = spawnSync('sh', ['-c', find, 'sh', folder, ...texts], {encoding: 'utf8'});
	return stdout.split('\n').filter(line => line !== '');
}

/** Whether nobody but its owner can reach a file: one of the folders that lead to it is closed. */
function isClosed(path: string, below: string): boolean {
	const parts = relative(below, dirname(path)).split('/');
	return parts.some((_, at) => (statSync(join(below, ...parts.slice(0, at + 1))).mode & 0o077) === 0);
}

test('secrets and configs of a container stay in no record, list, lock or layer', async () => {
	await using at = await target();
	const {box} = at;
	const file = box.file('key', `${whole('file')}\n`);
	const spec = box.file(
		'shop.yaml',
		`name: ${box.name}
secrets: {secret: {environment: THE_SECRET}, file: {file: ${file}}}
configs: {config: {content: "\${THE_CONFIG}"}}
services:
  web:
    rootfs: ${box.rootfs}
    network_mode: none
    record: true
    secrets: [secret, {source: secret, target: owned, uid: "5", mode: 0400}, file]
    configs: [{source: config, target: /etc/conf}]
    command: [sh, -c, "cat /run/secrets/* /etc/conf | wc -c; while :; do sleep 0.1; done"]
    stop_grace_period: 0s
`,
	);
	const env = {THE_SECRET: whole('secret'), THE_CONFIG: whole('config')};
	const said: string[] = [];
	const tell = async (...args: readonly string[]): Promise<string> => {
		const {status, out, err} = await box.tsbox(args, {env});
		expect({args, status, err: status === 0 ? '' : err}).toEqual({args, status: 0, err: ''});
		said.push(out, err);
		return out;
	};
	const size = 2 * whole('secret').length + whole('file').length + 1 + whole('config').length;
	const count = ['--', 'sh', '-c', 'cat /run/secrets/* /etc/conf | wc -c'];
	expect((await tell('run', '--record', spec, ...count)).trim()).toBe(String(size));

	await tell('up', '-d', spec);
	const name = `${box.name}-web-1`;
	await tell('ps', '--json');
	await tell('inspect', name);
	await tell('logs', box.name);
	// While it runs the texts are where only their owner comes.
	const held = filesWith(join(box.folder, 'state'));
	expect(held).toContainEqual(expect.stringContaining(`/${name}/`));
	expect(held.filter(path => !isClosed(path, box.folder))).toEqual([]);
	await tell('down', box.name);

	await tell('plan', spec);
	await tell('plan', '--json', spec);
	await tell('validate', '--json', spec);
	await tell('lock', spec);
	const runs = JSON.parse(await tell('runs', '--json')) as readonly {readonly id: string}[];
	expect(runs.length).toBe(2);
	for (const {id} of runs) {
		await tell('runs', 'show', '--json', id);
		await tell('runs', 'export', id, '--output', join(box.folder, `${id}.tar.gz`));
	}
	expect(said.filter(text => Object.values(env).some(word => text.includes(word)))).toEqual([]);
	// The caller's own file is the only one left.
	expect(filesWith(box.folder)).toEqual([file]);
});
