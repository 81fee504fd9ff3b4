import {PassThrough} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {collectOutput} from './collected-output.ts';

const unlimited = Number.POSITIVE_INFINITY;

/** A source with more than streams hold by themselves, 16 KiB each. */
function loud(bytes: number): PassThrough {
	const source = new PassThrough({highWaterMark: bytes});
	source.end(Buffer.alloc(bytes, 'x'));
	return source;
}

test('output beyond the limit is cut in the result and complete in the stream', async () => {
	const output = collectOutput({most: unlimited, kept: 10}, () => expect.unreachable());
	const source = new PassThrough();
	output.connect(source);
	let seen = '';
	output.stream.on('data', chunk => (seen += String(chunk)));
	for (const word of ['seven77', 'and more', 'than that']) source.write(word);
	source.end();
	await output.ended;
	await turn();
	expect([output.isCut(), output.text(), seen]).toEqual([true, 'seven77and', 'seven77and morethan that']);
});

test('collected output needs no reader, and output within the limit is not cut', async () => {
	const output = collectOutput({most: unlimited, kept: 200_000}, () => expect.unreachable());
	output.connect(loud(200_000));
	await output.ended;
	expect([output.isCut(), output.text().length]).toEqual([false, 200_000]);
});

test('output that is neither read nor collected is dropped', async () => {
	const output = collectOutput({most: unlimited, kept: 0}, () => expect.unreachable());
	output.connect(loud(200_000));
	await output.ended;
	expect([output.text(), output.stream.readableLength]).toEqual(['', 0]);
});

test('without collection a slow reader pauses the source until it leaves or the command ends', async () => {
	for (const letGo of [
		({stream}: ReturnType<typeof collectOutput>) => void stream.destroy(),
		({release}: ReturnType<typeof collectOutput>) => release(),
	]) {
		const output = collectOutput({most: unlimited, kept: 0}, () => expect.unreachable());
		output.stream.pause();
		const source = new PassThrough();
		output.connect(source);
		for (let at = 0; at < 10; at += 1) source.write(Buffer.alloc(100_000));
		await turn();
		expect(source.isPaused()).toBe(true);
		source.end();
		letGo(output);
		await output.ended;
	}
});

test('output beyond the maximum is dropped and reported once', () => {
	let told = 0;
	const output = collectOutput({most: 5, kept: 5}, () => (told += 1));
	const source = new PassThrough();
	output.connect(source);
	for (const word of ['four', 'four', 'four']) source.emit('data', Buffer.from(word));
	expect([told, output.text(), output.isCut()]).toEqual([1, 'fourf', false]);
});
