import {labelOf} from '../../spec/keys/replicas.ts';
import type {UpManner} from '../../project/state/control.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Context} from '../verb/command.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {hasDashScreen} from '../output/has-screen.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {imageBuilder} from '../build/image-builder.ts';
import {openDash} from './open-dash.ts';
import {programOf} from '../verb/program.ts';
import {upInBackground} from './up-in-background.ts';

/** The options of `up` that are used here. */
interface VerbOptions {
	readonly json: boolean;
	readonly build: boolean;
	readonly 'best-effort': boolean;
	readonly plain: boolean;
	readonly wait: boolean;
	readonly manner?: UpManner;
	readonly 'wait-timeout': number | undefined;
}

/** `tsbox up --dash`: starts services in the background and opens the dashboard. Prints lines without a capable terminal. */
export async function upOnDash(
	values: VerbOptions,
	spec: SpecRequest,
	services: readonly string[],
	context: Context,
): Promise<number> {
	const {io, engine, folders} = context;
	if (values.plain || !hasDashScreen(io)) {
		const status = await upInBackground(values, spec, services, context);
		if (status !== 0) return status;
		const {dashPlain} = await import('./dash-plain.ts');
		return dashPlain(context, undefined);
	}
	const project = await engine.loadProject({...spec, named: services});
	const machine = await engine.openMachine(folders);
	// A build is shown before the dashboard takes the screen.
	const stop = stopSignals(io, 'the start');
	try {
		await imageBuilder(context, values, stop)(project, await engine.wantedServices(project, services));
	} finally {
		stop.close();
	}
	const meant = new Set(
		services.length > 0 ? services : (project.active ?? project.services.map(({service}) => service)),
	);
	return openDash(
		context,
		{filter: project.name},
		{
			project: project.name,
			services: project.services.filter(({service}) => meant.has(service)).map(labelOf),
			run: (emit, signal) =>
				engine.upDetached(machine, {
					spec,
					services,
					wait: values.wait,
					program: programOf(io),
					signal,
					emit,
					...present({
						timeoutMs: values['wait-timeout'] === undefined ? undefined : values['wait-timeout'] * 1000,
						manner: values.manner,
					}),
				}),
		},
	);
}
