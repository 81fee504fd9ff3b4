import {expect, test} from 'vitest';
import type {LockCheck} from '../../lock/lock.ts';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const found: LockCheck = {
	file: '/home/tsbox.lock',
	services: ['web'],
	differences: [
		{
			service: 'web',
			what: '/etc/app: \u001b[2J.txt',
			locked: 'file 644 0:0 3 98ea',
			now: 'not there',
			why: 'it was removed after the lock was written',
			hint: 'restore it, or accept the change with `tsbox lock`',
		},
	],
	notLocked: [{service: 'web', text: '/data is ./data, which the container can write'}],
	images: {},
};
const differs = {checkLock: () => Promise.resolve(found)};

test('lock reports what it locked and what it did not lock', async () => {
	const {file, services, notLocked} = found;
	const made = {file, text: '{"version": 1}\n', services, notLocked, updates: []};
	const {status, out, err, files} = await tsbox('lock shop.yaml web', {
		engine: {makeLock: () => Promise.resolve(made)},
		files: {'/home/tsbox.lock': 'an older one'},
	});
	expect({status, out, written: files['/home/tsbox.lock']}).toEqual({status: 0, out: '', written: made.text});
	expect(err).toMatchInlineSnapshot(`
		"web: not locked: /data is ./data, which the container can write
		wrote tsbox.lock: web
		"
	`);
});

test('lock passes on the named spec and services', async () => {
	const {calls} = await tsbox('lock --lock other.lock shop.yaml web db');
	expect(calls[1]).toEqual([
		'makeLock',
		expect.objectContaining({
			spec: {cwd: '/home', env: {}, bestEffort: false, file: 'shop.yaml'},
			services: ['web', 'db'],
			file: 'other.lock',
		}),
	]);
});

test('lock --check prints differences on standard output, with status 1', async () => {
	const {status, out} = await tsbox('lock --check', {engine: differs});
	expect(status).toBe(1);
	expect(out).toMatchInlineSnapshot(`
		"1 difference from tsbox.lock
		  web: /etc/app: \\x1b[2J.txt
		    locked file 644 0:0 3 98ea | now not there
		    cause  it was removed after the lock was written
		    hint   restore it, or accept the change with \`tsbox lock\`
		"
	`);
	expect((await tsbox('lock --check')).status).toBe(0);
});

test('lock --check --json prints the whole result', async () => {
	const {status, out, err} = await tsbox('lock --check --json', {engine: differs});
	expect({status, err}).toEqual({status: 1, err: ''});
	expect(JSON.parse(out)).toEqual({holds: false, ...found});
	expect((await tsbox('lock --json')).status).toBe(2);
});

test.each(['up', 'up -d', 'up --dash --plain', 'run'])(
	'%s --locked starts nothing when something differs',
	async line => {
		const {status, err, calls} = await tsbox(`${line} --locked shop.yaml`, {engine: differs});
		expect(status).toBe(125);
		expect(err).toContain('locked file 644 0:0 3 98ea | now not there');
		expect(calls.map(([name]) => name).filter(name => !['openMachine', 'loadProject'].includes(name))).toEqual([]);
	},
);

test('up --locked checks the named lock file before the start', async () => {
	const {status, calls} = await tsbox('up -d --locked --lock other.lock shop.yaml web');
	expect(status).toBe(0);
	expect(calls.map(([name]) => name)).toEqual(['openMachine', 'checkLock', 'openMachine', 'upDetached']);
	expect(calls[1]?.[1]).toMatchObject({services: ['web'], alone: false, file: 'other.lock'});
});

test('--lock without --locked is rejected, because it would have no effect', async () => {
	expect(await tsbox('up --lock other.lock shop.yaml')).toMatchObject({
		status: 2,
		err: expect.stringContaining('--lock needs --locked') as string,
	});
});
