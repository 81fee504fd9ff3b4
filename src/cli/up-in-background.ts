import {projectEventText} from '../view/project-event.ts';
import type {Context} from './command.ts';
import {mostReplicas} from '../spec/replicas.ts';
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
	readonly scale: readonly string[];
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
	const scale = scaleOf(values.scale);
	const stop = stopSignals(io);
	const seconds = values['wait-timeout'];
	try {
		const states = await engine.upDetached(await engine.openMachine(folders), {
			spec: {
				cwd: io.cwd,
				env: io.env,
				bestEffort: values['best-effort'],
				profiles: values.profile,
				...given({file, overrides: scale}),
			},
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

/** `--scale SERVICE=N`, as often as it is given; undefined without. */
function scaleOf(words: readonly string[]): {readonly scale: Readonly<Record<string, number>>} | undefined {
	if (words.length === 0) return undefined;
	const scale = words.map((word): [string, number] => {
		const [, service, count] = /^([^=]+)=(\d{1,4})$/.exec(word) ?? [];
		if (service === undefined || Number(count) > mostReplicas)
			throw usageError(`--scale ${word} is not SERVICE=N with N from 0 to ${mostReplicas}`, undefined, 'up');
		return [service, Number(count)];
	});
	return {scale: Object.fromEntries(scale)};
}
