import {expect, test} from 'vitest';
import {rangeMapOf} from '../../host/id-map.ts';
import type {VolumeMount} from '../../spec/model/project.ts';
import {actionLines} from '../../step/verbs/action.ts';
import {hasOwnVolumes} from './plan-volumes.ts';
import type {VolumeInput} from '../input/input.ts';
import {savedFacts, type SampleChanges, samplePlan} from '../../../test/support/sample-input.ts';

const mount: VolumeMount = {
	type: 'volume',
	volume: {key: 'data', name: 'shop_data', project: 'shop', labels: {}},
	target: '/data',
	readOnly: false,
	nocopy: false,
};
const data: VolumeInput = {mount, record: undefined};

/** The volume steps, as `ID: COMMAND`. */
function steps(volumes: readonly VolumeInput[], changes: SampleChanges = {}): readonly string[] {
	return samplePlan({...changes, volumes}).steps.flatMap(({id, action}) =>
		id.startsWith('volume.') ? [`${id}: ${actionLines(action, '').join('\n')}`] : [],
	);
}

test('a volume is made before it is filled, and both before anything is mounted', () => {
	expect(steps([data])).toMatchInlineSnapshot(`
		[
		  "volume.shop_data: mkdir -p -m 755 /var/lib/tsbox/volumes/shop_data/_data
		echo '{"schema":1,"name":"shop_data","project":"shop","volume":"data","labels":{},"root":0}' > /var/lib/tsbox/volumes/shop_data/record.json",
		  "volume.shop_data.copy: chroot /var/lib/tsbox/images/abababababababababababababababababababababababababababababababab/rootfs tar -C /data -cf - . |
		    tar -xpf - -C /var/lib/tsbox/volumes/shop_data/_data",
		]
	`);
	const order = samplePlan({volumes: [data]}).steps.map(({id}) => id);
	expect(order.indexOf('volume.shop_data.copy')).toBeGreaterThan(order.indexOf('rootfs.folders'));
	expect(order.indexOf('volume.shop_data.copy')).toBeLessThan(order.indexOf('namespaces.start'));
});

test('a volume with two mounts is made once, and the first mount without nocopy fills it', () => {
	const nocopy = {...data, mount: {...mount, nocopy: true, target: '/a'}};
	const ids = steps([nocopy, data, {...data, mount: {...mount, target: '/b'}}]);
	expect(ids).toHaveLength(2);
	expect(ids[1]).toContain('tar -C /data ');
	expect(steps([nocopy])).toHaveLength(1);
});

test('`rootfs: host` fills no volume, and an external volume is only looked for', () => {
	expect(steps([data], {image: {kind: 'host'}})).toHaveLength(1);
	const external = {...data, mount: {...mount, volume: {...mount.volume, name: 'theirs', project: null}}};
	expect(steps([external], {image: {kind: 'host'}})).toEqual([
		'volume.theirs: test -d /var/lib/tsbox/volumes/theirs/_data',
	]);
});

test('an anonymous volume says in its record whose it is, and that the end in the foreground removes it', () => {
	const own = {...data, mount: {...mount, volume: {...mount.volume, name: 'web_data_0123456789ab', container: 'web'}}};
	const plan = samplePlan({volumes: [own]});
	expect(plan.steps.find(({id}) => id === 'volume.web_data_0123456789ab')).toMatchObject({
		action: {record: {container: 'web', project: 'shop'}},
		undo: {reason: expect.stringContaining('the end in the foreground') as string},
	});
	expect([plan, samplePlan({volumes: [data]})].map(hasOwnVolumes)).toEqual([true, false]);
});

test('in a user namespace with an id range the empty folder belongs to container root', () => {
	const facts = savedFacts('v2-bookworm');
	const userNamespace = {
		...facts.userNamespace,
		subuids: [{start: 200_000, count: 65_536}],
		subgids: [{start: 300_000, count: 65_536}],
	};
	const map = rangeMapOf({userNamespace, tools: facts.tools});
	const plan = samplePlan({facts: {...facts, userNamespace}, map, volumes: [data]});
	const action = plan.steps.find(({id}) => id === 'volume.shop_data')?.action;
	expect(action).toMatchObject({owner: [200_000, 300_000], record: {root: 200_000, project: 'shop', volume: 'data'}});
});

test('a volume of another project or for other ids causes a warning', () => {
	const record = {
		schema: 1,
		name: 'shop_data',
		project: 'other',
		volume: 'data',
		labels: {},
		root: 100_000,
		created: 0,
	} as const;
	expect(samplePlan({volumes: [{mount, record}]}).warnings).toMatchInlineSnapshot(`
		[
		  "the volume shop_data was made for containers whose root is uid 100000 on the host; in this container root is uid 0, and the volume's files keep their owners",
		  "the volume shop_data was made by the project other: \`down -v\` of shop leaves it; say so with \`external: true\`",
		]
	`);
	expect(samplePlan({volumes: [{mount, record: {...record, project: 'shop', root: 0}}]}).warnings).toEqual([]);
});
