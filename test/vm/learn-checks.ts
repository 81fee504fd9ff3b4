import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import type {Checks} from './checks.ts';
import {tsbox} from './guest.ts';
import {asDelegate} from './rootless-checks.ts';

/** What `learn --check` says of the built-in solution. */
function unsolved(number: number, run: (...args: readonly string[]) => {readonly out: string; readonly err: string}) {
	const file = `/tmp/solution-${number}.sh`;
	const {out: solution} = run('learn', '--solution', String(number));
	writeFileSync(file, solution);
	const {out, err} = run('learn', '--check', '--timeout', '120', String(number), file);
	return {solution, wrong: out.split('\n').filter(line => line.startsWith('✘')), err};
}

/** The lessons whose commands differ with the unified hierarchy. */
export const learnChecks: Checks = {
	'lesson 5 makes a cgroup of the unified hierarchy, and all of lesson 12 works with it': () => {
		for (const number of [5, 12]) {
			const {solution, wrong, err} = unsolved(number, tsbox);
			assert.match(solution, /echo 104857600 > \/sys\/fs\/cgroup\/demo\/memory\.max/);
			assert.deepEqual({wrong, err}, {wrong: [], err: ''});
		}
	},
	'an ordinary user to whom a cgroup is delegated does lesson 5 as root does': () => {
		const {solution, wrong, err} = unsolved(5, asDelegate);
		assert.match(solution, /mkdir \/sys\/fs\/cgroup\/demo/);
		assert.deepEqual({wrong, err}, {wrong: [], err: ''});
	},
};
