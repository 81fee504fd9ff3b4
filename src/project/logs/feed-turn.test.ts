import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {feedTurn} from './log-feed.ts';
import type {TailedContainer, TailedStream} from './tailed-container.ts';

/** A container with one fast-growing stream, and counts of what was read from it. */
function loud() {
	let size = 0;
	let at = 0;
	const seen = {read: 0, lines: 0};
	const stream: TailedStream['stream'] = {
		until: function* () {},
		next: ({bytes, lines}, hand) => {
			const read = Math.min(bytes, size - at, lines * 100);
			at += read;
			seen.read += read;
			const count = Math.floor(read / 100);
			for (let nth = 0; nth < count; nth += 1) hand(Buffer.alloc(99, 'x'));
			seen.lines += count;
			return {lines: count, bytes: read};
		},
		behind: () => size - at,
		skip: keep => {
			const passed = Math.max(0, size - at - keep);
			at += passed;
			return passed;
		},
		rest: () => undefined,
		isOpen: () => false,
		close: () => {},
	};
	const one: TailedStream = {
		service: 'web',
		which: 'stdout',
		stream,
		isOld: false,
		allowance: 0,
		allowedAt: -Infinity,
		grewAt: 0,
	};
	const container = {streams: () => [one], look: () => {}} as unknown as TailedContainer;
	return {container, seen, grow: (bytes: number) => void (size += bytes)};
}

test('a burst is read whole; of a flood only the newest part is read', () => {
	const {container, seen, grow} = loud();
	const kinds: string[] = [];
	const turn = feedTurn(recordingHost(), line => void kinds.push(line.kind));
	grow(200_000);
	turn.read([container]);
	expect(seen.read).toBe(200_000);
	Object.assign(seen, {read: 0, lines: 0});
	kinds.length = 0;
	const begun = performance.now();
	grow(4 * 1024 * 1024);
	const turns = 100;
	for (let nth = 0; nth < turns; nth += 1) {
		turn.read([container]);
		grow(512 * 1024);
	}
	// A screen per turn, plus the long-run rate for the time that passed.
	expect(seen.read).toBeLessThanOrEqual(turns * 16 * 1024 + 2 * 1024 * 1024 + (performance.now() - begun) * 256);
	expect(kinds).toContain('skipped');
});
