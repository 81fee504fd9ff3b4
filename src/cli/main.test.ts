import {expect, test} from 'vitest';
import {TsboxError} from '../errors/tsbox-error.ts';
import {commandGroups} from './commands.ts';
import {tsbox} from '../../test/support/fake-surroundings.ts';
import {habits} from './options/habits.ts';
import {helpPage} from './options/help-page.ts';

const groups = await commandGroups();
const commands = Object.values(groups).flat();

test('without a verb, help is printed on standard error with status 2', async () => {
	const {status, out, err} = await tsbox('');
	expect({status, out}).toEqual({status: 2, out: ''});
	expect(err).toMatchInlineSnapshot(`
		"Usage: tsbox VERB [ARGUMENTS]

		Containers you can read: a YAML spec becomes visible steps of stock Linux tools.

		Get started:
		  learn       Learn what a container is: build one by hand, in a room that tsbox
		              watches and takes back
		  try         Open a shell in a container, beside what the kernel shows of it
		  init        Write a commented spec to start from
		  plan        Show every command that creates the container, and run none
		  up          Start the containers of a spec and stay attached; with -d in the
		              background
		  down        Stop containers and remove them
		  explain     Explain a key, verb, step, error, exit status, or term

		Run:
		  build       Build an image from a Dockerfile, or the images of a spec
		  run         Run a command in a new container, then remove the container
		  watch       Bring containers up to date whenever their files change
		  compose     Commands of docker compose, with its options and their meaning
		  exec        Run a command in a running container
		  attach      Attach to the input and output of a container in the background
		  start       Start stopped services again
		  stop        Stop services of a project in the background
		  restart     Stop services and start them again
		  rm          Stop services and remove their files and output
		  kill        Send a signal to containers, SIGKILL by default
		  pause       Freeze all processes of containers
		  unpause     Resume paused containers
		  wait        Wait until containers exit, and print their exit statuses
		  update      Change the limits of running containers
		  rename      Rename a container
		  cp          Copy files between a container and the host
		  commit      Make an image of what a container changed

		Look:
		  ps          List containers
		  dash        Show all containers on one screen: use, output, plan, and drift
		  logs        Show the output of containers in the background
		  stats       Show CPU, memory, process, network, and disk use
		  top         List the processes of a container, as the host sees them
		  events      Print the events of a project until it is down
		  port        Show where the ports of a running container can be reached
		  inspect     Print everything known about a container or project as JSON
		  diff        List the files that a container changed
		  drift       Compare a running container with its plan; exit status 1 if they
		              differ

		Keep:
		  lock        Write the lock file of a spec, for \`up --locked\`; --check compares
		  verify      Run a container or a build several times and compare the results;
		              exit status 1 if they differ
		  runs        List, show, compare, export, or remove run records
		  replay      Repeat a recorded run, and record it too
		  compile     Print the plan as a POSIX sh script that runs without tsbox

		Clean up:
		  gc          Clean up what a crash or a power cut left behind
		  images      List, pull, push, inspect, copy, and remove images and unpacked
		              archives
		  volume      List, create, inspect, remove, or prune named volumes
		  network     Manage, draw, and test networks, and connect containers to them
		  du          Show what the store takes on the disk, and what can go

		More:
		  login       Log in to a registry, with skopeo login
		  logout      Forget the login of a registry, with skopeo logout
		  config      Print the files of a project as one model: merged, with variables
		              filled in, in long forms
		  validate    Check a spec without changing anything
		  doctor      Show what this machine supports and how to fix what is missing
		  export      Write a spec for OCI runtimes, Docker Compose, Kubernetes, or
		              systemd
		  oci         Be an OCI runtime with the command line of runc, for Docker and
		              others
		  completion  Print the completion script of a shell
		  supervise   Supervise a project in the background; \`up -d\` starts this

		Global options:
		      --store DIR    Folder of unpacked root filesystems
		      --state DIR    Folder of container state
		      --config FILE  Configuration file of tsbox
		      --no-pager     Do not use $TSBOX_PAGER, $PAGER, or less
		  -h, --help         Show this help
		      --version      Show the version

		Examples:
		  tsbox init
		      write a starter spec
		  tsbox plan --explain
		      read each step and its reason
		  tsbox up
		      run the steps

		For help on a verb: tsbox VERB --help
		"
	`);
});

test('the help of a verb is the same from --help, -h and help', async () => {
	const {status, out, err} = await tsbox('up --help');
	expect({status, err}).toEqual({status: 0, err: ''});
	expect(out).toMatchInlineSnapshot(`
		"Usage: tsbox up [OPTIONS] [SPEC] [SERVICE...]

		Start the containers of a spec and stay attached; with -d in the background

		Arguments:
		  SPEC     Spec file; by default tsbox.yaml or compose.yaml in this folder
		  SERVICE  Services in the spec; default all. With several, or with -d, their
		           dependencies start too

		Options:
		      --json                        Print JSON, one event per line; the command
		                                    writes to standard error
		  -d, --detach                      Start the services in the background and
		                                    return when they run
		      --wait                        Like -d, but return when all services are
		                                    healthy
		      --wait-timeout SECONDS        With -d: stop waiting after this long
		      --name NAME                   Container name, instead of the one in the
		                                    spec
		      --scale SERVICE=N             Run N containers of a service
		      --abort-on-container-exit     Stop all containers when one exits for good,
		                                    and return its exit status
		      --abort-on-container-failure  Stop all containers when one exits with an
		                                    error, and return its exit status
		      --exit-code-from SERVICE      Return the exit status of this service;
		                                    implies --abort-on-container-exit
		      --no-log-prefix               Do not prefix lines with the service name
		      --attach SERVICE              Show only the output of this service
		      --no-attach SERVICE           Hide the output of this service
		      --step                        Explain each step and ask what to do before
		                                    it
		      --dash                        Start the services in the background and
		                                    open the dashboard
		      --timestamps                  Show the time of each line
		  -w, --watch                       Follow the files that \`develop.watch\` names;
		                                    see tsbox watch
		      --force-recreate              Recreate containers even if nothing changed
		      --no-recreate                 Leave existing containers as they are, even
		                                    if the spec changed
		      --always-recreate-deps        With --force-recreate: also recreate
		                                    dependencies
		      --no-deps                     Do not start services that the named ones
		                                    depend on
		      --remove-orphans              Remove containers of services that the spec
		                                    does not have
		  -V, --renew-anon-volumes          Give recreated containers new anonymous
		                                    volumes
		  -t, --timeout SECONDS             Wait this long before SIGKILL; default
		                                    stop_grace_period of the spec
		      --no-start                    With -d: create, but do not start; \`tsbox
		                                    start\` starts them
		  -f, --file FILE                   Spec file; several are merged in their
		                                    order. All arguments are then services
		  -p, --project-name NAME           Name of the project; default
		                                    COMPOSE_PROJECT_NAME, or the name in the
		                                    spec
		      --project-directory DIR       Folder that relative paths of the spec begin
		                                    at; default that of the first file
		      --env-file FILE               File with variables for the spec, in place
		                                    of .env
		      --plain                       Show progress as plain lines
		      --build                       Build images that the spec has a \`build\`
		                                    for, even if they are there
		      --locked                      Start only if everything matches tsbox.lock;
		                                    see tsbox lock
		      --lock FILE                   With --locked: lock file; default tsbox.lock
		                                    next to the spec
		      --record                      Record the run for \`runs\` and \`replay\`,
		                                    including environment and secrets
		      --profile NAME                Enable this profile, * for all; default
		                                    COMPOSE_PROFILES
		      --best-effort                 Skip what the host does not support, with a
		                                    warning
		      --executor WHO                Make containers by commands or by system
		                                    calls; default auto [auto, commands, calls]
		  -T, --no-tty                      Do not allocate a terminal

		Global options:
		      --store DIR    Folder of unpacked root filesystems
		      --state DIR    Folder of container state
		      --config FILE  Configuration file of tsbox
		      --no-pager     Do not use $TSBOX_PAGER, $PAGER, or less
		  -h, --help         Show this help
		      --version      Show the version

		Examples:
		  tsbox up
		      the spec in this folder
		  tsbox up demo.yaml
		      a spec file
		  tsbox up stack.yaml
		      all its services; Ctrl-C stops and removes them, a second Ctrl-C kills
		      them
		  tsbox up stack.yaml web
		      one of several services, without its dependencies
		  tsbox up --exit-code-from tests stack.yaml
		      until the tests exit; returns their exit status
		  tsbox up -d --wait stack.yaml
		      all services in the background; returns when they are healthy
		  tsbox up -d --scale web=3 stack.yaml
		      three containers of one service
		  tsbox up -d --build stack.yaml
		      build the images of services with \`build\` anew
		  tsbox up -d --profile debug stack.yaml
		      also the services with this profile
		  tsbox up --dash stack.yaml
		      all in the background, on the dashboard
		  tsbox up -d --locked stack.yaml
		      only if everything matches tsbox.lock
		  tsbox up --watch
		      and bring containers up to date whenever their files change
		  tsbox up --step demo.yaml
		      step by step: run or skip each, look around, quit
		  tsbox up --json demo.yaml 2>/dev/null | jq .type
		      events as lines of JSON
		"
	`);
	expect((await tsbox('up -h')).out).toBe(out);
	expect((await tsbox('help up')).out).toBe(out);
});

test.each(commands.map(command => [command.name, command] as const))(
	'the help of %s lists its options and examples',
	async (name, command) => {
		const {status, out, calls} = await tsbox(`${name} --help`);
		expect(status).toBe(0);
		for (const option of Object.keys(command.options)) expect(out).toContain(`--${option}`);
		expect(command.examples.length).toBeGreaterThan(0);
		expect(out).toContain('Examples:');
		for (const columns of [40, 80, 140]) {
			const page = helpPage(groups, name, columns);
			for (const [line] of command.examples) expect(page).toContain(`\n  ${line}\n`);
			const prose = page.split('\n').filter(line => !line.startsWith('  tsbox') && line.trim().includes(' '));
			for (const line of prose.filter(each => each.startsWith('      ')))
				expect(line.length).toBeLessThanOrEqual(columns);
		}
		expect(calls).toEqual([]);
	},
);

test('--version is one line', async () => {
	expect(await tsbox('--version')).toMatchObject({status: 0, out: 'tsbox 1.2.3\n', err: ''});
});

test.each([
	['pu demo.yaml'],
	['exce demo -- ls'],
	['frobnicate'],
	['up --jsno'],
	['up -z'],
	['run'],
	['run a.yaml web extra'],
	['exec demo'],
	['ps -- ls'],
	['plan --format yaml'],
	['plan --facts'],
	['down -t soon demo'],
	['images remove'],
	['images ls sha256:12'],
	['volume remove'],
	['volume ls data'],
	['volume rm'],
	['volume inspect a b'],
	['volume rm --label a=b x'],
	['volume create --label =b x'],
	['network remove'],
	['network ls shared'],
	['network rm'],
	['network inspect a b'],
	['network rm --subnet 10.5.0.0/24 x'],
	['network ls --internal'],
	['network create --opt =b x'],
	['completion powershell'],
	['run -t -T a.yaml'],
	['up --step'],
	['help pu'],
	['--frob'],
	['--store'],
])('%s is one error with status 2 and changes nothing', async line => {
	const {status, out, err, calls} = await tsbox(line);
	expect(status).toBe(2);
	expect(out).toBe('');
	expect(err).toMatch(/^error: [^\n]+\n {2}hint {5}[^\n]+\n$/);
	expect(calls).toEqual([]);
});

test('a misspelled verb, option, or choice gets a suggestion', async () => {
	const errors = await Promise.all(
		['exce', 'inspetc demo', 'up --plian', 'images prun', 'plan --format jso'].map(
			async line => (await tsbox(line)).err,
		),
	);
	expect(errors.join('')).toMatchInlineSnapshot(`
		"error: there is no verb "exce"
		  hint     did you mean exec?
		error: there is no verb "inspetc"
		  hint     did you mean inspect?
		error: up has no option --plian
		  hint     did you mean --plain?
		error: ACTION is one of ls, pull, rm, prune, inspect, history, tree, diff, tag, outdated, push, save, load, import, export, not "prun"
		  hint     did you mean prune?
		error: --format is one of table, json, sh, not "jso"
		  hint     did you mean json?
		"
	`);
});

test('verbs of Docker and Compose and common guesses get a hint', async () => {
	expect(Object.keys(habits).filter(word => commands.some(({name}) => name === word))).toEqual([]);
	for (const [word, hint] of Object.entries(habits))
		expect(await tsbox(word)).toMatchObject({
			status: 2,
			err: `error: there is no verb "${word}"\n  hint     ${hint}\n`,
		});
});

test('every command in these hints exists', async () => {
	for (const hint of Object.values(habits))
		for (const [, line = ''] of hint.matchAll(/`tsbox ([^`>]*)/g)) {
			const {err} = await tsbox(line.trim());
			expect({line, err}).toEqual({line, err: expect.not.stringContaining('there is no verb')});
			expect({line, err}).toEqual({line, err: expect.not.stringContaining('has no option')});
		}
});

test('a command without -- gets a hint where to put it', async () => {
	const hints = await Promise.all(
		[
			'run a.yaml ls -l',
			'run -e A=b a.yaml ls -a',
			'run a.yaml web ls',
			'run a.yaml web --frob',
			'run a.yaml -lt',
			'plan a.yaml web -x',
		].map(async line => (await tsbox(line)).err),
	);
	expect(hints.join('')).toMatchInlineSnapshot(`
		"error: run has no option -l
		  hint     put \`--\` before a command: \`tsbox run a.yaml -- ls -l\`
		error: run has no option -a
		  hint     put \`--\` before a command: \`tsbox run -e A=b a.yaml -- ls -a\`
		error: run does not take the argument "ls"
		  hint     put \`--\` before a command: \`tsbox run a.yaml -- web ls\` or \`tsbox run a.yaml web -- ls\`
		error: run has no option --frob
		  hint     put \`--\` before a command: \`tsbox run a.yaml -- web --frob\`
		error: run has no option -l
		  hint     see tsbox run --help
		error: plan has no option -x
		  hint     see tsbox plan --help
		"
	`);
	const load = () => Promise.reject(new TsboxError('E_USAGE', '/home/a.yaml has no service id', {hint: 'it has demo'}));
	expect((await tsbox('run a.yaml id', {engine: {up: load}})).err).toBe(
		'error: /home/a.yaml has no service id\n  hint     it has demo; put `--` before a command: `tsbox run a.yaml -- id`\n',
	);
});

test('global options may stand before or after the verb', async () => {
	const before = await tsbox('--store /s --state=/t ps -q');
	const after = await tsbox('ps -q --state /t --store=/s');
	expect(before.calls).toEqual([['openFolders', {store: '/s', state: '/t'}], ['list']]);
	expect(after.calls).toEqual(before.calls);
	expect(before.out).toBe('demo\n');
});

test('an engine error is printed in full and sets the exit status', async () => {
	const engine = {
		up: () =>
			Promise.reject(
				new TsboxError('E_COMMAND_NOT_FOUND', '"frob" is not in the root filesystem', {hint: 'Check command:'}),
			),
	};
	expect(await tsbox('run a.yaml', {engine})).toMatchObject({
		status: 127,
		out: '',
		err: 'error: "frob" is not in the root filesystem\n  hint     Check command:\n',
	});
	const json = await tsbox('up --json a.yaml', {engine});
	expect(JSON.parse(json.out)).toMatchObject({type: 'error', code: 'E_COMMAND_NOT_FOUND', exitStatus: 127});
});

test('an unexpected error is a bug: status 125 and a stack', async () => {
	const {status, err} = await tsbox('ps', {engine: {list: () => Promise.reject(new TypeError('oops'))}});
	expect(status).toBe(125);
	expect(err).toContain('this is a bug in tsbox');
	expect(err).toContain('TypeError: oops');
});

test('an unknown category in TSBOX_DEBUG is an error that lists the known ones', async () => {
	const {status, err} = await tsbox('ps', {env: {TSBOX_DEBUG: 'gate,stepz'}});
	expect(status).toBe(2);
	expect(err).toContain('TSBOX_DEBUG has no category "stepz"');
	expect(err).toContain('programs, steps, gate, cgroup, supervisor, images, all');
	expect(err).toContain('did you mean steps?');
	expect((await tsbox('--version', {env: {TSBOX_DEBUG: 'all'}})).status).toBe(0);
});
