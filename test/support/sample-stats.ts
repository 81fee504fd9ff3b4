import type {ContainerStats} from '../../src/container/observe/usage-meter.ts';

/** The resource use of a container. */
export const sampleStats: ContainerStats = {
	name: 'demo',
	pid: 1234,
	cpuPercent: 12.5,
	memory: {used: 1_572_864, limit: 67_108_864, percent: 2.34},
	pids: {current: 3, limit: 40},
	network: {rxBytes: 2048, txBytes: 100},
	block: {readBytes: 4096, writeBytes: 0},
	pressure: {cpu: 1.5, memory: 0},
};
