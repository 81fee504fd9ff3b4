import {expect, test} from 'vitest';
import {shortfalls} from '../input/unsupported.ts';
import {refuseUndelegated, scopeProperties, scopeStep} from './systemd-scope.ts';

const scope = {slice: 'user.slice', unit: 'libpod-x.scope', ofUser: '/run/user/7'};

test.each([
	['memory.max', 'max', ['MemoryMax=infinity']],
	['memory.max', '67108864', ['MemoryMax=67108864']],
	['pids.max', '40', ['TasksMax=40']],
	['cpu.max', '50000 100000', ['CPUQuota=50%', 'CPUQuotaPeriodSec=100000us']],
	['cpu.max', 'max 100000', ['CPUQuota=']],
	['io.weight', 'default 300', ['IOWeight=300']],
	['hugetlb.2MB.max', '1', []],
])('%s of %s is told to systemd', (file, value, properties) => {
	expect(scopeProperties([{file, value}])).toEqual(properties);
});

test('the scope is delegated, and has no limit of tasks that nobody asked for', () => {
	const {action} = scopeStep(scope, '/cg/libpod-x.scope', []);
	const [line = ''] = action.kind === 'hostScript' ? action.lines : [];
	expect(line).toContain(
		'XDG_RUNTIME_DIR=/run/user/7 systemd-run --user --scope --quiet --collect --slice=user.slice --unit=libpod-x.scope',
	);
	expect(line).toContain('--property=Delegate=yes --property=TasksMax=infinity -- perl -e "$holder"');
	expect(line).toMatch(/ \/cg\/libpod-x\.scope\/cgroup\.procs$/);
});

test('a limit that systemd cannot set for its user is refused by name', () => {
	const refuse = (controller: string) => {
		const settings = [{controller, title: `limit ${controller}`}];
		refuseUndelegated({...scope, controllers: ['memory', 'pids']}, settings, shortfalls(false));
	};
	refuse('memory');
	expect(() => refuse('cpuset')).toThrow('cannot limit cpuset');
	refuseUndelegated(undefined, [{controller: 'cpuset', title: 'x'}], shortfalls(false));
});
