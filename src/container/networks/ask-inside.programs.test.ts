import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';

import {describe, expect, test} from 'vitest';
import type {HostFacts, ToolFacts} from '../../host/facts.ts';
import {findProgram} from '../../host/probe/tools.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {connectInside, askResolver} from './ask-inside.ts';

const host = realHost();

/** A machine whose network namespace of a container is that of this test. */
function machineWith(...tools: readonly string[]) {
	const factsOf = (name: string): ToolFacts | null => {
		const path = tools.includes(name) ? findProgram(host, name) : undefined;
		return path === undefined ? null : {path, applet: null, loader: null, libraryPath: [], flags: [], version: ''};
	};
	const facts = {
		user: {uid: 0},
		tools: {nsenter: factsOf('nsenter'), perl: factsOf('perl')},
	} as unknown as HostFacts;
	return {host, facts};
}

describe.runIf(process.getuid?.() === 0)('from inside a network namespace', () => {
	test.each([['perl'], ['bash']])('%s makes connections, and says why there is none', async tool => {
		const machine = machineWith('nsenter', tool);
		const server = createServer().listen(0, '127.0.0.1');
		await once(server, 'listening');
		const {port} = server.address() as AddressInfo;
		expect(await connectInside(machine, process.pid, '127.0.0.1', port)).toBe('ok');
		server.close();
		await once(server, 'close');
		expect(await connectInside(machine, process.pid, '127.0.0.1', port)).toBe('ECONNREFUSED');
	});

	test('a resolver that nobody is says so, and without perl nobody is asked', async () => {
		expect(await askResolver(machineWith('nsenter', 'perl'), process.pid, '127.0.0.9', ['a.test', 'A'])).toBe(
			'ECONNREFUSED',
		);
		expect(await askResolver(machineWith('nsenter'), process.pid, '127.0.0.9', ['a.test', 'A'])).toBe('EUNTRIED');
	});
});
