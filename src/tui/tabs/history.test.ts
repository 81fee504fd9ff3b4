import {expect, test} from 'vitest';
import {sampleStats} from '../../../test/support/sample-stats.ts';
import {sampleHistory} from './history.ts';
import {sampleOf} from './rates.ts';

const first = sampleOf({at: 1000, stats: sampleStats}, undefined);

test('a rate is the difference between two readings, divided by their time', () => {
	const stats = {...sampleStats, network: {rxBytes: 3048, txBytes: 100}, block: {readBytes: 5096, writeBytes: 10}};
	expect(sampleOf({at: 3000, stats}, {at: 1000, stats: sampleStats})).toEqual({
		at: 3000,
		cpuPercent: 12.5,
		memoryUsed: 1_572_864,
		memoryLimit: 67_108_864,
		rxRate: 500,
		txRate: 0,
		readRate: 500,
		writeRate: 5,
		cpuPressure: 1.5,
		memoryPressure: 0,
		pids: 3,
	});
});

test('the first reading has no rates', () => {
	expect(first).toMatchObject({rxRate: null, txRate: null, readRate: null, writeRate: null, cpuPercent: 12.5});
});

test('a counter that was reset has no rate, and neither has another process', () => {
	const less = {...sampleStats, network: {rxBytes: 10, txBytes: 200}};
	expect(sampleOf({at: 2000, stats: less}, {at: 1000, stats: sampleStats})).toMatchObject({rxRate: null, txRate: 100});
	const other = {...sampleStats, pid: 99};
	expect(sampleOf({at: 2000, stats: other}, {at: 1000, stats: sampleStats})).toMatchObject({
		rxRate: null,
		txRate: null,
	});
});

test('readings without elapsed time, for example after a clock change, give no rate', () => {
	expect(sampleOf({at: 1000, stats: sampleStats}, {at: 1000, stats: sampleStats}).rxRate).toBeNull();
	expect(sampleOf({at: 500, stats: sampleStats}, {at: 1000, stats: sampleStats}).rxRate).toBeNull();
});

test('values that the kernel does not report are null', () => {
	const nothing = {...sampleStats, cpuPercent: null, memory: null, pids: null, network: null, block: null};
	expect(sampleOf({at: 2000, stats: nothing}, {at: 1000, stats: nothing})).toMatchObject({
		cpuPercent: null,
		memoryUsed: null,
		memoryLimit: null,
		rxRate: null,
		readRate: null,
		pids: null,
	});
});

test('the last samples are stored, oldest first, including null values', () => {
	const history = sampleHistory(100);
	for (let at = 1; at <= 250; at++) history.add('web', {...first, at, pids: at});
	expect(history.samples('web')).toHaveLength(100);
	expect(history.samples('web').map(({at}) => at)).toEqual(Array.from({length: 100}, (_, index) => 151 + index));
	expect(history.samples('web', 248)).toEqual([
		{...first, at: 249, pids: 249},
		{...first, at: 250, pids: 250},
	]);
});

test('each container has its own samples until they are removed', () => {
	const history = sampleHistory();
	history.add('web', first);
	history.add('db', {...first, at: 2});
	history.keep(new Set(['db']));
	expect(history.samples('web')).toEqual([]);
	expect(history.samples('db')).toEqual([{...first, at: 2}]);
	expect(history.samples('none')).toEqual([]);
});
