import {expect, test} from 'vitest';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

test('kill sends SIGKILL or the named signal to each container', async () => {
	const {out, calls} = await tsbox('kill web worker');
	expect(out).toBe('web\nworker\n');
	expect(calls.slice(1)).toEqual([
		['signalContainer', 'web', 'SIGKILL'],
		['signalContainer', 'worker', 'SIGKILL'],
	]);
	for (const line of ['kill -s hup demo', 'kill --signal=SIGHUP demo', 'kill -s1 demo'])
		expect((await tsbox(line)).calls.at(-1)).toEqual(['signalContainer', 'demo', 'SIGHUP']);
});

test('pause, unpause, and wait print one line per container', async () => {
	expect((await tsbox('pause a b')).out).toBe('a\nb\n');
	expect((await tsbox('unpause a')).calls.at(-1)).toEqual(['unpause', 'a']);
	expect((await tsbox('wait a b')).out).toBe('7\n7\n');
});

test('update passes on only the given limits', async () => {
	const {out, calls} = await tsbox('update -m 1k --memory 1m --pids-limit -1 --cpus .5 demo');
	expect(out).toBe('demo\n');
	expect(calls.at(-1)).toEqual(['updateLimits', 'demo', {memory: 1_048_576, pidsLimit: -1, cpus: 0.5}]);
	const updateLimits = () => Promise.resolve({warnings: ['it hurt']});
	expect((await tsbox('update -m 1m demo', {engine: {updateLimits}})).err).toBe('warning: it hurt\n');
});

test.each([
	['kill'],
	['kill -s FROB demo'],
	['kill -s 0 demo'],
	['kill -s 99 demo'],
	['pause'],
	['wait'],
	['update demo'],
	['update --memory much demo'],
	['update --memory 1m'],
])('%s is one error with status 2, and nothing is touched', async line => {
	const {status, out, err, calls} = await tsbox(line);
	expect({status, out, calls}).toEqual({status: 2, out: '', calls: []});
	expect(err).toMatch(/^error: [^\n]+\n {2}hint {5}[^\n]+\n$/);
});

test.each(['kill', 'pause', 'unpause', 'wait'])(
	'%s tries each name, and the first error sets the exit status',
	async verb => {
		const errors: Readonly<Record<string, TsboxError>> = {
			b: new TsboxError('E_USAGE', 'b is bad', {hint: 'be good'}),
			c: new TsboxError('E_NO_SUCH_CONTAINER', 'no c', {hint: 'look'}),
		};
		const act = <T>(name: string, result: T): Promise<T> => {
			const error = errors[name];
			return error === undefined ? Promise.resolve(result) : Promise.reject(error);
		};
		const engine = {
			signalContainer: (_: unknown, name: string) => act(name, {pending: false}),
			pause: (_: unknown, name: string) => act(name, undefined),
			unpause: (_: unknown, name: string) => act(name, undefined),
			wait: (_: unknown, name: string) => act(name, 3),
		};
		const {status, out, err} = await tsbox(`${verb} a b c d`, {engine});
		expect(status).toBe(2);
		expect(out).toBe(verb === 'wait' ? '3\n3\n' : 'a\nd\n');
		expect(err).toBe('error: b is bad\n  hint     be good\nerror: no c\n  hint     look\n');
	},
);
