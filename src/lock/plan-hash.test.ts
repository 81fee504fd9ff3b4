import {expect, test} from 'vitest';
import {planContainer} from '../plan/plan-container.ts';
import {sampleInput, savedFacts, type SampleChanges} from '../../test/support/sample-input.ts';
import {planHash} from './plan-hash.ts';
import {portableInput} from './portable-input.ts';

/** The hash of a sample's plan, made portable. */
function hashOf(changes: SampleChanges = {}, paths: ReadonlyMap<string, string> = new Map()): string {
	return planHash(planContainer(portableInput(sampleInput(changes), paths))).digest;
}

const facts = savedFacts('v2-bookworm');
const image = sampleInput().image;

test.each<[what: string, changes: SampleChanges]>([
	['where the store and the state are', {folders: {store: '/srv/store', state: '/srv/state'}}],
	['what the spec is called', {spec: 'other.yaml'}],
	['that the toolbox is not made yet', {toolsSealed: false}],
	['that the image is not unpacked yet', {image: {...image, stored: false} as typeof image}],
	[
		'the seccomp filter, which is locked for itself',
		{seccomp: {profile: 'x', filter: 'AAAA', instructions: 2, notes: ['x']}},
	],
	[
		'controllers that are enabled already',
		{facts: {...facts, cgroup: {...facts.cgroup, unifiedEnabled: ['cpu', 'memory', 'pids']}}},
	],
	['the libraries of the tools', {facts: {...facts, toolbox: {kind: 'copy', files: ['/lib/x'], id: 'other'}}}],
	['a path of the kernel that is not there', {facts: {...facts, kernelPaths: {}}}],
	[
		'who has the same subordinate ids',
		{facts: {...facts, userNamespace: {...facts.userNamespace, sharers: ['somebody']}}},
	],
])('the hash of a plan does not tell %s', (_, changes) => {
	expect(hashOf(changes)).toBe(hashOf());
});

test.each<[what: string, changes: SampleChanges]>([
	['a limit', {service: {memLimit: 1_000_000}}],
	['a name', {service: {name: 'other'}}],
	['a variable', {service: {environment: {A: 'b'}}}],
	['a hierarchy', {facts: savedFacts('v1-bookworm')}],
	['another place of the writable layer', {facts: {...facts, overlay: {...facts.overlay, store: false, tmpfs: true}}}],
	['no filter', {seccomp: null}],
])('the hash of a plan tells %s', (_, changes) => {
	expect(hashOf(changes)).not.toBe(hashOf());
});

test('the hash leaves out the source of an input and includes its target', () => {
	const bound = (source: string, target = '/data'): string =>
		hashOf(
			{
				service: {
					volumes: [
						{
							type: 'bind',
							source,
							target,
							readOnly: true,
							createHostPath: false,
							propagation: 'rprivate',
							recursive: true,
						},
					],
				},
				sources: {[source]: {real: `/mnt${source}`, kind: 'folder', submounts: [], locked: ['nosuid']}},
			},
			new Map([[source, '/portable/data']]),
		);
	expect(bound('/here/data')).toBe(bound('/there/data'));
	expect(bound('/here/data')).not.toBe(bound('/here/data', '/other'));
});
