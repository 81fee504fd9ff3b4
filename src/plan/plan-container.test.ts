import {expect, test} from 'vitest';
import {
	machines,
	type SampleChanges,
	samplePlan,
	savedFacts,
	stepOf,
	storedImage,
} from '../../test/support/sample-input.ts';

const everything: SampleChanges = {
	tty: true,
	image: {...storedImage, stored: false},
	sources: {'/srv': {real: '/srv', kind: 'folder', submounts: ['sub'], locked: []}},
	service: {
		volumes: [
			{
				type: 'bind',
				source: '/srv',
				target: '/srv',
				readOnly: true,
				createHostPath: false,
				propagation: 'rprivate',
				recursive: true,
			},
			{type: 'tmpfs', target: '/scratch', readOnly: false, options: []},
		],
		readOnly: true,
		memLimit: 67108864,
		memswapLimit: 67108864,
		memReservation: 1048576,
		cpus: 1,
		cpuShares: 100,
		cpuset: '0',
		pidsLimit: 10,
		blkio: {weight: 100},
		ulimits: [{name: 'nofile', soft: 10, hard: 10}],
		sysctls: {'net.ipv4.ip_forward': '1', 'kernel.shmmax': '1000'},
		oomScoreAdj: 10,
		hostname: 'box',
		domainname: 'example.org',
		user: 'www',
		workingDir: '/app',
		init: true,
	},
};
const bare: SampleChanges = {service: {namespaces: [], root: 'chroot', keep: true}};

test.each(
	machines.flatMap(machine => [['everything', machine, everything] as const, ['nothing', machine, bare] as const]),
)('with %s requested on %s each step has a title, a reason, a man page, and an undo', (_, machine, changes) => {
	const {steps} = samplePlan({...changes, facts: savedFacts(machine)});
	expect(new Set(steps.map(step => step.id)).size).toBe(steps.length);
	for (const step of steps) {
		expect(step.id).toMatch(/^[a-z]+(\.[\w.]+)+$/);
		expect(step.title).not.toBe('');
		expect(step.why).toMatch(/^[A-Z].*\.$/s);
		expect(step.man).toMatch(/^\w+\(\d\)$/);
		expect(step.undo.kind === 'none' ? step.undo.reason : step.undo.kind).toMatch(/^[`a-z]/);
	}
});

test('the host side comes first, then the container side, and the command last', () => {
	const {steps} = samplePlan(everything);
	const first = steps.findIndex(step => step.side === 'inside');
	expect(steps.slice(first).every(step => step.side === 'inside')).toBe(true);
	expect(steps[first - 1]?.id).toBe('namespaces.start');
	expect(steps.slice(-2).map(step => step.id)).toEqual(['process.privileges', 'process.exec']);
});

test('every step that creates something on the host has an undo that removes it', () => {
	const {steps} = samplePlan(everything);
	const made = steps.filter(
		step => step.side === 'before' && ['mkdir', 'copyTools', 'start'].includes(step.action.kind),
	);
	expect(made.map(step => step.undo.kind)).toEqual(['removeTree', 'removeCgroups', 'stop']);
});

test('the same input gives the same plan', () => {
	expect(JSON.stringify(samplePlan(everything))).toBe(JSON.stringify(samplePlan(everything)));
});

test('a container without namespaces starts without unshare', () => {
	expect(stepOf(samplePlan(bare), 'namespaces.start').action).toMatchObject({unshare: []});
});

test("a container that shares the host's mount namespace starts without --propagation", () => {
	const plan = samplePlan({service: {namespaces: ['pid', 'uts'], root: 'chroot'}});
	expect(stepOf(plan, 'namespaces.start')).toMatchObject({
		action: {unshare: ['--pid', '--uts', '--fork', '--kill-child']},
		checks: [{kind: 'namespaces', kinds: ['pid', 'uts']}, {kind: 'cgroups'}],
	});
});

test.each([
	['a user namespace', ['user'], {}],
	['a kind that the kernel lacks', ['time'], {namespaces: ['mount']}],
	['a kind that unshare lacks', ['time'], {tools: {...savedFacts('v2-bookworm').tools, unshare: null}}],
] as const)('%s is refused', (_, namespaces, changed) => {
	const facts = {...savedFacts('v2-bookworm'), ...changed};
	expect(() => samplePlan({service: {namespaces, root: 'chroot'}, facts})).toThrow(
		expect.objectContaining({code: 'E_HOST_UNSUPPORTED'}),
	);
});

test('a host without setpriv is refused', () => {
	const facts = savedFacts('v2-bookworm');
	expect(() => samplePlan({facts: {...facts, tools: {...facts.tools, setpriv: null}}})).toThrow(/has no setpriv/);
});
