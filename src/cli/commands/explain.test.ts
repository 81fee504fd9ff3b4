import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {planExample, planSamples} from '../../container/plan/plan-example.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {errorCodes} from '../../errors/codes.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {serviceKeys} from '../../spec/keys/service-keys.ts';
import {tsbox} from '../../../test/support/fake-surroundings.ts';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {savedFacts} from '../../../test/support/sample-input.ts';
import {verbWalks} from '../explain/verb-walks.ts';
import {allCommands} from '../commands.ts';

const commands = await allCommands();

const project = join(import.meta.dirname, '../../..');
const files = Object.fromEntries(
	[
		'docs/steps.md',
		'docs/glossary.md',
		'config/schema/tsbox.schema.json',
		'config/schema/tsbox-config.schema.json',
	].map(path => [`/package/${path}`, readFileSync(join(project, path), 'utf8')]),
);
const machine: Machine = {
	host: recordingHost(),
	dirs: {store: '/var/lib/tsbox', state: '/run/tsbox'},
	facts: savedFacts('v2-trixie'),
	limits: {},
	bestEffort: false,
};
const engine = {
	openMachine: async () => machine,
	planExample: async (_: Machine, key: string) => planExample(machine, key),
	planSamples: () => planSamples(machine),
};

/** Explains words on a saved machine. */
async function explain(...words: readonly string[]) {
	return tsbox(['explain', ...words], {files, engine});
}

test('a key is explained with its example and the steps that the example makes', async () => {
	const {out, status} = await explain('mem_limit');
	expect(status).toBe(0);
	expect(out).toBe(`mem_limit  key of a container
  The most memory it may use, such as \`100m\`.

  value     text or number
  default   none
  example   mem_limit: 100m

in the OCI configuration
  + linux.resources.memory.limit: 104857600

steps of the example: + added, - gone, ~ changed
  + cgroup.memory  limit memory to 100 MiB
      echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max

protections: + added, - gone
  + limits  stops: A fork bomb, or a leak that makes the kernel kill processes
            of the host.

  why       tsbox explain cgroup.memory

  read      docs/spec.md
`);
});

test('a key below another one has the example of the upper one', async () => {
	const {out} = await explain('deploy.resources.limits.memory');
	expect(out).toContain('As `mem_limit`.');
	expect(out).toContain('memory: 100m');
	expect(out).toContain('+ cgroup.memory ');
});

test('a key on which only tsbox acts makes no step', async () => {
	expect((await explain('restart')).out).toContain('None: tsbox itself acts on it');
});

test('a key that this machine cannot have says why, and shows the steps of another machine', async () => {
	const {out, status} = await tsbox('explain userns_mode', {
		files,
		engine: {
			...engine,
			planExample: async () => {
				throw new TsboxError('E_HOST_UNSUPPORTED', 'there are no ids', {why: 'a file is empty', hint: 'add a line'});
			},
		},
	});
	expect(status).toBe(0);
	expect(out).toContain('This machine cannot have it: there are no ids (a file is empty).');
	expect(out).toContain('hint      add a line');
	expect(out).toContain('namespaces.user ');
});

test('a key that tsbox does not have is explained with what to write instead', async () => {
	const {out} = await explain('use_api_socket');
	expect(out).toContain('use_api_socket  no key of tsbox');
	expect(out).toContain('take it out');
});

test('the word of another tool leads to the key', async () => {
	expect((await explain('ram')).out).toContain('mem_limit  key of a container');
	expect((await explain('pull')).out).toContain('pull  no verb of tsbox');
});

test('a step is explained as a plan of this machine has it', async () => {
	const {out} = await explain('root.chroot');
	expect(out).toContain('root.chroot  step');
	expect(out).toContain('exec chroot /var/lib/tsbox/layers/demo/root');
	expect(out).toContain('from      `root: chroot`');
});

test('a phase and a prefix list their steps', async () => {
	expect((await explain('hardening')).out).toContain('process.filter ');
	expect((await explain('cgroup.cpu')).out).toContain('cgroup.cpu  step');
	expect((await explain('root')).out).toMatch(/root {2}key of a container[^]*root {2}steps[^]*root\.pivot /);
});

test('with a spec the steps are those of its plan', async () => {
	const planContainer = async () => ({...(await planExample(machine, 'hostname')).with});
	const shown = await tsbox('explain --spec demo.yaml uts.hostname', {files, engine: {...engine, planContainer}});
	expect(shown.out).toContain('echo box > /proc/sys/kernel/hostname');
	expect(shown.out).toContain('from      demo.yaml');
	const {out} = await tsbox('explain --spec demo.yaml hardening', {files, engine: {...engine, planContainer}});
	expect(out).toContain('uts.hostname');
	expect(out).not.toContain('process.rlimits');
});

test('a step that only other machines have says so', async () => {
	const {out} = await explain('cgroup.devices.deny');
	expect(out).toContain('No plan of this machine has it; docs/steps.md shows it on another one.');
});

test('a verb is explained in steps', async () => {
	const {out} = await explain('up');
	expect(out).toContain('1  makes the plan');
	expect(out).toContain('tsbox up --help, docs/commands.md');
});

test.each(commands.map(({name}) => name))('src/cli/explain/verb-walks.ts says what %s does', name => {
	expect(Object.keys(verbWalks)).toContain(name);
});

test('an error is found with and without its prefix, and in any case', async () => {
	const {out} = await explain('E_CHECK_FAILED');
	expect(out).toContain('A step said it worked, but the kernel shows otherwise.');
	expect(out).toContain('tsbox exits with 125');
	expect((await explain('check_failed')).out).toBe(out);
});

test('an exit status names its signal or its errors', async () => {
	expect((await explain('137')).out).toContain('128+9: SIGKILL ended the command.');
	expect((await explain('127')).out).toContain('E_COMMAND_NOT_FOUND');
	expect((await explain('42')).out).toContain("The command's own exit status.");
});

test.each(['bind mount', 'bind-mounts', 'Bind_Mount'])('a term is found however it is written: %s', async word => {
	expect((await explain(word)).out).toContain('bind mount  term');
});

test('a term names the steps, keys and verbs that use it', async () => {
	const {out} = await explain('chroot(2)');
	expect(out).toContain('root.chroot ');
	expect(out).toContain('keys      root');
	expect((await explain('nsenter')).out).toContain('verbs     exec');
});

test.each(['chroot', 'unshare', 'nsenter', 'namespace', 'cgroup', 'overlay', 'seccomp', 'capability', 'pivot_root'])(
	'the word %s of a tutorial is explained',
	async word => {
		expect((await explain(word)).status).toBe(0);
	},
);

test('a word in several kinds is explained in all of them', async () => {
	const {out} = await explain('init');
	expect(out).toContain('init  key of a container');
	expect(out).toContain('init  verb');
});

test('an unknown word is refused with the nearest one of any kind', async () => {
	expect(await explain('mem_limt')).toMatchObject({status: 2, err: expect.stringContaining('did you mean mem_limit?')});
	expect((await explain('root.pivto')).err).toContain('did you mean root.pivot?');
	expect((await explain('E_CHEK_FAILED')).err).toContain('did you mean E_CHECK_FAILED?');
	expect((await explain('qwertyuiop')).err).toContain('see tsbox explain --help');
});

test('several words are explained one below the other', async () => {
	const {out} = await explain('127', 'stop');
	expect(out.indexOf('127  exit status')).toBeLessThan(out.indexOf('stop  verb'));
});

test('without a word all words are listed', async () => {
	const {out} = await explain();
	for (const word of ['mem_limit', 'up', 'root.pivot', 'E_USAGE', 'pivot_root', '128+N', 'theme'])
		expect(out).toContain(word);
});

test('JSON has the same facts', async () => {
	const {out} = await explain('--json', 'mem_limit');
	expect(JSON.parse(out)).toMatchObject([
		{kind: 'key', word: 'mem_limit', default: null, effect: {steps: [{sign: '+', id: 'cgroup.memory'}]}},
	]);
	expect(JSON.parse((await explain('--json')).out)).toHaveProperty('terms');
});

test('completion offers every word that needs no quotes', async () => {
	const {out} = await tsbox('completion names word', {files, engine});
	const words = out.split('\n');
	for (const word of [...Object.keys(serviceKeys), ...Object.keys(errorCodes), 'root.pivot', 'mounts', 'up'])
		expect(words).toContain(word);
	expect(words).not.toContain('bind mount');
});

test('a terminal shows it in a pager', async () => {
	const {out} = await tsbox('explain 127', {files, engine, terminals: ['stdout'], env: {NO_COLOR: '1'}});
	expect(out).toContain('(paged)127  exit status');
});
