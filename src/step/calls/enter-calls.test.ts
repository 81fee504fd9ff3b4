import {expect, test} from 'vitest';
import {sampleInput, savedFacts} from '../../../test/support/sample-input.ts';
import type {EnterInput} from '../script/enter-script.ts';
import {enterCommand, enterTrouble} from './enter-calls.ts';

const facts = savedFacts('v2-bookworm');

function namesOf(more: Partial<EnterInput> = {}): readonly string[] {
	const input: EnterInput = {
		pid: 7,
		namespaces: ['mount', 'pid', 'user'],
		root: 'pivot',
		tools: '/store/tools/1',
		cgroups: ['/sys/fs/cgroup/tsbox/demo/cgroup.procs'],
		process: sampleInput().config.process,
		filter: {loader: 'perl', noNewPrivileges: true, path: '/state/demo/seccomp.bpf'},
		labels: ['--apparmor-profile=box'],
		landlock: [],
		fixedAddresses: false,
		map: null,
		keepGroups: false,
		user: {uid: 0, gid: 0, groups: []},
		tty: false,
		...more,
	};
	return (enterCommand(input, facts).at(-2) ?? '')
		.trimEnd()
		.split('\n')
		.map(row => row.split('\t')[0] ?? '');
}

test('a process is visible inside only when it has no more powers, and all that it needs of the host was read before', () => {
	const rows = namesOf();
	const born = rows.indexOf('be_born');
	expect(rows.slice(born)).toEqual(['be_born', 'load_filter', 'gate']);
	expect(rows[born - 1]).toBe('clear_others');
	const enters = rows.indexOf('enter_namespaces');
	// The label is the only file that is written after the seal.
	expect(rows.slice(rows.indexOf('seal') + 1, enters)).toEqual(['umask', 'read_filter', 'write']);
	expect(rows.slice(enters + 1, born)).not.toContain('write');
});

test('an ordinary user enters its user namespace first, and a terminal is let go and taken again', () => {
	const map = {kind: 'single', uids: [], gids: []} as const;
	const rows = namesOf({map, tty: true});
	expect(rows.indexOf('enter_namespaces')).toBeLessThan(rows.indexOf('unshare'));
	expect(rows.filter(name => name === 'enter_namespaces')).toHaveLength(2);
	expect(rows.indexOf('release_terminal')).toBeLessThan(rows.indexOf('fork'));
	expect(rows.slice(rows.indexOf('be_born'))).toEqual(['be_born', 'setsid', 'ioctl', 'load_filter', 'gate']);
});

test('without no_new_privs the filter is loaded as long as that is allowed', () => {
	const rows = namesOf({filter: {loader: 'perl', noNewPrivileges: false, path: '/f'}});
	expect(rows.indexOf('load_filter')).toBeLessThan(rows.indexOf('drop_bounding'));
});

test.each([
	['no perl', {...facts, tools: {...facts.tools, perl: null}}, [], 'this host has no perl'],
	['an unknown machine', {...facts, kernel: {...facts.kernel, arch: 'riscv64'}}, [], 'riscv64 are not known'],
	['Landlock', facts, ['--landlock-access=fs'], 'the rules of Landlock'],
])('commands enter with %s', (_, here, landlock, why) => {
	expect(enterTrouble(landlock, here)).toContain(why);
	expect(enterTrouble([], facts)).toBeUndefined();
});
