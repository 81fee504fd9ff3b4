/** What the exit status of a command line means, in the order of the documentation. */
export const exitStatuses: readonly (readonly [status: string, meaning: string])[] = [
	['0', 'success'],
	[
		'1',
		'the work was done, and the answer is no: `drift`, `lock --check` or `runs diff` found differences, a service did not start, a command of a build failed, `doctor` misses something',
	],
	['2', 'usage error'],
	['125', 'tsbox failed'],
	['126', 'the command cannot be executed'],
	['127', 'the command does not exist'],
	['128+N', 'signal N ended the command'],
];
