import {toError} from '../../errors/is-error.ts';
import {interruption} from '../../errors/interruption.ts';
import type {ProjectEvent} from '../../project/state/event.ts';
import type {DashboardContext} from './model/dashboard-context.ts';
import {runCommand} from './model/dashboard-context.ts';
import type {Sheet} from './model/sheet.ts';
import {firstUp, reduceUp} from './up-state.ts';
import {upLines, upSummary} from './up-screen.ts';

/** An `up` whose progress the dashboard shows. */
export interface ShownUp {
	readonly project: string;
	/** Labels of the containers, in the order of the spec. */
	readonly services: readonly string[];
	/** Starts the containers. Settles when they run or some have failed. */
	readonly run: (emit: (event: ProjectEvent) => void, signal: AbortSignal) => Promise<unknown>;
}

/** Shows an `up` over the dashboard until all containers run or the user has seen what failed. */
export function showUp(dashboard: DashboardContext, {project, services, run}: ShownUp): void {
	const {model} = dashboard;
	const began = dashboard.now();
	const gone = new AbortController();
	// The supervisor continues the start. Without this abort, this process would wait for the start unseen.
	dashboard.ended.addEventListener('abort', () => gone.abort(interruption('the start', 'SIGINT')), {once: true});
	let state = firstUp(services);
	let failure: string | undefined;
	let isOver = false;
	const stay = (key: string): boolean => {
		if (isOver || !['q', 'esc', 'ctrl-c', 'enter'].includes(key)) return false;
		ask();
		return true;
	};
	const sheet = (): Sheet => ({
		kind: 'text',
		title: isOver
			? `up ${project}: ${failure ?? upSummary(state, dashboard.now() - began)} (Enter goes to the dashboard)`
			: `up ${project} (q leaves or stops)`,
		lines: frame => upLines(state, frame),
		top: 0,
		stay,
	});
	const isBad = (): boolean => failure !== undefined || state.some(({status}) => status === 'failed');
	const back = (): void => {
		if (!isOver || isBad()) model.sheet = sheet();
	};
	// Scrolling replaces the sheet, so compare `stay`.
	const isShown = (): boolean => model.sheet?.kind === 'text' && model.sheet.stay === stay;
	const ask = (): void => {
		dashboard.ask({
			kind: 'choose',
			title: `${project} is still being started`,
			text: '',
			cursor: 0,
			choices: [
				{label: 'go on watching', pick: back},
				{label: 'go to the dashboard', aside: 'it goes on behind it', pick: () => {}},
				{
					label: 'detach: leave; its supervisor goes on starting it',
					aside: `tsbox ps shows it`,
					pick: () => dashboard.leave(),
				},
				{
					label: 'stop: take all of it down',
					aside: `tsbox down ${project}`,
					pick: () => {
						gone.abort(interruption('the start', 'SIGINT'));
						void runCommand(dashboard, ['down', project]);
					},
				},
			],
		});
	};
	model.sheet = sheet();
	const emit = (event: ProjectEvent): void => {
		state = reduceUp(state, event);
		dashboard.changed();
	};
	const over = (error?: Error): void => {
		isOver = true;
		if (gone.signal.aborted) return;
		if (error !== undefined) failure = error.message;
		const summary = (): string => failure ?? upSummary(state, dashboard.now() - began);
		if (!isBad()) {
			if (isShown()) model.sheet = undefined;
			dashboard.say(`up ${project}: ${summary()}`);
		} else if (isShown() || model.sheet === undefined) model.sheet = sheet();
		else dashboard.say(`up ${project}: ${summary()}`, true);
		dashboard.changed();
	};
	run(emit, gone.signal).then(
		() => over(),
		(error: unknown) => over(toError(error)),
	);
}
