import {projectEventText} from '../view/project-event.ts';
import type {Context} from './command.ts';
import {programOf} from './program.ts';
import {given} from './run-options.ts';
import {stopSignals} from './stop-signals.ts';
import {usageError} from './usage-error.ts';

/** The options of `up` that this goes by. */
interface Wishes {
	readonly json: boolean;
	readonly step: boolean;
	readonly wait: boolean;
	readonly 'wait-timeout': number | undefined;
	readonly 'best-effort': boolean;
	readonly profile: readonly string[];
}

/** `tsbox up -d`: has the services run in the background; 1 when one of them did not come up. */
export async function upInBackground(
	values: Wishes,
	file: string | undefined,
	services: readonly string[],
	{io, engine, folders}: Context,
): Promise<number> {
	if (values.step) throw usageError('--step and -d exclude each other', undefined, 'up');
	const stop = stopSignals(io);
	const seconds = values['wait-timeout'];
	try {
		const states = await engine.upDetached(await engine.openMachine(folders), {
			spec: {cwd: io.cwd, env: io.env, bestEffort: values['best-effort'], profiles: values.profile, ...given({file})},
			services,
			wait: values.wait,
			program: programOf(io),
			signal: stop.signal,
			emit: event => {
				const text = values.json ? JSON.stringify(event) : projectEventText(event);
				if (text === undefined) return;
				if (values.json) io.out(`${text}\n`);
				else io.err(`${text}\n`);
			},
			...(seconds === undefined ? {} : {timeoutMs: seconds * 1000}),
		});
		const bad = states.filter(({status, health}) => status === 'failed' || (values.wait && health === 'unhealthy'));
		return bad.length > 0 ? 1 : 0;
	} finally {
		stop.close();
	}
}
