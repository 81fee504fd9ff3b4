import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {type Lock, lockText, readLock} from './lock-file.ts';
import {sampleLocked} from '../../test/support/sample-lock.ts';

const lock: Lock = {
	version: 1,
	spec: 'shop.yaml',
	services: {web: sampleLocked, db: {...sampleLocked, rootfs: {kind: 'host'}, inputs: {}}},
};

function read(text: string): Lock | undefined {
	return readLock(recordingHost({'/tsbox.lock': text}), '/tsbox.lock');
}

test('a lock file sorts services by name and has a value per line', async () => {
	await expect(lockText(lock)).toMatchFileSnapshot('__snapshots__/tsbox.lock');
});

test('a written lock is read back, and a missing one is undefined', () => {
	expect(read(lockText(lock))).toEqual(lock);
	expect(readLock(recordingHost({}), '/tsbox.lock')).toBeUndefined();
});

test.each([
	['', 'is damaged'],
	['null', 'is damaged'],
	['[]', 'is damaged'],
	['{"version": 1}', 'is damaged'],
	[lockText(lock).slice(0, -40), 'is damaged'],
	[lockText(lock).replace('"bytes": 3', '"bytes": "3"'), 'is damaged'],
	[lockText(lock).replace('"kind": "archive"', '"kind": "disk"'), 'is damaged'],
	[lockText(lock).replace('"hi.txt": "file', '"hi.txt": ["file').replace('f2fb4"', 'f2fb4"]'), 'is damaged'],
	['{"version": 2, "anything": true}', 'was written by a newer tsbox'],
])('%.30j... is refused', (text, message) => {
	expect(() => read(text)).toThrow(expect.objectContaining({code: 'E_LOCKED', message: `/tsbox.lock ${message}`}));
});
