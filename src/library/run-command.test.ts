import {once} from 'node:events';
import {PassThrough} from 'node:stream';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {runCommand} from './run-command.ts';

beforeEach(() => void vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance']}));
afterEach(() => void vi.useRealTimers());

test('the timeout covers the command and not the rollback after it', async () => {
	const kill = vi.fn<() => void>();
	const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
	const nothing = (): void => {};
	const result = await runCommand({timeoutMs: 100}, nothing, async ({begin, connect, release}) => {
		vi.advanceTimersByTime(1000);
		begin(kill);
		connect({stdin, stdout, stderr, destroy: nothing});
		const closed = [stdout, stderr].map(stream => once(stream, 'close'));
		for (const stream of [stdout, stderr]) stream.end();
		await Promise.all(closed);
		vi.advanceTimersByTime(90);
		release();
		vi.advanceTimersByTime(1000);
		return {exitCode: 0, signal: null, oomKilled: false};
	});
	expect(kill).not.toHaveBeenCalled();
	expect(result).toMatchObject({timedOut: false, failed: false, durationMs: 90});
});
