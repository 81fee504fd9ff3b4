import {expect, test} from 'vitest';
import {listeningSockets} from './listening.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

test('finds listening TCP sockets with readable addresses', () => {
	const table = `${head}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0
   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 333 1 0
`;
	expect(listeningSockets(table, 'tcp')).toEqual([
		{protocol: 'tcp', address: '127.0.0.1', port: 8080, inode: '111'},
		{protocol: 'tcp', address: '0.0.0.0', port: 80, inode: '222'},
	]);
});

test('finds listening IPv6 sockets', () => {
	const zero = '0'.repeat(32);
	const table = `${head}   0: ${zero}:0050 ${zero}:0000 0A 0:0 0:0 0 0 0 4 1
   1: 00000000000000000000000001000000:0051 ${zero}:0000 0A 0:0 0:0 0 0 0 5 1
   2: B80D0120000000000000000001000000:0052 ${zero}:0000 0A 0:0 0:0 0 0 0 6 1
`;
	expect(listeningSockets(table, 'tcp').map(({address}) => address)).toEqual(['::', '::1', '2001:db8::1']);
});

test('finds UDP sockets without a peer', () => {
	const table = `${head}   0: 00000000:0035 00000000:0000 07 0:0 0:0 0 0 0 7 2 0 0
   1: 0100007F:A000 0100007F:0035 01 0:0 0:0 0 0 0 8 2 0 0
`;
	expect(listeningSockets(table, 'udp')).toEqual([{protocol: 'udp', address: '0.0.0.0', port: 53, inode: '7'}]);
});
