import {expect, test} from 'vitest';
import {asForeseen} from './system-failure.ts';
import {TsboxError} from './tsbox-error.ts';

const system = (code: string): Error =>
	Object.assign(new Error(`${code}: refused, open '/run/x'`), {code, syscall: 'open', path: '/run/x'});

test.each([
	['ENOSPC', 'E_NO_SPACE'],
	['EROFS', 'E_PERMISSION'],
	['EMFILE', 'E_SYSTEM'],
	['EIO', 'E_SYSTEM'],
])('%s tells of the machine: %s, with the path and what fixes it', (code, ours) => {
	const error = asForeseen(system(code));
	expect(error).toMatchObject({code: ours, message: 'the kernel refused access to /run/x', output: `open: ${code}`});
	expect(error).toHaveProperty('hint', expect.any(String));
});

test('a watch that is refused is no matter of descriptors or of the disk', () => {
	for (const code of ['EMFILE', 'ENOSPC'])
		expect(asForeseen(Object.assign(system(code), {syscall: 'watch'}))).toMatchObject({
			code: 'E_SYSTEM',
			hint: expect.stringContaining('fs.inotify'),
		});
});

test('what nobody foresaw stays a bug, and a foreseen error as it is', () => {
	const missing = system('ENOENT');
	expect(asForeseen(missing)).toBe(missing);
	const foreseen = new TsboxError('E_STATE', 'x');
	expect(asForeseen(foreseen)).toBe(foreseen);
	expect(asForeseen('text')).toBe('text');
});
