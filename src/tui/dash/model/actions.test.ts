import {expect, test} from 'vitest';
import {intentOf, liveOf, type PlainAction, projectsOf} from './actions.ts';
import {currentRows} from './model.ts';
import type {ProjectFacts, Row} from './rows.ts';
import {sampleContainer, sampleModel, sampleProject} from '../../../../test/support/sample-dash.ts';

const rows = new Map(currentRows(sampleModel()).map(row => [row.key, row]));
const of = (name: string, more: Parameters<typeof sampleContainer>[1]): Row => ({
	kind: 'container',
	key: `c:${name}`,
	container: sampleContainer(name, more),
});
const named: Readonly<Record<string, Row | undefined>> = {
	web: rows.get('c:shop-web'),
	job: rows.get('c:shop-job'),
	cache: rows.get('s:shop/cache'),
	shop: rows.get('p:shop'),
	demo: rows.get('c:demo'),
	fore: of('fore', {}),
	engine: of('docker-1', {engine: {kind: 'docker', id: '1'}}),
	over: of('over', {state: 'exited', exitCode: 0}),
};

function intent(action: PlainAction, names: string, projects: readonly ProjectFacts[] = [sampleProject]): string {
	const meant = names.split(' ').flatMap(name => named[name] ?? []);
	const result = intentOf(action, meant, projects);
	if ('refused' in result) return `refused: ${result.refused}`;
	const commands = result.commands.map(words => words.join(' ')).join('; ');
	return result.loses === undefined ? commands : `${commands} | loses ${result.loses}`;
}

test.each([
	['stop', 'web', 'stop shop-web'],
	['stop', 'job', 'refused: shop-job does not run'],
	['stop', 'demo', 'down demo | loses demo runs in the foreground of another terminal, and is gone when it ends'],
	['stop', 'shop', 'stop shop'],
	['stop', 'web job', 'stop shop-web'],
	[
		'stop',
		'web demo',
		'stop shop-web; down demo | loses demo runs in the foreground of another terminal, and is gone when it ends',
	],
	['stop', 'engine', 'refused: docker-1 is a container of docker: use `docker stop 1`'],
	['remove', 'engine', 'refused: docker-1 is a container of docker: use `docker rm -f 1`'],
	['pause', 'engine', 'refused: docker-1 is a container of docker: use `docker pause 1`'],
	['stop', 'over', 'refused: over does not run'],
	['start', 'job', 'start shop-job'],
	['start', 'web', 'refused: shop-web runs'],
	['start', 'cache', 'start shop cache'],
	['start', 'shop', 'start shop'],
	['start', 'over', 'refused: over is not of a project: run its command again'],
	['restart', 'web', 'restart shop-web'],
	['restart', 'job', 'restart shop-job'],
	['restart', 'cache', 'restart shop cache'],
	['restart', 'fore', 'refused: fore runs in the foreground of another terminal: end it and run its command again'],
	['pause', 'web', 'pause shop-web'],
	['pause', 'demo', 'unpause demo'],
	['pause', 'job', 'refused: shop-job does not run'],
	['pause', 'shop', 'pause shop-web shop-db'],
	['pause', 'cache', 'refused: shop cache does not run'],
	['pause', 'web demo', 'pause shop-web; unpause demo'],
	['remove', 'web', 'rm shop-web | loses the files that shop-web wrote and its output'],
	['remove', 'demo', 'down demo | loses demo ends, and all it wrote'],
	['remove', 'shop', 'rm shop | loses the files that containers of shop wrote, and their output'],
	['remove', 'cache', 'rm shop cache | loses the files that containers of shop cache wrote, and their output'],
	[
		'remove',
		'web job',
		'rm shop-web; rm shop-job | loses the files that shop-web wrote and its output; the files that shop-job wrote and its output',
	],
	['project-up', 'web', 'up -d /srv/shop.yaml web db job mail cache'],
	['project-up', 'web cache shop', 'up -d /srv/shop.yaml web db job mail cache'],
	['project-up', 'demo', 'refused: that is of no detached project'],
	[
		'project-down',
		'web demo',
		'down shop | loses all containers of shop, what they wrote, and their output; volumes stay',
	],
	['project-down', 'demo', 'refused: that is of no detached project'],
	['stop', '', 'refused: there is nothing to do it to'],
] as const)('%s of %s: %s', (action, names, result) => {
	expect(intent(action, names)).toBe(result);
});

test('a project without a known spec cannot be brought up', () => {
	expect(intent('project-up', 'web', [{...sampleProject, spec: null}])).toBe(
		'refused: it is not known which spec shop was made from',
	);
	expect(intent('project-up', 'web', [])).toBe('refused: that is of no detached project');
});

test('pause on a project unpauses it only if all its live containers are paused', () => {
	const paused = (name: string) => sampleContainer(name, {state: 'paused'});
	const row = (...states: readonly string[]): Row => ({
		kind: 'project',
		key: 'p:x',
		project: sampleProject,
		containers: states.map((state, at) => ({...paused(`c${at}`), state})),
	});
	expect(intentOf('pause', [row('paused', 'paused', 'exited')], [])).toEqual({commands: [['unpause', 'c0', 'c1']]});
	expect(intentOf('pause', [row('paused', 'running')], [])).toEqual({commands: [['pause', 'c1']]});
	expect(intentOf('pause', [row('exited')], [])).toEqual({refused: 'nothing of it runs'});
});

test('live containers and projects are each listed once', () => {
	const some = [named['web'], named['shop'], named['job'], named['demo'], named['cache']].flatMap(row => row ?? []);
	expect(liveOf(some)).toEqual(['shop-web', 'shop-db', 'demo']);
	expect(projectsOf(some)).toEqual(['shop']);
});
