import {expect, test} from 'vitest';
import {type Circumstances, coverageLines, coverageOf} from './coverage.ts';

const all: Circumstances = {
	copied: ['/src'],
	uncopied: [],
	inMemory: true,
	sameOwner: undefined,
	processors: 'varied',
	hostname: true,
};
const lines = (given: Partial<Circumstances>): string => coverageLines(coverageOf({...all, ...given})).join('\n');

test('everything is varied except what all runs share', () => {
	expect(lines({})).toMatchInlineSnapshot(`
		"varied: the seconds of the clock, process ids, the time zone, locale, name, home and umask of the caller, the path of the checkout, the order of its directory entries, its owner, the uid and gid in variables of the caller, the number of processors, the hostname
		not varied: the time of day, the kernel, the machine, the root filesystem: all runs share them"
	`);
});

test('what cannot be varied is listed with its reason', () => {
	expect(
		lines({
			uncopied: ['/etc/hosts'],
			inMemory: false,
			sameOwner: 'only root can',
			processors: 'not ours',
			hostname: false,
		}),
	).toMatchInlineSnapshot(`
		"varied: the seconds of the clock, process ids, the time zone, locale, name, home and umask of the caller, the path of the checkout
		not varied: the uid of the caller and the owner of the checkout: only root can
		not varied: the order of directory entries in the checkout: its copies do not fit into memory, and a disk filesystem may sort names itself
		not varied: the number of processors: only root can set a cpuset
		not varied: /etc/hosts: it is mounted from outside the checkout
		not varied: the time of day, the kernel, the machine, the root filesystem: all runs share them"
	`);
});

test('without a checkout nothing of it is varied', () => {
	expect(lines({copied: [], inMemory: false, sameOwner: 'only root can', processors: 'one'})).toMatchInlineSnapshot(`
		"varied: the seconds of the clock, process ids, the time zone, locale, name, home and umask of the caller, the hostname
		not varied: the uid of the caller: only root can
		not varied: path, order and owner of the checkout: the spec mounts nothing from it
		not varied: the number of processors: this host has only one
		not varied: the time of day, the kernel, the machine, the root filesystem: all runs share them"
	`);
});
