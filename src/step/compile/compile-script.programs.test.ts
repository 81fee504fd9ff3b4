import {existsSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {machines, type SampleChanges, samplePlan, savedFacts, storedImage} from '../../../test/support/sample-input.ts';
import {besideStep, withBeside} from '../../../test/support/with-beside.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {firstProcess} from '../verbs/run.ts';
import type {Plan} from '../verbs/step.ts';
import {type CompileInput, compileScript} from './compile-script.ts';

const facts = savedFacts('v2-bookworm');

const executors = ['calls', 'commands'] as const;

/** The script of a plan whose steps are commands. */
function compile(plan: Plan): string {
	return compileScript(inputOf({...plan, executor: 'commands'}));
}

function inputOf(plan: Plan, changes: Pick<SampleChanges, 'facts'> = {}): CompileInput {
	return {
		plan,
		facts: changes.facts ?? facts,
		folder: '/run/tsbox/containers/demo',
		record: {schema: 1, name: 'demo', spec: "it's.yaml"},
		copy: [],
		fill: () => [],
		blanks: [{file: '/usr/lib/libc.so.6', offset: 12, text: '/etc/nsswitch.conf', put: '\0'}],
		unpack: ['[ -e /var/lib/tsbox/images/x ] || exit 1'],
		stopSignal: 'SIGQUIT',
		stopGraceMs: 1500,
	};
}

/** Adds a beside step, with an undo, at each place where the first process can wait. */
function withStepsBeside(plan: Plan): Plan {
	const undo = {kind: 'runWhileThere', path: '/x', tool: 'rmdir', args: ['/x']} as const;
	return [undefined, 'process.privileges', 'process.exec'].reduce(
		(changed, id) =>
			withBeside(
				changed,
				besideStep(`beside.${id}`, {kind: 'runOnHost', tool: 'mkdir', args: ['/x', firstProcess]}, undo),
				id,
			),
		plan,
	);
}

/** Specs that together use every action, undo, and check. */
const variants: readonly (readonly [string, SampleChanges])[] = [
	['a plain container', {}],
	[
		'every limit',
		{service: {memLimit: 64 << 20, cpus: 0.5, cpuset: '0', pidsLimit: 9, blkio: {weight: 50}, oomScoreAdj: 5}},
	],
	['a user by name', {service: {user: 'app:staff', groupAdd: ['audio'], workingDir: '/srv'}}],
	['a fixed user and home', {service: {user: '7:8', environment: {HOME: "/it's"}, init: true, readOnly: true}}],
	['no namespaces', {service: {namespaces: [], root: 'chroot'}}],
	['its own terminal', {tty: true}],
	['an image to unpack', {image: {...storedImage, stored: false}}],
	[
		'an image to copy',
		{facts: {...facts, overlay: {store: false, tmpfs: false, hostLower: false, idmapped: false, why: 'no overlay'}}},
	],
	['tools to copy', {toolsSealed: false}],
	['steps beside', {}],
	[
		'a host of few options',
		{
			facts: {
				...facts,
				tools: {
					...facts.tools,
					...(facts.tools.env === null ? {} : {env: {...facts.tools.env, flags: []}}),
					...(facts.tools.rm === null ? {} : {rm: {...facts.tools.rm, flags: []}}),
				},
			},
		},
	],
	...machines.map(machine => [machine, {facts: savedFacts(machine)}] as const),
];

const cells = variants.flatMap(([name, changes]) => executors.map(executor => [name, executor, changes] as const));

describe.each(cells)('the script for %s, with %s,', (name, executor, changes) => {
	const made = {...samplePlan(changes), executor};
	const plan = name === 'steps beside' ? withStepsBeside(made) : made;
	const script = compileScript(inputOf(plan, changes));

	test('has every step of the plan, in order', () => {
		const told = [...script.matchAll(/^\t*# (\d+)\. /gm)].map(([, number]) => Number(number));
		// Beside steps come after the text that the first process runs.
		const numbers = name === 'steps beside' ? told.toSorted((one, other) => one - other) : told;
		expect(numbers).toEqual(plan.steps.map((__, at) => at + 1));
	});

	test.runIf(executor === 'calls' && existsSync('/usr/bin/perl'))('has a program that perl compiles', async () => {
		const [program = ''] = /(?<=<<'END_OF_CALLS'.*\n)[^]*?(?=^__END__)/m.exec(script) ?? [];
		const {exitCode, stderr} = await realHost().run(['/usr/bin/perl', '-Mstrict', '-c'], {input: program});
		expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: '- syntax OK\n'});
	});

	test('journals every undo of the plan', () => {
		const journal = plan.steps.flatMap(({id, undo}) => (undo.kind === 'none' ? [] : [JSON.stringify({id, undo})]));
		expect(journal.filter(line => !script.includes(line))).toEqual([]);
	});

	test.skipIf(!existsSync('/usr/bin/shellcheck'))('passes shellcheck', async () => {
		const {stdout} = await realHost().run(['/usr/bin/shellcheck', '-s', 'sh', '-'], {input: script});
		expect(stdout).toBe('');
	});

	test.each(
		[['/bin/dash'], ['/bin/bash', '--posix'], ['/bin/busybox', 'sh']].filter(([path = '']) => existsSync(path)),
	)('is valid for %s %s', async (...words) => {
		const shell = words.filter(word => word !== undefined);
		expect(await realHost().run([...shell, '-n'], {input: script})).toMatchObject({exitCode: 0, stderr: ''});
	});
});

test('the header names the container and the host', () => {
	expect(compile(samplePlan()).split('\n').slice(0, 9).join('\n')).toMatchInlineSnapshot(`
		"#!/bin/sh
		# The container demo of demo.yaml, as a script that needs nothing but sh and the host's own tools.
		# Made by \`tsbox compile\` for Debian GNU/Linux 12 (bookworm), Linux 6.1.0, cgroups v2. Run it as root.
		#
		# It ends as the command ends; 125 when the container could not be made, 126 and 127 when its command could
		#    not be run. INT, TERM and HUP stop the container; a second one kills it. Whatever it made it takes back.
		# shellcheck disable=SC2317,SC2034 # functions called by traps; a function sets what another one reads
		# shellcheck disable=SC2016,SC1003 # texts for other shells stand in single quotes, not expanded by this one
		"
	`);
});

test('steps are written as a person would type them, each followed by its check', () => {
	const script = compile(samplePlan({service: {memLimit: 64 << 20}}));
	const from = script.indexOf('# 1. ');
	expect(script.slice(from, script.indexOf('# 4. '))).toMatchInlineSnapshot(`
		"# 1. make the folders of a writable layer — What the container writes must land somewhere; the image below it
		#    is shared and stays as it is.
		step='make the folders of a writable layer'
		run mkdir -p -m 755 /var/lib/tsbox/layers/demo/upper /var/lib/tsbox/layers/demo/work /var/lib/tsbox/layers/demo/root /sys/fs/cgroup/tsbox/demo
		check_folder /var/lib/tsbox/layers/demo/root

		# 2. see that proc, sys and dev are plain folders — A root filesystem in which /proc is a symlink would send
		#    the kernel files somewhere else (CVE-2019-19921).
		step='see that proc, sys and dev are plain folders'
		plain_folder proc /var/lib/tsbox/layers/demo/upper /var/lib/tsbox/images/abababababababababababababababababababababababababababababababab/rootfs
		plain_folder sys /var/lib/tsbox/layers/demo/upper /var/lib/tsbox/images/abababababababababababababababababababababababababababababababab/rootfs
		plain_folder dev /var/lib/tsbox/layers/demo/upper /var/lib/tsbox/images/abababababababababababababababababababababababababababababababab/rootfs

		# 3. make the cgroup /tsbox/demo — A cgroup is a folder: the kernel counts and limits what the processes in it
		#    use, and killing it misses no process.
		step='make the cgroup /tsbox/demo'
		# mkdir(1) has made them above, with the others.
		check_folder /sys/fs/cgroup/tsbox/demo

		"
	`);
});

test('steps are undone last one first, and the folder with the claim is removed last', () => {
	const script = compile(samplePlan({service: {namespaces: [], root: 'chroot'}}));
	const from = script.indexOf('undo_all() {');
	expect(script.slice(from, script.indexOf('}', from))).toMatchInlineSnapshot(`
		"undo_all() {
			unmount_tree /var/lib/tsbox/layers/demo/root /var/lib/tsbox/layers/demo/root # step 10
			stop_all # step 5
			remove_cgroups 1 /sys/fs/cgroup/tsbox/demo /sys/fs/cgroup/tsbox # step 3
			remove_trees /var/lib/tsbox/layers/demo "$box" # step 1 and the claim
		"
	`);
});

test('a stop sends the signal of the spec, and SIGKILL after its grace period', () => {
	const script = compile(samplePlan());
	expect(script).toContain('kill -QUIT "$pid" 2>/dev/null');
	expect(script).toContain('deadline=$((now + 150))');
});

test('the home folder that is looked up enters the environment as one word of sh', () => {
	expect(compile(samplePlan({service: {user: 'app'}}))).toContain(`export HOME='"$quoted"'`);
});
