/** The settings of a health check that does not say them: those of docker-run(1). Durations in ms. */
export const healthcheckDefaults = {
	intervalMs: 30_000,
	timeoutMs: 30_000,
	startPeriodMs: 0,
	startIntervalMs: 5000,
	retries: 3,
} as const;
