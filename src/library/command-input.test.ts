import {Blob} from 'node:buffer';
import {createReadStream, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough, Readable, Writable} from 'node:stream';
import {ReadableStream} from 'node:stream/web';
import {setImmediate as turn} from 'node:timers/promises';
import {runInNewContext} from 'node:vm';
import {afterAll, expect, test} from 'vitest';
import {type CommandInput, isInput, isUsedUp, openInput} from './command-input.ts';

/** What a command gets of an input that does not fail; it reads slowly. */
async function given(input: CommandInput | undefined): Promise<string> {
	const chunks: Buffer[] = [];
	const stdin = new Writable({
		highWaterMark: 4,
		write: (chunk: Buffer, _, done) => {
			chunks.push(chunk);
			setImmediate(done);
		},
	});
	openInput(input, error => expect.unreachable(String(error))).feed(stdin);
	await new Promise(resolve => stdin.once('finish', resolve));
	return Buffer.concat(chunks).toString();
}

async function* generated(): AsyncGenerator<string | Uint8Array> {
	yield 'gi';
	await turn();
	yield Buffer.from('v');
	yield new Uint8Array([101]);
	yield 'n';
}

const file = join(tmpdir(), `tsbox-input-${process.pid}`);
afterAll(() => rmSync(file, {force: true}));

test.each<readonly [string, () => CommandInput]>([
	['text', () => 'given'],
	['a Buffer', () => Buffer.from('given')],
	['an ArrayBuffer', () => new Uint8Array(Buffer.from('given')).buffer],
	['bytes of another realm', () => runInNewContext('new Uint8Array([103, 105, 118, 101, 110])') as Uint8Array],
	['a stream of Node', () => Readable.from(['gi', Buffer.from('ven')])],
	['a file', () => (writeFileSync(file, 'given'), createReadStream(file, {highWaterMark: 2}))],
	['a PassThrough', () => new PassThrough().end('given')],
	['an async generator', generated],
	[
		'a generator',
		function* () {
			yield 'giv';
			yield 'en';
		},
	],
	['an array', () => ['giv', 'en']],
	['a stream of the web', () => Readable.toWeb(Readable.from([Buffer.from('given')])) as ReadableStream],
	[
		'one of another library',
		() => {
			const stream = ReadableStream.from(generated());
			return {getReader: () => stream.getReader()};
		},
	],
	['a Blob', () => new Blob(['gi', 'ven'])],
])('%s is an input', async (_, make) => {
	const input = make();
	expect([isInput(input), isUsedUp(input)]).toEqual([true, false]);
	expect(await given(input)).toBe('given');
});

test('without an input the command reads nothing', async () => {
	expect(await given(undefined)).toBe('');
});

test.each([5, true, null, {}, () => 'x', Promise.resolve('x'), new Writable()])('%s is not an input', value => {
	expect(isInput(value)).toBe(false);
});

test('a stream that was read before is refused', async () => {
	const read = Readable.from(['x']);
	await read.toArray();
	const locked = new ReadableStream();
	locked.getReader();
	expect([read, locked, new PassThrough().destroy()].map(isUsedUp)).toEqual([true, true, true]);
});

const cause = new Error('the line was cut');

function cutStream(): PassThrough {
	const cut = new PassThrough();
	cut.write('half');
	setImmediate(() => cut.destroy());
	return cut;
}

async function* failing(): AsyncGenerator<string> {
	yield 'half';
	throw cause;
}

test.each<readonly [name: string, make: () => CommandInput, message: string]>([
	['an error of a stream', () => new Readable({read: () => {}}).destroy(cause), cause.message],
	['the end of a stream before its end', cutStream, 'Premature close'],
	['a stream of other things', () => Readable.from([5]), 'the input yielded a value of type number, not bytes or text'],
	['an async generator that throws', failing, cause.message],
	[
		'an array of other things',
		() => [{}] as unknown as string[],
		'the input yielded a value of type object, not bytes or text',
	],
	['a stream of the web that fails', () => new ReadableStream({pull: control => control.error(cause)}), cause.message],
])('%s is told, once, and not taken for the end of the input', async (_, make, message) => {
	const failures: unknown[] = [];
	const stdin = new PassThrough();
	let feed: ReturnType<typeof openInput> | undefined;
	await new Promise<void>(resolve => {
		feed = openInput(make(), error => {
			failures.push(error);
			resolve();
		});
		feed.feed(stdin);
	});
	await turn();
	expect(failures.map(each => (each as Error).message)).toEqual([message]);
	expect(stdin.writableEnded).toBe(false);
	feed?.stop();
	expect(stdin.destroyed).toBe(true);
});

test('a source that fails before the command starts is reported', async () => {
	const source = new PassThrough();
	const failed = new Promise(resolve => openInput(source, resolve));
	source.destroy(cause);
	expect(await failed).toBe(cause);
});

test('a command that stops reading releases its source: a generator ends, a stream is paused and may fail', async () => {
	let ended = false;
	async function* endless(): AsyncGenerator<string> {
		try {
			for (;;) yield 'x'.repeat(100_000);
		} finally {
			ended = true;
		}
	}
	let cancelled = false;
	const web = new ReadableStream({
		pull: control => control.enqueue('x'.repeat(100_000)),
		cancel: () => void (cancelled = true),
	});
	const source = new PassThrough();
	source.write('x'.repeat(100_000));
	for (const input of [endless(), web, source]) {
		const stdin = new PassThrough();
		openInput(input, () => expect.unreachable()).feed(stdin);
		await turn();
		stdin.destroy();
		await turn();
	}
	expect([ended, cancelled, source.isPaused(), source.destroyed]).toEqual([true, true, true, false]);
	source.destroy(cause);
	await turn();
});
