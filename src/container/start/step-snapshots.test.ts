import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import type {Plan} from '../../step/verbs/step.ts';
import {stepSnapshots} from './step-snapshots.ts';

const member = {controller: 'memory', cgroup: '/tsbox/demo', path: '/sys/fs/cgroup/memory/tsbox/demo'};
const steps = [
	['cgroup.make', 'before', 'mkdir'],
	['cgroup.limit', 'before', 'write'],
	['start', 'before', 'start'],
	['mounts', 'inside', 'mountTable'],
	['exec', 'inside', 'exec'],
].map(([id, side, kind]) => ({id, side, action: {kind}}));
const plan = {steps} as unknown as Plan;

function files(pid: number, mounts: string): Readonly<Record<string, string>> {
	return {
		[`/proc/${pid}/status`]: 'State:\tS (sleeping)\n',
		[`/proc/${pid}/mountinfo`]: mounts,
		[`/proc/${pid}/cgroup`]: pid === process.pid ? '4:memory:/own\n0::/own\n' : '4:memory:/tsbox/demo\n0::/own\n',
	};
}

test('after each step it keeps what the kernel shows: of tsbox, then of the first process, and not of the command', () => {
	const host = recordingHost(
		{
			'/proc/self/mountinfo': '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
			...files(process.pid, 'own'),
			...files(7, 'container'),
			'/sys/fs/cgroup/memory/tsbox/other': '',
		},
		{
			born: () => ({
				'cgroup.procs': '',
				'memory.limit_in_bytes': '9223372036854771712',
				'memory.usage_in_bytes': '4096',
			}),
		},
	);
	const {afterStep, kept} = stepSnapshots(host, plan, [member]);
	const none = {pid: undefined, hostname: undefined};
	host.mkdir(member.path, 0o755);
	afterStep('cgroup.make', none);
	host.writeKernelFile(`${member.path}/memory.limit_in_bytes`, '104857600');
	afterStep('cgroup.limit', none);
	afterStep('start', none);
	afterStep('mounts', {pid: 7, hostname: 'demo'});
	afterStep('exec', {pid: 7, hostname: 'demo'});
	afterStep('mounts', {pid: 8, hostname: undefined});
	const limit = `${member.path}/memory.limit_in_bytes`;
	expect(
		kept.map(({step, texts}) => [step, texts['mountinfo'], texts['cgroup'], texts[limit], texts['hostname']]),
	).toEqual([
		[null, 'own', '1::/own', undefined, undefined],
		['cgroup.make', 'own', '0:memory:/tsbox/demo\n1::/own', '9223372036854771712', undefined],
		['cgroup.limit', 'own', '0:memory:/tsbox/demo\n1::/own', '104857600', undefined],
		['mounts', 'container', '4:memory:/tsbox/demo\n0::/own\n', '104857600', 'demo'],
	]);
	expect(JSON.stringify(kept)).not.toContain('usage_in_bytes');
});
