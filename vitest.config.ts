import {defineConfig} from 'vitest/config';

/** What is not quick enough, or not sure enough, for `npm run check`. */
const programs = ['{src,config,fixtures,test}/**/*.programs.test.ts', 'test/fuzz/**/*.test.ts'];

/** Real containers share one machine: more at once than this only makes each slower. */
const workers = 2;

/** What the tests of real containers have in common. */
const system = {
	globalSetup: ['test/system/root-range.ts', 'test/faults/report.ts', 'test/system/warm-state.ts'],
	pool: 'forks' as const,
	maxWorkers: workers,
	// Where a change is judged, a test gets a second try: `(retry x1)` marks a race of the test or of tsbox, to be fixed.
	retry: process.env['CI'] === 'true' ? 1 : 0,
	testTimeout: 120_000,
	hookTimeout: 120_000,
};

export default defineConfig({
	test: {
		// Where there are colours depends on these.
		env: {CI: 'false', FORCE_COLOR: '0'},
		projects: [
			{
				extends: true,
				test: {
					// No root and no started program: test/support/unit-setup.ts refuses them.
					name: 'unit',
					include: [
						'{src,config,fixtures}/**/*.test.ts',
						'test/*.test.ts',
						'test/golden/**/*.test.ts',
						'test/seccomp/verdicts.test.ts',
					],
					exclude: programs,
					setupFiles: ['test/support/unit-setup.ts'],
					// A process for each of 200 files would take three times as long.
					isolate: false,
					// The machine may have other things to do.
					testTimeout: 60_000,
				},
			},
			{
				extends: true,
				test: {
					// Programs of the host or thousands of random values, but no container.
					name: 'programs',
					include: programs,
					testTimeout: 60_000,
				},
			},
			{
				extends: true,
				test: {
					name: 'system',
					include: [
						'test/system/**/*.test.ts',
						'test/tui/**/*.test.ts',
						'test/faults/**/*.test.ts',
						'test/matrix/**/*.test.ts',
						'test/seccomp/{prober,reference}.test.ts',
						'test/escapes/**/*.test.ts',
						'test/differential/**/*.test.ts',
					],
					// Projects with worker counts of their own run one after the other; the quick ones first.
					sequence: {groupOrder: 1},
					...system,
				},
			},
			{
				extends: true,
				test: {
					// The others make containers by system calls, where they leave the choice to tsbox.
					name: 'commands',
					include: [
						'test/escapes/**/*.test.ts',
						'test/system/{container,rootless,userns,die-at-step,exec}.test.ts',
						'test/faults/gate.test.ts',
					],
					// Each race is run less often than with calls.
					env: {TEST_EXECUTOR: 'commands', STARTS: '5'},
					sequence: {groupOrder: 2},
					...system,
				},
			},
		],
	},
});
