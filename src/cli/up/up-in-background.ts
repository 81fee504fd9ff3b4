import {projectEventText} from '../../view/lists/project-event.ts';
import type {UpManner} from '../../project/state/control.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Context} from '../verb/command.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {programOf} from '../verb/program.ts';
import {imageBuilder} from '../build/image-builder.ts';
import {stopSignals} from '../options/stop-signals.ts';

/** The options of `up` that are used here. */
interface VerbOptions {
	readonly json: boolean;
	readonly build: boolean;
	readonly 'best-effort': boolean;
	readonly wait: boolean;
	/** Say nothing of builds. */
	readonly 'quiet-build'?: boolean;
	readonly manner?: UpManner;
	readonly 'wait-timeout': number | undefined;
}

/** `tsbox up -d`: starts services in the background. Returns 1 if one did not start. */
export async function upInBackground(
	values: VerbOptions,
	spec: SpecRequest,
	services: readonly string[],
	context: Context,
): Promise<number> {
	const {io, engine, folders} = context;
	const stop = stopSignals(io, 'the start');
	const seconds = values['wait-timeout'];
	try {
		const states = await engine.upDetached(await engine.openMachine(folders), {
			spec,
			services,
			wait: values.wait,
			program: programOf(io),
			signal: stop.signal,
			buildImages: imageBuilder(context, values, stop),
			emit: event => {
				if (event.type === 'service.orphaned' && io.env['COMPOSE_IGNORE_ORPHANS'] === 'true') return;
				const text = values.json ? JSON.stringify(event) : projectEventText(event);
				if (text === undefined) return;
				if (values.json) io.out(`${text}\n`);
				else io.err(`${text}\n`);
			},
			...present({timeoutMs: seconds === undefined ? undefined : seconds * 1000, manner: values.manner}),
		});
		const bad = states.filter(({status, health}) => status === 'failed' || (values.wait && health === 'unhealthy'));
		return bad.length > 0 ? 1 : 0;
	} finally {
		stop.close();
	}
}
