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

test('what can be varied is, but for what no box has of its own', () => {
	expect(lines({})).toMatchInlineSnapshot(`
		"varied: the second of the clock, process numbers, the time zone, locale, name, home and umask of the caller, the path of the checkout, the order of names in it, its owner, the uid and gid in variables of the caller, the number of processors, the hostname
		not varied: the hour and the day, the kernel, the machine, the root filesystem: there is one of each"
	`);
});

test('what cannot be varied is named with its reason', () => {
	expect(
		lines({
			uncopied: ['/etc/hosts'],
			inMemory: false,
			sameOwner: 'only root can',
			processors: 'not ours',
			hostname: false,
		}),
	).toMatchInlineSnapshot(`
		"varied: the second of the clock, process numbers, the time zone, locale, name, home and umask of the caller, the path of the checkout
		not varied: the uid of the caller and the owner of the checkout: only root can
		not varied: the order of names in the checkout: its copies are too large for memory, and a filesystem may have an order of its own
		not varied: the number of processors: only root can keep a container to some, by a cpuset
		not varied: /etc/hosts: it is mounted from outside of the checkout
		not varied: the hour and the day, the kernel, the machine, the root filesystem: there is one of each"
	`);
});

test('without a checkout there is nothing to vary of it', () => {
	expect(lines({copied: [], inMemory: false, sameOwner: 'only root can', processors: 'one'})).toMatchInlineSnapshot(`
		"varied: the second of the clock, process numbers, the time zone, locale, name, home and umask of the caller, the hostname
		not varied: the uid of the caller: only root can
		not varied: path, order and owner of the checkout: nothing of it is mounted
		not varied: the number of processors: there is one alone
		not varied: the hour and the day, the kernel, the machine, the root filesystem: there is one of each"
	`);
});
