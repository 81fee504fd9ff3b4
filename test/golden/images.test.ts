import {expect, test} from 'vitest';
import {renamed} from '../../src/container/plan/renamed.ts';
import type {PlannedContainer} from '../../src/container/machine/planned-container.ts';
import {rangeMapOf} from '../../src/host/id-map.ts';
import {planContainer} from '../../src/plan/plan-container.ts';
import type {Project} from '../../src/spec/model/project.ts';
import {stepCommand} from '../../src/step/verbs/command.ts';
import {planTable} from '../../src/view/plan/plan-table.ts';
import {theme} from '../../src/view/text/theme.ts';
import {layeredImage, sampleInput, sampleService, savedFacts} from '../support/sample-input.ts';

/* Plans of containers whose root filesystem is an image of several layers. */

const facts = savedFacts('v2-trixie');
const idmapped = {...facts, overlay: {...facts.overlay, idmapped: true}};

const kinds = [
	['3-layers', {image: layeredImage(3)}],
	[
		'3-layers-pulled',
		{
			image: {
				...layeredImage(3),
				stored: false,
				layers: layeredImage(3).layers.map((layer, at) => ({...layer, stored: at === 0})),
			},
		},
	],
	['127-layers', {image: layeredImage(127)}],
	['127-layers-mapped', {image: layeredImage(127), map: rangeMapOf(facts), facts: idmapped}],
] as const;

function plannedOf(changes: (typeof kinds)[number][1], name: string): PlannedContainer {
	const namespaces = 'map' in changes ? [...sampleService.namespaces, 'user' as const] : sampleService.namespaces;
	const service = {...sampleService, name, hostname: 'web', namespaces};
	const input = sampleInput({facts, ...changes, map: 'map' in changes ? (changes.map ?? null) : null, service});
	const project = {file: 'demo.yaml', name: 'demo', services: [], volumes: []} as unknown as Project;
	return {project, service, made: service, image: input.image, config: input.config, plan: planContainer(input)};
}

test.each(kinds)('the plan of an image of %s is the reviewed one', async (name, changes) => {
	const {plan} = plannedOf(changes, 'web');
	const table = planTable(plan, {
		columns: 160,
		theme: theme(false),
		width: text => text.length,
		commandOf: step => stepCommand(step, plan),
	});
	await expect(table).toMatchFileSnapshot(`images/${name}.txt`);
});

test.each(
	kinds.flatMap(([name, changes]) =>
		[20, 40, 54, 60, 66].map(
			count => [name, count, {...changes, image: {...changes.image, layers: layeredImage(count).layers}}] as const,
		),
	),
)('the plan of %s, with %i layers, is another under another name only in the name', (_, _count, changes) => {
	const [one, other] = ['pool-0123456789-2', 'pool-abcdef0123-1700'];
	expect(renamed(plannedOf(changes, one), other)).toEqual(plannedOf(changes, other));
});
