import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {freePort} from './free-port.ts';

const asked = {protocol: 'tcp', container: 'web', target: 80, seen: new Set<string>()};

test('any port is the same each time, and another one when that is taken', () => {
	const first = freePort(recordingHost(), '/networks', asked);
	expect(freePort(recordingHost(), '/networks', asked)).toBe(first);
	const taken = recordingHost({[`/networks/.ports/tcp-${first}`]: 'other\n'});
	expect(freePort(taken, '/networks', asked)).not.toBe(first);
});

test('of a range the first that no other container has is taken', () => {
	const host = recordingHost({'/networks/.ports/tcp-8000': 'other\n', '/networks/.ports/tcp-8001': 'web\n'});
	expect(freePort(host, '/networks', {...asked, among: [8000, 8010]})).toBe(8001);
	expect(freePort(host, '/networks', {...asked, among: [8000, 8010], seen: new Set(['tcp-8001'])})).toBe(8002);
	expect(() => freePort(host, '/networks', {...asked, among: [8000, 8000]})).toThrow('no tcp port is free');
});
