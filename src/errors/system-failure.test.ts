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
])('%s becomes %s with the path and a hint', (code, ours) => {
	const error = asForeseen(system(code));
	expect(error).toMatchObject({code: ours, message: 'the kernel refused access to /run/x', output: `open: ${code}`});
	expect(error).toHaveProperty('hint', expect.any(String));
});

test('a refused watch is not reported as too many files or a full disk', () => {
	for (const code of ['EMFILE', 'ENOSPC'])
		expect(asForeseen(Object.assign(system(code), {syscall: 'watch'}))).toMatchObject({
			code: 'E_SYSTEM',
			hint: expect.stringContaining('fs.inotify'),
		});
});

test('other errors, and tsbox errors, come back unchanged', () => {
	const missing = system('ENOENT');
	expect(asForeseen(missing)).toBe(missing);
	const foreseen = new TsboxError('E_STATE', 'x');
	expect(asForeseen(foreseen)).toBe(foreseen);
	expect(asForeseen('text')).toBe('text');
});
