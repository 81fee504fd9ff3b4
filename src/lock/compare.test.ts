import {expect, test} from 'vitest';
import {lockDifferences} from '../view/lists/lock-words.ts';
import {type CompareContext, compareService} from './compare.ts';
import type {LockedService} from './lock-file.ts';
import {sampleLocked} from '../../test/support/sample-lock.ts';

const context: CompareContext = {
	service: 'web',
	originOf: key => (key === 'mem_limit' ? 'shop.yaml:4:12' : undefined),
	sourceOf: () => './conf',
	rootfs: './web.tar',
	takeOver: 'tsbox lock shop.yaml web',
};

/** What is said when the sample is compared with itself, changed. */
function words(changes: Partial<LockedService>, before = sampleLocked): string {
	const differences = compareService(before, {...sampleLocked, ...changes}, context);
	return lockDifferences({file: 'tsbox.lock', differences});
}

test('equal services have no difference', () => {
	expect(compareService(sampleLocked, structuredClone(sampleLocked), context)).toEqual([]);
});

test('each difference shows both values, its cause and its hint, and the plan comes last', () => {
	expect(
		words({
			spec: 'sha256:0002',
			keys: {...sampleLocked.keys, mem_limit: 1, command: ['sh', '\u001b[2J']},
			rootfs: {kind: 'archive', digest: 'sha256:0002'},
			plan: 'sha256:0002',
			steps: {...sampleLocked.steps, 'cgroup.memory': '0002'},
		}),
	).toMatchInlineSnapshot(`
		"4 differences from tsbox.lock
		  web: rootfs
		    locked sha256:0001 | now sha256:0002
		    cause  the content of the archive ./web.tar changed
		    hint   restore the locked one, or accept this one with \`tsbox lock shop.yaml web\`
		  web: command
		    locked ["sh"] | now ["sh","\\u001b[2J"]
		    cause  the spec has a different value
		    hint   restore it, or accept the change with \`tsbox lock shop.yaml web\`
		  web: mem_limit
		    locked 67108864 | now 1
		    cause  its value now comes from shop.yaml:4:12
		    hint   restore it, or accept the change with \`tsbox lock shop.yaml web\`
		  web: the plan
		    locked sha256:0001 | now sha256:0002
		    cause  it differs in the step cgroup.memory because of the differences above
		    hint   fix the differences above"
	`);
});

test('tools that differ in the same way share a row', () => {
	expect(words({tools: {mount: 'util-linux 2.41', sh: 'dash', setpriv: 'util-linux 2.41'}})).toMatchInlineSnapshot(`
		"1 difference from tsbox.lock
		  web: the tools mount, setpriv
		    locked util-linux 2.38.1 | now util-linux 2.41
		    cause  a different version is installed
		    hint   install the version that was locked, or accept the difference with \`tsbox lock shop.yaml web\`"
	`);
});

test('a plan as the only difference names its steps', () => {
	expect(words({plan: 'sha256:0002', steps: {'mounts.before': '0002', 'process.exec': '0001'}})).toMatchInlineSnapshot(`
		"1 difference from tsbox.lock
		  web: the plan
		    locked sha256:0001 | now sha256:0002
		    cause  it differs in the steps cgroup.memory, mounts.before: this version of tsbox, or this host, plans differently
		    hint   see \`tsbox plan\`, and accept it with \`tsbox lock shop.yaml web\`"
	`);
});

test('a tree without a list shows its size', () => {
	const input = {digest: 'sha256:0002', entries: 1000, bytes: 5};
	expect(words({inputs: {'/etc/app': input}})).toMatchInlineSnapshot(`
		"1 difference from tsbox.lock
		  web: /etc/app
		    locked sha256:0001, 2 entries, 3 bytes | now sha256:0002, 1000 entries, 5 bytes
		    cause  something in ./conf was changed after the lock was written
		    hint   restore it, or accept the change with \`tsbox lock shop.yaml web\`"
	`);
});

test('an edited digest is reported', () => {
	expect(words({}, {...sampleLocked, spec: 'sha256:0003'})).toContain('the lock file was edited by hand');
});

test('another kind of root filesystem and added or removed inputs are reported', () => {
	expect(words({rootfs: {kind: 'host'}})).toContain('locked sha256:0001 | now host');
	expect(words({inputs: {}})).toContain('locked sha256:0001 | now not there');
});

test('another image is told by its digests', () => {
	const image = (digest: string) => ({kind: 'image', reference: 'docker.io/library/web:1', digest}) as const;
	const locked = {...sampleLocked, rootfs: image('sha256:0001')};
	expect(words({rootfs: image('sha256:0001')}, locked)).not.toContain('sha256:0001');
	expect(words({rootfs: image('sha256:0002')}, locked)).toContain(
		'web: image\n    locked sha256:0001 | now sha256:0002\n    cause  ./web.tar is another image than docker.io/library/web:1 was when the lock was written\n',
	);
});
