import type {ContainerProcess} from '../../../container/observe/top.ts';
import {line} from '../../draw/line.ts';
import type {OpenPane} from '../model/detail.ts';
import type {DetailTarget, Pane, PaneContext} from '../model/pane.ts';
import {prompt} from '../model/sheet.ts';
import type {TabName} from '../model/tabs.ts';
import {configTab} from '../../tabs/config-tab.ts';
import {driftTab} from '../../tabs/drift-tab.ts';
import {mountsTab} from '../../tabs/mounts-tab.ts';
import {networkTab} from '../../tabs/network-tab.ts';
import {processesTab} from '../../tabs/processes-tab.ts';
import {askedPane, movedCursor} from './asked-pane.ts';
import {eventsPane} from './events-pane.ts';
import {logsPane} from './logs-pane.ts';
import {planPane} from './plan-pane.ts';
import {statsPane} from './stats-pane.ts';

/** Opens the pane of a tab. */
export function openPane(dashboard: PaneContext): OpenPane {
	return (tab, target) => named(paneOf(dashboard, tab, target), tab, target);
}

/** The status of a project names the container that is shown. */
function named(pane: Pane, tab: TabName, {row, containers}: DetailTarget): Pane {
	const [name] = containers;
	if (row.kind !== 'project' || name === undefined || tab === 'logs' || tab === 'events') return pane;
	return {
		...pane,
		draw: frame => {
			const {lines, status} = pane.draw(frame);
			return {lines, status: status === '' ? name : `${name}, ${status}`};
		},
	};
}

function paneOf(dashboard: PaneContext, tab: TabName, target: DetailTarget): Pane {
	switch (tab) {
		case 'logs':
			return logsPane(dashboard, target);
		case 'plan':
			return planPane(dashboard, target);
		case 'stats':
			return statsPane(dashboard, target);
		case 'events':
			return eventsPane(dashboard, target);
		case 'config':
		case 'drift':
		case 'mounts':
		case 'network':
		case 'processes':
			return factsPane(dashboard, tab, target);
	}
}

/** The tabs about one container. If there are several, they show the first. */
function factsPane(
	dashboard: PaneContext,
	tab: Exclude<TabName, 'logs' | 'plan' | 'stats' | 'events'>,
	{row, containers}: DetailTarget,
): Pane {
	const {source, surround} = dashboard;
	const name = row.kind === 'container' ? row.container.name : containers[0];
	if (name === undefined) return nothingPane('there is no container');
	switch (tab) {
		case 'processes':
			return processesPane(dashboard, name);
		case 'mounts':
			return askedPane(surround, {
				ask: () => source.mounts(name),
				every: 2,
				body: (mounts, _, frame) => mountsTab(mounts, frame),
			});
		case 'network':
			return askedPane(surround, {
				ask: () => source.network(name),
				every: 2,
				body: (network, _, frame) => networkTab(network, frame),
			});
		case 'config':
			return configPane(dashboard, name);
		case 'drift':
			return askedPane(surround, {
				ask: () => source.drift(name),
				every: 10,
				body: (drift, _, frame) => driftTab(drift, frame),
				perform: (key, again) => {
					if (key === 'check-again') again();
					return key === 'check-again';
				},
			});
	}
}

function processesPane({source, surround}: PaneContext, name: string): Pane {
	let cursor = 0;
	return askedPane<{readonly at: number; readonly processes: readonly ContainerProcess[]}>(surround, {
		ask: async () => ({processes: await source.processes(name), at: surround.now()}),
		every: 1,
		body: (now, before, frame) => processesTab(now, before, {cursor}, frame),
		move: (by, {processes}) => void (cursor = movedCursor(cursor, by, processes.length - 1)),
	});
}

function configPane({source, surround}: PaneContext, name: string): Pane {
	let filter = '';
	return askedPane(surround, {
		ask: () => source.config(name),
		every: Number.POSITIVE_INFINITY,
		body: (entries, _, frame) => configTab(entries, {filter}, frame),
		perform: key => {
			if (key !== 'config-filter') return false;
			const before = filter;
			const live = (text: string): void => void (filter = text);
			surround.ask(prompt('show keys and values with', filter, live, {live, cancel: () => live(before)}));
			return true;
		},
	});
}

function nothingPane(text: string): Pane {
	return {
		draw: () => ({lines: [line(`  ${text}`, 'quiet')], status: ''}),
		move: () => {},
		perform: () => false,
		refresh: () => {},
		close: () => {},
	};
}
