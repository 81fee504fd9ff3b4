import {expect, test} from 'vitest';
import {changeLimits} from './change-limits.ts';

const before = {
	memory: {limit: 100, swap: 200},
	cpu: {quota: 50_000, period: 100_000, shares: 2},
	pids: {limit: 7},
} as const;

test('unchanged limits stay and are not written', () => {
	expect(changeLimits(before, {cpus: 1.5, blkioWeight: 10})).toEqual({
		all: {...before, cpu: {quota: 150_000, period: 100_000, shares: 2}, blockIO: {weight: 10}},
		changed: {cpu: {quota: 150_000, period: 100_000}, blockIO: {weight: 10}},
	});
});

test('memory and swap are written together, a reservation alone', () => {
	expect(changeLimits(before, {memory: 150}).changed).toEqual({memory: {limit: 150, swap: 200}});
	expect(changeLimits(before, {memorySwap: -1}).changed).toEqual({memory: {limit: 100, swap: -1}});
	expect(changeLimits({}, {memory: 150})).toEqual({all: {memory: {limit: 150}}, changed: {memory: {limit: 150}}});
	expect(changeLimits(before, {memoryReservation: 50})).toEqual({
		all: {...before, memory: {limit: 100, swap: 200, reservation: 50}},
		changed: {memory: {reservation: 50}},
	});
});

test.each([
	[before, {memory: 300}, /together \(200 bytes\) would be below memory \(300 bytes\)/],
	[before, {memorySwap: 50}, /would be below memory/],
	[{}, {memorySwap: 50}, /memory has no limit/],
	[{}, {memorySwap: -1}, /memory has no limit/],
	[before, {memoryReservation: 101}, /would be above memory/],
])('%j with %j is refused', (limits, changes, message) => {
	expect(() => changeLimits(limits, changes)).toThrow(
		expect.objectContaining({code: 'E_USAGE', message: expect.stringMatching(message)}),
	);
});
