import {expect, test} from 'vitest';
import {dnsAnswer, dnsQuestion, isDnsName} from './dns-message.ts';

// The example of RFC 1035 section 4.1.4 for names with pointers, as an answer: F.ISI.ARPA with an alias before its address.
const answer = Buffer.from(
	[
		'1234 8180 0001 0002 0000 0000',
		'01 66 03 697369 04 61727061 00 0001 0001',
		'c00c 0005 0001 00000e10 0006 03 777777 c00e',
		'c026 0001 0001 00000e10 0004 0a020034',
	]
		.join('')
		.replaceAll(' ', ''),
	'hex',
);

test('a question is what RFC 1035 says', () => {
	expect(dnsQuestion(0x1234, 'f.isi.arpa', 'A').toString('hex')).toBe(
		'123401000001000000000000' + '0166' + '03697369' + '0461727061' + '00' + '00010001',
	);
	expect(dnsQuestion(1, '.', 'NS').toString('hex')).toBe('000101000001000000000000' + '00' + '00020001');
});

test('an answer with an alias has the address behind it', () => {
	expect(dnsAnswer(0x1234, answer)).toEqual({code: 0, addresses: ['10.2.0.52']});
});

test('the answer to another question, a question, and half a header are no answers', () => {
	expect(dnsAnswer(0x1235, answer)).toBeUndefined();
	expect(dnsAnswer(0x1234, dnsQuestion(0x1234, 'f.isi.arpa', 'A'))).toBeUndefined();
	expect(dnsAnswer(0x1234, answer.subarray(0, 11))).toBeUndefined();
});

test('an answer that is cut at any byte gives no wrong address', () => {
	for (let at = 12; at < answer.length; at += 1)
		expect(dnsAnswer(0x1234, answer.subarray(0, at))?.addresses ?? []).toEqual([]);
});

test('no name is asked for that cannot be in a question', () => {
	expect(['web', 'a.b.example.', '_x._tcp.a'].map(isDnsName)).toEqual([true, true, true]);
	expect(['', 'a..b', 'n'.repeat(64), 'a b', `${'n.'.repeat(126)}abc`].map(isDnsName)).toEqual(Array(5).fill(false));
});
