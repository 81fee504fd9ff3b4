import {expect, test} from 'vitest';
import type {HostFacts, ToolFacts} from '../../host/facts.ts';
import type {Service} from '../../spec/model/project.ts';
import {rowsOf, type SampleChanges, samplePlan, savedFacts, stepOf} from '../../../test/support/sample-input.ts';

const facts = savedFacts('v2-bookworm');

function dropOf(service: Partial<Service>, host: HostFacts = facts) {
	const step = stepOf(samplePlan({service, facts: host}), 'process.privileges');
	const [status] = step.checks;
	if (step.action.kind !== 'dropPrivileges' || status?.kind !== 'status') throw new Error('not the step it was');
	return {ids: step.action.ids, args: step.action.args, fields: status.fields, checks: step.checks};
}

function boundingOf(service: Partial<Service>, host?: HostFacts): readonly string[] {
	const word = dropOf(service, host).args.find(each => each.startsWith('--bounding-set='));
	return word?.slice('--bounding-set=-all'.length).split(',').slice(1) ?? [];
}

test('all capabilities but those of the profile are dropped, and the check expects exactly those', () => {
	expect(boundingOf({}).join('')).toBe(
		'+chown+dac_override+fowner+fsetid+kill+setgid+setuid+setpcap+net_bind_service+net_raw+sys_chroot+mknod+audit_write+setfcap',
	);
	expect(dropOf({}).fields).toMatchObject({
		CapBnd: '00000000a80425fb',
		CapPrm: '00000000a80425fb',
		CapEff: '00000000a80425fb',
		CapInh: '0000000000000000',
		CapAmb: '0000000000000000',
		NoNewPrivs: '1',
	});
});

test.each([
	[{capDrop: ['ALL']}, []],
	[{capDrop: ['ALL'], capAdd: ['NET_ADMIN']}, ['+net_admin']],
	[{capDrop: ['ALL'], capAdd: ['CAP_NET_ADMIN', 'chown']}, ['+chown', '+net_admin']],
] as const)('%j leaves %j', (service, left) => {
	expect(boundingOf(service)).toEqual(left);
});

test('cap_drop drops the named capabilities and keeps the others', () => {
	expect(boundingOf({capDrop: ['MKNOD', 'CAP_KILL']})).toEqual(
		boundingOf({}).filter(name => name !== '+mknod' && name !== '+kill'),
	);
});

test('ALL means every capability that the caller has', () => {
	const held = facts.user.capabilities.filter(name => name !== 'CAP_SYS_RESOURCE');
	const host = {...facts, user: {...facts.user, capabilities: held}};
	expect(boundingOf({capAdd: ['ALL']})).toHaveLength(facts.capabilities.length);
	expect(boundingOf({capAdd: ['ALL']}, host)).toHaveLength(held.length);
	expect(dropOf({capAdd: ['ALL']}, host).fields['CapBnd']).toBe('000001fffeffffff');
});

test('a named capability that the caller lacks is refused', () => {
	const user = {...facts.user, capabilities: facts.user.capabilities.filter(name => name !== 'CAP_SYS_TIME')};
	const asked: SampleChanges = {service: {capAdd: ['SYS_TIME']}, facts: {...facts, user}};
	expect(() => samplePlan(asked)).toThrow(
		expect.objectContaining({code: 'E_HOST_UNSUPPORTED', message: 'the capability CAP_SYS_TIME cannot be given'}),
	);
	expect(samplePlan({...asked, bestEffort: true}).warnings).toEqual([
		'the capability CAP_SYS_TIME cannot be given: the caller itself lacks it',
	]);
});

test('an ordinary user sees the same plan as root', () => {
	const user = {uid: 1000, gid: 1000, capabilities: []};
	expect(samplePlan({facts: {...facts, user}})).toEqual(samplePlan());
});

test('a capability that does not exist is refused', () => {
	expect(() => samplePlan({service: {capAdd: ['FLY']}})).toThrow(/there is no capability CAP_FLY/);
});

test('a user other than root has no effective capability', () => {
	const {ids, fields} = dropOf({user: '1000:100', groupAdd: ['5', '100']});
	expect(ids).toEqual({uid: 1000, gid: 100, groups: [100, 5]});
	expect(fields).toMatchObject({
		Uid: '1000 1000 1000 1000',
		Gid: '100 100 100 100',
		Groups: '5 100',
		CapEff: '0000000000000000',
		CapPrm: '0000000000000000',
	});
});

test('root needs no lookup in the container', () => {
	expect(samplePlan().steps.map(step => step.id)).not.toContain('process.user');
	expect(dropOf({}).ids).toEqual({uid: 0, gid: 0, groups: [0]});
	expect(dropOf({user: '0:0'}).ids).toEqual({uid: 0, gid: 0, groups: [0]});
});

test.each([
	[{user: 'www'}, 'www', []],
	[{user: '1000'}, '1000', []],
	[{user: 'www:1000'}, 'www:1000', []],
	[{groupAdd: ['audio']}, '0', ['audio']],
] as const)('%j is looked up in the container, and the ids found are checked', (service, user, groups) => {
	expect(stepOf(samplePlan({service}), 'process.user').action).toEqual({kind: 'lookupUser', user, groups});
	const {ids, checks, fields} = dropOf(service);
	expect(ids).toBeNull();
	expect(checks).toContainEqual({kind: 'lookedUpIds', map: null});
	expect(fields).not.toHaveProperty('Uid');
});

test('root gets HOME=/root, unless the spec sets HOME', () => {
	const env = (service: Partial<Service>) => stepOf(samplePlan({service}), 'process.exec').action;
	expect(env({})).toMatchObject({env: expect.arrayContaining(['HOME=/root'])});
	expect(env({environment: {HOME: '/x'}})).toMatchObject({env: expect.not.arrayContaining(['HOME=/root'])});
});

test('any user can lower limits, but only CAP_SYS_RESOURCE can raise them', () => {
	const weak = {
		...facts,
		user: {...facts.user, capabilities: facts.user.capabilities.filter(name => name !== 'CAP_SYS_RESOURCE')},
		rlimits: {...facts.rlimits, nofile: 1024},
	};
	const asked = (hard: number, host: HostFacts, bestEffort = false) =>
		samplePlan({service: {ulimits: [{name: 'nofile', soft: 100, hard}]}, facts: host, bestEffort});
	expect(stepOf(asked(4096, {...weak, user: facts.user}), 'process.rlimits').checks).toEqual([
		{kind: 'rlimit', name: 'nofile', soft: 100, hard: 4096},
	]);
	expect(stepOf(asked(1024, weak), 'process.rlimits').action).toMatchObject({kind: 'rlimits'});
	for (const hard of [1025, -1]) {
		expect(() => asked(hard, weak)).toThrow(expect.objectContaining({code: 'E_HOST_UNSUPPORTED'}));
		const plan = asked(hard, weak, true);
		expect(plan.warnings).toHaveLength(1);
		expect(plan.steps.map(step => step.id)).not.toContain('process.rlimits');
	}
});

test.each([
	['kernel.panic', /belongs to the whole machine/],
	['vm.swappiness', /belongs to the whole machine/],
	['kernel.hostname', /^the sysctl kernel\.hostname/],
	['net.a/../../kernel.panic', /belongs to the whole machine/],
])('the sysctl %s is refused', (name, message) => {
	const namespaces = ['mount', 'pid', 'ipc', 'network'] as const;
	const refused = expect.objectContaining({code: 'E_SPEC_INVALID', message: expect.stringMatching(message)});
	expect(() => samplePlan({service: {sysctls: {[name]: '1'}, namespaces}})).toThrow(refused);
});

test('a sysctl needs a namespace of its kind', () => {
	const service = {sysctls: {'net.ipv4.ip_forward': '1'}};
	expect(() => samplePlan({service: {...service, namespaces: ['mount', 'pid']}})).toThrow(/would change the host/);
	expect(stepOf(samplePlan({service}), 'sysctl.net.ipv4.ip_forward')).toMatchObject({
		action: {kind: 'write', path: '/proc/sys/net/ipv4/ip_forward', value: '1'},
		checks: [{kind: 'readBack', equals: '1'}],
	});
});

test('init binds a static reaper of the host on /dev/init, or keeps the shell as reaper', () => {
	const tini: ToolFacts = {
		path: '/usr/bin/tini-static',
		applet: null,
		loader: null,
		libraryPath: [],
		flags: [],
		version: 'tini',
	};
	const withTini = (tool: ToolFacts | null) =>
		samplePlan({service: {init: true}, facts: {...facts, tools: {...facts.tools, tini: tool, catatonit: null}}});
	const bound = withTini(tini);
	expect(stepOf(bound, 'process.exec').action).toMatchObject({init: 'bound'});
	expect(rowsOf(bound, 'mounts.sources')).toEqual([
		'/usr/bin/tini-static /var/lib/tsbox/layers/demo/root/dev/.box/init none bind',
	]);
	expect(rowsOf(bound, 'mounts.after')).toContain('/dev/.box/init /dev/init none bind,ro,nosuid,nodev');
	// A dynamically linked reaper would need the host's libraries in the container.
	for (const tool of [null, {...tini, loader: '/lib64/ld-linux-x86-64.so.2'}]) {
		expect(stepOf(withTini(tool), 'process.exec').action).toMatchObject({init: 'sh'});
		expect(JSON.stringify(withTini(tool))).not.toContain('/dev/init');
	}
	expect(stepOf(samplePlan(), 'process.exec').action).toMatchObject({init: 'none'});
});
