import {availableParallelism} from 'node:os';
import {defineConfig} from 'vitest/config';

/** What is not quick enough, or not sure enough, for `npm run check`. */
const programs = ['{src,config,fixtures,test}/**/*.programs.test.ts', 'test/fuzz/**/*.test.ts'];

/**
 * Attacks that go by how a container is made or entered, and so have to fail with both executors. What `cp`, records, names and
 * configurations do, and what a filter or a capability allows inside, is the same; `npm run test:commands` has all attacks.
 */
const attacksOnExecutors =
	process.env['COMMANDS'] === 'all'
		? '*'
		: '{cve-2016-9962,cve-2019-5736,cve-2019-19921,cve-2021-30465,cve-2022-2989,cve-2022-23648,cve-2022-29162,cve-2024-0132,cve-2024-9341,cve-2024-9407,cve-2024-21626,cve-2025-24965,cve-2025-31133,cve-2025-52565,cve-2026-30892,cve-2026-41567,descriptors}';

/** Real containers share one machine: more at once than this only makes each slower. */
const workers = 2;

/** What the tests of real containers have in common. */
const system = {
	globalSetup: [
		'test/system/root-range.ts',
		'test/system/first-terminal.ts',
		'test/faults/report.ts',
		'test/system/warm-state.ts',
	],
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
		// Vitest's own choice leaves one processor idle.
		maxWorkers: availableParallelism(),
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
						`test/escapes/${attacksOnExecutors}.test.ts`,
						'test/system/{container,rootless,userns,die-at-step}.test.ts',
					],
					// Each race is run less often than with calls.
					env: {TEST_EXECUTOR: 'commands', STARTS: process.env['STARTS'] ?? '5'},
					sequence: {groupOrder: 1},
					...system,
				},
			},
		],
	},
});
