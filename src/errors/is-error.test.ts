import {runInNewContext} from 'node:vm';
import {expect, test} from 'vitest';
import {isError, messageOf, toError} from './is-error.ts';

test('recognizes errors of another realm but not lookalikes', () => {
	const foreign: unknown = runInNewContext('new TypeError("why")');
	expect(foreign instanceof Error).toBe(false);
	const {reason}: {readonly reason: unknown} = AbortSignal.abort();
	expect([foreign, reason, new RangeError('x')].map(isError)).toEqual([true, true, true]);
	expect([{name: 'Error', message: 'why'}, 'why', null, undefined].map(isError)).toEqual([false, false, false, false]);
	expect([foreign, 'why'].map(messageOf)).toEqual(['why', 'why']);
	expect(toError(foreign)).toBe(foreign);
	expect(toError('why')).toEqual(new Error('why'));
});
