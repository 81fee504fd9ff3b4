import {spawn} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {shellCommand} from '../../src/spec/syntax/shell-words.ts';
import {type TestBox, testBox} from '../system/box.ts';
import {onTerminal} from '../system/on-terminal.ts';
import {until} from '../system/project.ts';
import type {Orders} from './hold.ts';
import {bundleHold, command} from './try-cell.ts';

const program = join(import.meta.dirname, '../../bin/tsbox');
const keys = `stop_grace_period: 1s\ncommand: ${command}\n`;

function lineOf(box: TestBox, ...words: readonly string[]): string {
	return shellCommand([program, '--store', join(box.folder, 'store'), '--state', join(box.folder, 'state'), ...words]);
}

describe.skipIf(process.getuid?.() !== 0)('a start ends', () => {
	test.each([
		[1, 'hashed'],
		[2, 'unpacked'],
	])('by a signal while its archive is %s', async times => {
		await using box = await testBox();
		const spec = box.spec(keys);
		const [log, go] = [join(box.folder, 'log'), join(box.folder, 'go')];
		const self = bundleHold(box.folder);
		for (const [signal, status] of [
			['SIGINT', 130],
			['SIGTERM', 143],
			['SIGHUP', 129],
			['SIGQUIT', 131],
		] as const) {
			writeFileSync(log, '');
			const orders: Orders = {
				log,
				go,
				self,
				step: 'none',
				container: box.name,
				how: 'hold',
				opens: {path: box.rootfs, times},
			};
			const folders = ['--store', join(box.folder, `store-${signal}`), '--state', join(box.folder, 'state')];
			const child = spawn(process.execPath, ['--require', self, program, ...folders, 'up', '--plain', spec], {
				env: {PATH: process.env['PATH'], HOME: '/root', TSBOX_HOLD: JSON.stringify(orders)},
				stdio: ['ignore', 'ignore', 'pipe'],
			});
			let said = '';
			child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
			const ended = new Promise(resolve => child.once('close', resolve));
			await until('it is held', () => readFileSync(log, 'utf8').includes('held'));
			child.kill(signal);
			writeFileSync(go, '');
			expect({signal, status: await ended}).toEqual({signal, status});
			expect(said).toContain('error: the start was interrupted\n');
			expect(said).not.toContain('bug');
		}
		expect(box.leftovers()).toEqual([]);
	});

	test('by `down` from elsewhere while it waits at a prompt, also where Ctrl-Z has stopped it', async () => {
		await using box = await testBox();
		const spec = box.spec(keys);
		for (const isStopped of [false, true]) {
			// Another process than that of the terminal's first shell, which would stop along.
			const terminal = onTerminal(box, `${lineOf(box, 'up', '--step', spec)}; echo ended with $?`);
			await terminal.shows('Enter: run this step');
			const {owner} = JSON.parse(
				readFileSync(join(box.folder, 'state/containers', box.name, 'record.json'), 'utf8'),
			) as {owner: {pid: number}};
			if (isStopped) process.kill(owner.pid, 'SIGSTOP');
			expect(await box.tsbox(['down', box.name])).toMatchObject({status: 0});
			await terminal.shows('ended with 143');
			expect(terminal.shown()).toContain('the start was interrupted');
			await terminal.ended;
		}
		expect(box.leftovers()).toEqual([]);
	});

	test('by a full disk that its events go to', async () => {
		await using box = await testBox();
		const spec = box.spec(keys);
		const terminal = onTerminal(box, `${lineOf(box, 'up', '--json', spec)} > /dev/full; echo ended with $?`);
		await terminal.shows('ended with 125');
		await terminal.ended;
		expect(terminal.shown()).toContain('the disk is full');
		expect(box.leftovers()).toEqual([]);
	});

	test('by a terminal that is closed, without a word of Node about it', async () => {
		await using box = await testBox();
		const spec = box.spec(keys);
		const talk = join(box.folder, 'talk');
		const terminal = onTerminal(box, `${lineOf(box, 'up', spec)} 2> ${talk}`);
		await terminal.shows('it runs');
		terminal.child.kill('SIGKILL');
		await until('nothing is left', () => box.leftovers().length === 0);
		expect(existsSync(talk)).toBe(true);
		expect(readFileSync(talk, 'utf8')).not.toMatch(/Assertion|ResetStdio|bug/);
	});
});
