import {TsboxError} from '../../errors/tsbox-error.ts';
import {noSuchService} from '../../container/machine/no-service.ts';
import type {BuildEvent} from '../../build/execute/build-event.ts';
import {escapeText} from '../../view/text/escape.ts';
import type {Project} from '../../spec/model/project.ts';
import {jsonText} from '../../view/text/json.ts';
import {assignments} from '../options/build-request.ts';
import {needTerminal} from '../options/wants-tty.ts';
import {buildHold} from './step-build.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {withBuildView} from './build-view.ts';
import type {Context} from '../verb/command.ts';

/** The options of `build` that are used here. */
interface VerbOptions {
	readonly 'build-arg': readonly string[];
	readonly 'no-cache': boolean;
	readonly reproducible: boolean;
	readonly pull: boolean;
	readonly plan: boolean;
	readonly quiet: boolean;
	readonly json: boolean;
	readonly step: boolean;
	readonly progress: string | undefined;
}

/** `tsbox build SPEC`: builds the images of a spec's services, or plans them. Returns the exit status. */
export async function buildSpec(
	values: VerbOptions,
	project: Project,
	named: readonly string[],
	{io, engine, folders}: Context,
): Promise<number> {
	const services = servicesToBuild(project, named);
	const stop = stopSignals(io, 'the build');
	try {
		const machine = await engine.openMachine(folders);
		const request = {
			services,
			onlyMissing: false,
			args: assignments(values['build-arg'], '--build-arg', io.env),
			noCache: values['no-cache'],
			reproducible: values.reproducible,
			pull: values.pull,
			cwd: io.cwd,
			env: io.env,
			signal: stop.signal,
			force: stop.force,
		};
		if (values.plan) {
			const tell = (_service: string, event: BuildEvent): void => {
				if (event.type === 'build.warning') io.err(`warning: ${escapeText(event.text)}\n`);
			};
			const plans = await engine.planServices(machine, project, {...request, output: 2, emit: tell});
			const {buildTable} = await import('../../view/plan/build-lines.ts');
			io.out(
				values.json ? jsonText(plans, 2) : plans.map(({service, plan}) => `${service}\n${buildTable(plan)}`).join('\n'),
			);
			return 0;
		}
		if (values.step) needTerminal(io, 'build');
		const hold = values.step ? {hold: buildHold(io, machine, stop.signal)} : {};
		const shown = values.step ? {...values, progress: 'plain'} : values;
		const built = await withBuildView(shown, io, 'build', async ({output, show}) =>
			engine.buildServices(machine, project, {
				...request,
				...hold,
				output,
				emit: (service, event) => show(event, service),
			}),
		);
		for (const {service, manifest, config, names} of built)
			io.out(
				values.json
					? `${JSON.stringify({type: 'build.completed', service, manifest, config, names})}\n`
					: values.quiet
						? `${manifest}\n`
						: `${service}  ${manifest}\n`,
			);
		return 0;
	} finally {
		stop.close();
	}
}

/**
 * The services to build: all with a `build`, or those that were named.
 *
 * @throws TsboxError E_USAGE.
 */
export function servicesToBuild(project: Project, named: readonly string[]): readonly string[] {
	const {builds = {}, services, file} = project;
	const there = Object.keys(builds);
	const strange = named.find(name => !services.some(({service}) => service === name));
	if (strange !== undefined) throw noSuchService(project, strange);
	const without = named.find(name => !there.includes(name));
	if (without !== undefined || there.length === 0)
		throw new TsboxError('E_USAGE', without === undefined ? `${file} builds nothing` : `${without} has no \`build\``, {
			hint: 'add `build: FOLDER` to the service, with the folder of its Dockerfile',
		});
	return named.length === 0 ? there : named;
}
