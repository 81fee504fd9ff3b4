import type {Healthcheck} from './project.ts';

/** The settings of a health check that does not say them: those of docker-run(1). Durations in ms. */
export const healthcheckDefaults = {
	intervalMs: 30_000,
	timeoutMs: 30_000,
	startPeriodMs: 0,
	startIntervalMs: 5000,
	retries: 3,
} as const;

/** What a test in the form of a text is put behind, where the image has no shell of its own. */
export const usualShell: readonly string[] = ['/bin/sh', '-c'];

/** The fields of a health check, by their names in a spec. */
export const healthcheckFields = {
	test: 'test',
	interval: 'intervalMs',
	timeout: 'timeoutMs',
	retries: 'retries',
	start_period: 'startPeriodMs',
	start_interval: 'startIntervalMs',
} as const satisfies Readonly<Record<string, keyof Healthcheck>>;
