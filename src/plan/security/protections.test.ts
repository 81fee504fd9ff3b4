import tried from '../../../test/escapes/attacks.json' with {type: 'json'};
import {expect, test} from 'vitest';
import {samplePlan, type SampleChanges, stepOf} from '../../../test/support/sample-input.ts';
import {attacks} from './attacks.ts';

function open(changes: SampleChanges): readonly string[] {
	return samplePlan(changes).protections.flatMap(({name, on}) => (on ? [] : [name]));
}

test('each protection describes in whole sentences what it stops', () => {
	for (const changes of [{}, {service: {privileged: true}}, {seccomp: null}]) {
		for (const {stops} of samplePlan(changes).protections) expect(stops).toMatch(/^[\dA-Z/s].*\.$/s);
	}
});

test('each CVE that a protection stops is tried in test/escapes', () => {
	const names = tried.map(({id, title}) => `${id.toUpperCase()} ${title}`).join('\n');
	for (const attack of Object.values(attacks)) {
		expect(attack).toMatch(/\.$/);
		for (const [number] of attack.matchAll(/CVE-\d+-\d+/g)) expect(names).toContain(number);
	}
});

test.each<[string, SampleChanges, readonly string[]]>([
	['no options', {}, ['user ids', 'limits']],
	['a limit', {service: {memLimit: 1 << 20}}, ['user ids']],
	['no filter', {seccomp: null}, ['user ids', 'seccomp', 'limits']],
	[
		'the network of the host',
		{service: {namespaces: ['mount', 'pid', 'uts', 'ipc', 'cgroup']}},
		['network', 'user ids', 'limits'],
	],
	['setuid programs', {service: {noNewPrivileges: false}}, ['user ids', 'no_new_privs', 'limits']],
])('with %s, the protections that are off are listed', (_, changes, expected) => {
	expect(open(changes)).toEqual(expected);
});

test('an added capability is listed with what it allows', () => {
	const stops = (changes: SampleChanges, which: string): string =>
		samplePlan(changes).protections.find(({name}) => name === which)?.stops ?? '';
	const clock: SampleChanges = {service: {capAdd: ['CAP_SYS_TIME']}};
	expect(stops({}, 'capabilities')).toContain('no clock');
	expect(stops(clock, 'capabilities')).toMatch(/no mounts, .*\. Open to it: clock \(CAP_SYS_TIME\)\.$/);
	expect(stops(clock, 'capabilities')).not.toContain('no clock');
	expect(stops(clock, 'seccomp')).toMatch(/added capability/);
	const seccomp = {profile: '/p.json', filter: 'BgAAAAAA/38=', instructions: 1, notes: []};
	expect(stops({seccomp}, 'seccomp')).toBe('System calls that /p.json does not let through fail.');
});

test('a privileged container causes the first warning, and keeps all capabilities', () => {
	const plan = samplePlan({
		service: {
			privileged: true,
			noNewPrivileges: false,
			security: {seccomp: {kind: 'unconfined'}, systemPathsUnconfined: true},
		},
		seccomp: null,
	});
	expect(plan.warnings[0]).toMatch(/^PRIVILEGED: .*root of this machine$/);
	const {action} = stepOf(plan, 'process.privileges');
	expect(action.kind === 'dropPrivileges' && action.args.join(' ')).toContain('+sys_admin');
	expect(
		open({
			service: {
				privileged: true,
				noNewPrivileges: false,
				security: {seccomp: {kind: 'unconfined'}, systemPathsUnconfined: true},
			},
			seccomp: null,
		}),
	).toEqual(['user ids', 'capabilities', 'no_new_privs', 'seccomp', 'kernel files', 'devices', 'limits']);
});
