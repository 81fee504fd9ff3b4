import {expect, test} from 'vitest';
import {parsePort} from './port.ts';

test.each([
	[80, [{target: 80, protocol: 'tcp'}]],
	['8080:80', [{published: 8080, target: 80, protocol: 'tcp'}]],
	['127.0.0.1:8080:80/udp', [{hostIp: '127.0.0.1', published: 8080, target: 80, protocol: 'udp'}]],
	['[::1]:8080:80', [{hostIp: '::1', published: 8080, target: 80, protocol: 'tcp'}]],
	['127.0.0.1::80', [{hostIp: '127.0.0.1', target: 80, protocol: 'tcp'}]],
	[
		'3000-3001',
		[
			{target: 3000, protocol: 'tcp'},
			{target: 3001, protocol: 'tcp'},
		],
	],
	[
		'9090-9091:80-81/sctp',
		[
			{published: 9090, target: 80, protocol: 'sctp'},
			{published: 9091, target: 81, protocol: 'sctp'},
		],
	],
])('%s is parsed', (port, ports) => {
	expect(parsePort(port)).toEqual({ok: true, value: ports});
});

test.each(['', 'a', '0', '70000', '80-70', '1-2:3-5', 'x:80:80', '80/icmp', '1:2:3:4', -80, 8.5])(
	'%s is refused',
	port => {
		expect(parsePort(port).ok).toBe(false);
	},
);
