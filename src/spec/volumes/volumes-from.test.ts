import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {loadProject} from '../project/load.ts';
import {parseVolumesFrom, volumesFromWord} from './volumes-from.ts';

test.each([
	['db', {service: 'db', readOnly: false}],
	['db:rw', {service: 'db', readOnly: false}],
	['db:ro', {service: 'db', readOnly: true}],
	['container:other', {container: 'other', readOnly: false}],
	['container:other:ro', {container: 'other', readOnly: true}],
])('%s', (text, value) => {
	expect(parseVolumesFrom(text)).toEqual({ok: true, value});
	expect(volumesFromWord(value)).toBe(text.replace(/:rw$/, ''));
});

test.each(['', 'db:z', 'container:', 'container:../x', 'a:ro:rw'])('%j is refused', text => {
	expect(parseVolumesFrom(text).ok).toBe(false);
});

test.each([
	['app', '`volumes_from` names the service itself'],
	['bd', 'did you mean `db`?'],
])('%s is no other service of the file', (from, message) => {
	const text = `services: {db: {rootfs: host}, app: {rootfs: host, volumes_from: [${from}]}}`;
	const complaint = (): string => {
		try {
			loadProject({
				file: '/shop.yaml',
				cwd: '/',
				env: {},
				readText: path => (path === '/shop.yaml' ? text : undefined),
				kindOf: () => 'file',
			});
		} catch (error) {
			if (isTsboxError(error)) return `${error.message}\n${error.hint ?? ''}`;
			throw error;
		}
		return '';
	};
	expect(complaint()).toContain(message);
});
