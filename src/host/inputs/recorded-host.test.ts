import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import type {FileFacts, Host} from '../host.ts';
import {sameInputs} from './input-lines.ts';
import {recordHost} from './recorded-host.ts';

const long = 'x'.repeat(70_000);
const files = {'/a': 'text', '/long': long, '/folder/b': '', '/proc/self/status': 'Name: x\nUid:\t0\n'};

/** A host whose files are old, or of this age, ms. */
function machine(age = 10_000): Host {
	const host = recordingHost(files);
	const old = (facts: FileFacts | undefined) => facts && {...facts, mtimeMs: 1000, ctimeMs: 1000};
	return {...host, now: () => 1000 + age, stat: path => old(host.stat(path)), lstat: path => old(host.lstat(path))};
}

test('what is read is noted, of facts only those that were looked at', () => {
	const {host, env, inputs} = recordHost(machine(), {A: '1 2', C: ''});
	expect(host.readText('/a')).toBe('text');
	expect(host.readText('/none')).toBeUndefined();
	expect(() => host.readText('/folder')).toThrow('EISDIR');
	expect(host.readText('/proc/self/status')).toBe('Uid:\t0');
	expect(host.readBytes('/a', 1, 2)?.toString()).toBe('ex');
	expect(host.stat('/a')?.kind).toBe('file');
	expect(host.stat('/a')?.uid).toBe(0);
	expect(host.stat('/folder')).toBeDefined();
	expect(host.lstat('/none')).toBeUndefined();
	expect(host.realpath('/a')).toBe('/a');
	expect(host.list('/folder')).toEqual(['b']);
	expect(host.trustedText('/a')).toBe('text');
	expect([env['A'], env['B'], 'C' in env, Object.hasOwn(env, 'D')]).toEqual(['1 2', undefined, true, false]);
	expect(inputs()).toEqual([
		'text /a =text',
		'text /none -',
		'text /folder !EISDIR',
		'view /proc/self/status =Uid:%090',
		'bytes /a 1 2 =ex',
		'lstat /none . -',
		'real /a =/a',
		'list /folder =b',
		'trusted /a =text',
		'env A =1%202',
		'env B -',
		'env C =',
		'env D -',
		'stat /a kind,uid =file,0',
		'stat /folder . =',
	]);
	expect(sameInputs(inputs() ?? [], machine(), {A: '1 2', C: ''})).toBe(true);
	expect(sameInputs(inputs() ?? [], machine(), {A: '1 2', C: '', D: ''})).toBe(false);
});

test('of a long file the identity is noted, unless it was written a moment ago', () => {
	const noted = (age: number) => {
		const {host, inputs} = recordHost(machine(age), {});
		expect(host.readText('/long')).toHaveLength(long.length);
		return inputs();
	};
	expect(noted(2500)).toEqual(['stat /long dev,ino,size,mtimeMs,ctimeMs =1,3,70000,1000000,1000000']);
	expect(noted(1500)).toBeUndefined();
	// By a clock that is behind that of the filesystem, nothing is old enough.
	expect(noted(-5000)).toBeUndefined();
});

test.each<[string, (host: Host, change: (path: string, text: string) => void) => unknown]>([
	['a program', host => host.run(['true'])],
	['the time', host => host.now()],
	['a folder that is made if it is not there', host => host.mkdir('/new', 0o700)],
	['what is removed', host => host.removeTree('/folder')],
	[
		'an answer that changed meanwhile',
		(host, change) => {
			host.readText('/a');
			change('/a', 'other');
			return host.readText('/a');
		},
	],
	[
		'a fact that changed meanwhile',
		(host, change) => {
			expect(host.stat('/a')?.size).toBe(4);
			change('/a', 'longer');
			return host.stat('/a')?.size;
		},
	],
	['a file that was written a moment ago, and is known by its time', host => host.stat('/folder')?.mtimeMs],
])('nothing is kept that depends on %s', async (_, ask) => {
	const real = {...recordingHost(files), now: () => 500};
	const {host, inputs} = recordHost(real, {});
	await ask(host, (path, text) => real.writeAtomic(path, text));
	expect(inputs()).toBeUndefined();
});

test('nothing is kept that depends on all variables', () => {
	const {env, inputs} = recordHost(machine(), {A: '1'});
	expect(Object.keys(env)).toEqual(['A']);
	expect(inputs()).toBeUndefined();
});
