import {defineConfig} from 'vitest/config';

export default defineConfig({
	test: {
		// Ink and others look for these once, as they are loaded: in a CI job Ink would draw nothing.
		env: {CI: 'false', FORCE_COLOR: '0'},
		projects: [
			{
				extends: true,
				test: {
					name: 'unit',
					include: [
						'src/**/*.test.{ts,tsx}',
						'config/**/*.test.ts',
						'fixtures/**/*.test.ts',
						'test/*.test.ts',
						'test/golden/**/*.test.ts',
						'test/fuzz/**/*.test.ts',
						'test/seccomp/verdicts.test.ts',
					],
					// Some start programs, and the machine may have other things to do.
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
					globalSetup: ['test/system/root-range.ts', 'test/faults/report.ts', 'test/system/warm-state.ts'],
					pool: 'forks',
					// Real containers share one machine: more at once than this only makes each slower.
					maxWorkers: 2,
					// Projects with worker counts of their own run one after the other; unit tests first, they are quick.
					sequence: {groupOrder: 1},
					testTimeout: 120_000,
					hookTimeout: 120_000,
				},
			},
		],
	},
});
