import type {ContainerSummary} from '../../src/container/observe/list.ts';
import stringWidth from 'string-width';
import {glyphs} from '../../src/view/text/glyphs.ts';
import type {Sample} from '../../src/tui/tabs/rates.ts';
import {sampleNow} from './sample-frame.ts';
import type {DetailView} from '../../src/tui/dash/model/detail.ts';
import {keyTable} from '../../src/tui/dash/model/keys.ts';
import {firstModel, type Model} from '../../src/tui/dash/model/model.ts';
import type {ProjectFacts} from '../../src/tui/dash/model/rows.ts';
import type {ScreenLook} from '../../src/tui/dash/model/screen.ts';
import {firstSettings} from '../../src/tui/dash/model/settings.ts';
import type {Narrow} from '../../src/tui/dash/model/sheet.ts';

/** A container that has run in the foreground for five minutes. */
export function sampleContainer(name: string, more: Partial<ContainerSummary> = {}): ContainerSummary {
	return {
		name,
		state: 'running',
		pid: 4242,
		command: ['sleep', 'infinity'],
		spec: `/srv/${name}.yaml`,
		image: 'alpine.tar.gz',
		started: sampleNow - 300_000,
		...more,
	};
}

/** The resource use of a container. */
export function sampleUse(more: Partial<Sample> = {}): Sample {
	return {
		at: sampleNow,
		cpuPercent: 1.5,
		memoryUsed: 50 * 2 ** 20,
		memoryLimit: 100 * 2 ** 20,
		rxRate: 0,
		txRate: 0,
		readRate: 0,
		writeRate: 0,
		cpuPressure: 0,
		memoryPressure: 0,
		pids: 3,
		...more,
	};
}

const inShop = (service: string, more: Partial<ContainerSummary> = {}): ContainerSummary =>
	sampleContainer(`shop-${service}`, {
		project: 'shop',
		service,
		health: 'none',
		exitCode: null,
		restarts: 0,
		spec: '/srv/shop.yaml',
		...more,
	});

/** A project with a service in each state, and a foreground container. */
export const sampleContainers: readonly ContainerSummary[] = [
	inShop('web', {health: 'healthy', command: ['nginx', '-g', 'daemon off;']}),
	inShop('db', {health: 'unhealthy', restarts: 2, image: 'postgres.tar', started: sampleNow - 7_200_000}),
	inShop('job', {state: 'exited', exitCode: 0, pid: 0}),
	inShop('mail', {state: 'exited', exitCode: 137, pid: 0}),
	sampleContainer('demo', {state: 'paused'}),
];

/** The project of {@link sampleContainers}. Its service `cache` has no container. */
export const sampleProject: ProjectFacts = {
	name: 'shop',
	spec: '/srv/shop.yaml',
	services: ['web', 'db', 'job', 'mail', 'cache'],
};

/** A loaded model of {@link sampleContainers}. */
export function sampleModel(change: Partial<Model> = {}): Model {
	return {
		...firstModel(firstSettings),
		containers: sampleContainers,
		projects: [sampleProject],
		samples: new Map([
			['shop-web', sampleUse({cpuPercent: 12.5, rxRate: 2048, txRate: 1_500_000})],
			['shop-db', sampleUse({cpuPercent: 95, memoryUsed: 95 * 2 ** 20, readRate: 4096, pids: 17})],
			['demo', sampleUse({cpuPercent: null, memoryUsed: 2 ** 20, memoryLimit: null, pids: 1})],
		]),
		ports: new Map([['shop-web', '80/tcp 443/tcp']]),
		isLoaded: true,
		...change,
	};
}

/** Keeps the choices with the text in their label. */
export const sampleNarrow: Narrow = (text, choices) => choices.filter(({label}) => label.includes(text.trim()));

/** The look of a screen. */
export function sampleLook(columns = 100, rows = 30, locale = 'C.UTF-8'): ScreenLook {
	return {
		columns,
		rows,
		now: sampleNow,
		glyphs: glyphs({LANG: locale}),
		width: stringWidth,
		keys: keyTable,
		narrow: sampleNarrow,
	};
}

/** A detail of two lines that shows its size. */
export const sampleDetail: DetailView = {
	lines: ({columns, rows}) => ({
		lines: [[{text: `detail of ${columns}x${rows}`, tone: 'plain'}], [{text: 'second line', tone: 'quiet'}]],
		status: '1-2 of 80',
	}),
};
