import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';

/* Limits of block devices, and those that control groups of version 1 alone have. */

const root = process.getuid?.() === 0;
const v1 = existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes');
const realtime = v1 && existsSync('/sys/fs/cgroup/cpu/cpu.rt_runtime_us');
const disk = readdirSync('/sys/block').find(name => existsSync(`/dev/${name}`));
const canThrottle = v1
	? existsSync('/sys/fs/cgroup/blkio/blkio.throttle.read_bps_device')
	: existsSync('/sys/fs/cgroup/system.slice/io.max');

/** A file of the container's cgroup. */
function limit(name: string, controller: string, file: string): string {
	const folder = v1 ? `/sys/fs/cgroup/${controller}/tsbox/${name}` : `/sys/fs/cgroup/tsbox/${name}`;
	return readFileSync(`${folder}/${file}`, 'utf8').trim().replaceAll('\n', ' ');
}

describe.skipIf(!root)('limits', () => {
	test.skipIf(disk === undefined || !canThrottle)(
		`of a disk${disk === undefined || !canThrottle ? ' (needs a disk below /dev, and a kernel that throttles)' : ''}`,
		async () => {
			await using at = await testBox();
			const number = readFileSync(`/sys/block/${disk ?? ''}/dev`, 'utf8').trim();
			const path = `/dev/${disk ?? ''}`;
			const spec = at.spec(
				`blkio_config: {device_read_bps: [{path: ${path}, rate: 1mb}], device_write_iops: [{path: ${path}, rate: 30}]}\ncommand: [sh, -c, "echo ready; exec sleep 60"]\n`,
			);
			const up = at.start(['up', '--plain', '-T', spec]);
			await up.says('ready');
			const shown = v1
				? ['read_bps_device', 'write_iops_device'].map(file => limit(at.name, 'blkio', `blkio.throttle.${file}`))
				: [limit(at.name, 'io', 'io.max')];
			expect(shown).toEqual(
				v1 ? [`${number} 1048576`, `${number} 30`] : [`${number} rbps=1048576 wbps=max riops=max wiops=30`],
			);
			await at.tsbox(['down', '-t', '0', at.name]);
			await up.ended;
			expect(at.leftovers()).toEqual([]);
		},
	);

	test('of what is no disk are refused before anything is made', async () => {
		await using at = await testBox();
		const spec = at.spec('blkio_config: {device_read_bps: [{path: /dev/null, rate: 1mb}]}\n');
		const {status, err} = await at.tsbox(['run', spec, '--', 'true']);
		expect({status, err}).toMatchObject({status: 125, err: expect.stringContaining('/dev/null is not a block device')});
		expect(at.leftovers()).toEqual([]);
	});

	test.skipIf(!v1)(`of swapping and killing${v1 ? '' : ' (needs cgroup v1)'}`, async () => {
		await using at = await testBox();
		const up = at.start([
			'up',
			'--plain',
			'-T',
			at.spec(
				'mem_limit: 64m\nmem_swappiness: 10\noom_kill_disable: true\ncommand: [sh, -c, "echo ready; exec sleep 60"]\n',
			),
		]);
		await up.says('ready');
		expect(limit(at.name, 'memory', 'memory.swappiness')).toBe('10');
		expect(limit(at.name, 'memory', 'memory.oom_control')).toBe('oom_kill_disable 1 under_oom 0 oom_kill 0');
		await at.tsbox(['down', '-t', '0', at.name]);
		await up.ended;
		expect(at.leftovers()).toEqual([]);
	});

	test.skipIf(!realtime)(
		`of real-time CPU time let a process have such a priority${realtime ? '' : ' (needs CONFIG_RT_GROUP_SCHED and cgroup v1)'}`,
		async () => {
			await using at = await testBox();
			const without = `name: ${at.name}\nrootfs: host\ncap_add: [SYS_NICE]\ncommand: [sh, -c, "chrt -f 5 echo ready; exec sleep 60"]\n`;
			const command = ['sh', '-c', 'chrt -f 5 true'];
			expect((await at.tsbox(['run', at.file('without.yaml', without), '--', ...command])).err).toContain(
				'not permitted',
			);
			const spec = at.file('with.yaml', `${without}cpu_rt_runtime: 30ms\ncpu_rt_period: 400ms\n`);
			const up = at.start(['up', '--plain', '-T', spec]);
			await up.says('ready');
			expect(limit(at.name, 'cpu', 'cpu.rt_runtime_us')).toBe('30000');
			expect(limit(at.name, 'cpu', 'cpu.rt_period_us')).toBe('400000');
			await at.tsbox(['down', '-t', '0', at.name]);
			await up.ended;
			expect(at.leftovers()).toEqual([]);
		},
	);
});
