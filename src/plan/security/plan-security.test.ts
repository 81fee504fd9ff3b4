import {expect, test} from 'vitest';
import type {HostFacts} from '../../host/facts.ts';
import {samplePlan, savedFacts, stepOf} from '../../../test/support/sample-input.ts';

const bookworm = savedFacts('v2-bookworm');
const trixie = savedFacts('v2-trixie');

function drop(...args: Parameters<typeof samplePlan>) {
	const {action, checks} = stepOf(samplePlan(...args), 'process.privileges');
	if (action.kind !== 'dropPrivileges') throw new Error('it drops nothing');
	return {...action, checks};
}

test.each([
	['setpriv of util-linux 2.41', trixie, true, 'setpriv'],
	['perl before that', bookworm, true, 'perl'],
	['perl without no_new_privs, because setpriv would set it', trixie, false, 'perl'],
])('the filter is loaded by %s', (_, facts, noNewPrivileges, loader) => {
	const {filter, checks} = drop({facts, service: {noNewPrivileges}});
	expect(filter).toEqual({loader, noNewPrivileges});
	expect(checks).toContainEqual({kind: 'seccomp'});
});

test('the filter is opened before its stage is removed', () => {
	const ids = samplePlan().steps.map(({id}) => id);
	expect(ids.indexOf('process.filter')).toBeLessThan(ids.indexOf('stage.release'));
});

test('a filter that no tool can load is refused, and a container without a filter needs no tool', () => {
	const facts: HostFacts = {...bookworm, tools: {...bookworm.tools, perl: null}, seccomp: {kernel: true, loader: null}};
	expect(() => samplePlan({facts})).toThrow('nothing on this host can load a seccomp filter');
	expect(drop({facts, seccomp: null}).filter).toBeNull();
});

test.each([
	['AppArmor', {apparmor: 'docker-default'}, ['apparmor'], '--apparmor-profile=docker-default'],
	[
		'SELinux',
		{label: 'system_u:system_r:container_t:s0'},
		['selinux'],
		'--selinux-label=system_u:system_r:container_t:s0',
	],
])('setpriv sets the label of %s, and a kernel without it is refused', (_, asked, lsm, argument) => {
	const security = {seccomp: {kind: 'default'}, systemPathsUnconfined: false, ...asked} as const;
	const {args, checks} = drop({service: {security}, facts: {...bookworm, lsm}});
	expect(args).toContain(argument);
	expect(checks).toContainEqual({kind: 'label', equals: argument.slice(argument.indexOf('=') + 1)});
	expect(() => samplePlan({service: {security}, facts: {...bookworm, lsm: ['landlock']}})).toThrow(
		'cannot confine the container',
	);
	const {warnings} = samplePlan({service: {security}, facts: {...bookworm, lsm: []}, bestEffort: true});
	expect(warnings).toHaveLength(1);
});

test('the last setpriv gets the Landlock rules, which leave the toolbox open to the waiting shell', () => {
	const landlock = [{path: '/srv', access: ['read-file', 'read-dir']}];
	expect(drop({service: {landlock}, facts: {...trixie, lsm: ['landlock']}}).landlock).toEqual([
		'--landlock-access=fs',
		'--landlock-rule=path-beneath:execute,read-file,read-dir:.',
		'--landlock-rule=path-beneath:read-file,read-dir:/srv',
	]);
	expect(() => samplePlan({service: {landlock}, facts: bookworm})).toThrow('`landlock` cannot be had');
});
