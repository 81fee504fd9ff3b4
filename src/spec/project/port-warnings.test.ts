import {expect, test} from 'vitest';
import {parsePort} from '../values/port.ts';
import {portWarnings} from './port-warnings.ts';
import type {NamespaceKind, Port} from '../model/project.ts';

const own: readonly NamespaceKind[] = ['mount', 'pid', 'network'];
const shared: readonly NamespaceKind[] = ['mount', 'pid'];

const portsOf = (...texts: readonly string[]): readonly Port[] =>
	texts.flatMap(text => {
		const parsed = parsePort(text);
		return parsed.ok ? parsed.value : [];
	});

test('a container with its own network publishes no ports, and the warning says what to write instead', () => {
	const [warning, ...others] = portWarnings({ports: portsOf('8080:80', '53/udp'), namespaces: own});
	expect(warning).toBe(
		'`ports` are not published: `8080:80/tcp`, `53/udp` cannot be reached from outside, as the container has a network of its own; write `namespaces: [mount, pid]` for the network of the host',
	);
	expect(others).toEqual([]);
	expect(portWarnings({ports: [], namespaces: own})).toEqual([]);
});

test('following the hint ends the warning for a port with the same number', () => {
	expect(portWarnings({ports: portsOf('80', '443:443'), namespaces: shared})).toEqual([]);
});

test.each(['8080:80', '127.0.0.1:80:80'])('%s is not mapped with the network of the host', text => {
	expect(portWarnings({ports: portsOf('22:22', text), namespaces: shared})).toEqual([
		expect.stringContaining(`whatever \`${text}/tcp\` says`),
	]);
});

test('only the first ports of a long range are listed', () => {
	expect(portWarnings({ports: portsOf('3000-3999'), namespaces: own})).toEqual([
		expect.stringContaining('`3004/tcp`, 995 more cannot'),
	]);
});
