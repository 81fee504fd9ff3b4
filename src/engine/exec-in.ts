import {TsboxError} from '../errors/tsbox-error.ts';
import {userMapOf} from '../host/id-map.ts';
import {signalProcess} from '../host/process.ts';
import {attach} from '../run/attach.ts';
import {passEnterGate} from '../run/enter.ts';
import {parseUser} from '../spec/user.ts';
import {containerFolder, stateOf} from '../state/record.ts';
import type {UserIds} from '../step/action.ts';
import {filterFile} from '../step/command.ts';
import {enterScript} from '../step/enter-script.ts';
import {boundingSet} from '../step/privileges.ts';
import {hostToolWords} from '../step/toolbox.ts';
import {exitCodeOf} from './exit-code.ts';
import {findContainer} from './find-container.ts';
import type {CommandEnd, ExecRequest, Machine} from './types.ts';

/** `1000:100` is taken as it is; all else means what the container's files say. */
function userOf(user: string | undefined, own: UserIds): UserIds | string {
	if (user === undefined) return own;
	const parsed = parseUser(user);
	if (!parsed.ok) throw new TsboxError('E_USAGE', `the user ${parsed.problem}`, {hint: 'ids end at 4294967294'});
	const match = /^(\d{1,10}):(\d{1,10})$/.exec(user);
	if (match === null) return user;
	const [uid, gid] = [Number(match[1]), Number(match[2])];
	return {uid, gid, groups: [gid]};
}

/**
 * Runs a command in a running container, in all its namespaces and its cgroup, with its capabilities and no more.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_STEP_FAILED, E_CHECK_FAILED, E_COMMAND_NOT_FOUND, E_COMMAND_NOT_EXECUTABLE.
 */
export async function execIn(machine: Machine, name: string, request: ExecRequest): Promise<CommandEnd> {
	const {host, facts, dirs} = machine;
	const record = findContainer(machine, name);
	if (record.process === null || stateOf(host, record) !== 'running')
		throw new TsboxError('E_NO_SUCH_CONTAINER', `${name} does not run`, {hint: '`tsbox ps` shows what runs'});
	if (facts.user.uid !== 0 && !record.namespaces.includes('user'))
		throw new TsboxError('E_PERMISSION', 'only root can enter a container of root', {hint: 'run it with sudo'});
	const {process} = record.config;
	const {filter, labels, landlock} = record.confinement;
	const script = enterScript(
		{
			pid: record.process.pid,
			namespaces: record.namespaces,
			root: record.root,
			tools: record.tools,
			cgroups: record.cgroups.map(member => `${member.path}/cgroup.procs`),
			process,
			filter: filter === null ? null : {...filter, path: `${containerFolder(dirs.state, name)}/${filterFile}`},
			labels,
			landlock,
			map: record.namespaces.includes('user') && facts.user.uid !== 0 ? userMapOf(facts) : null,
			user: userOf(request.user, record.process.ids),
			tty: request.tty,
		},
		facts,
	);
	const attachment = attach(host, facts, request.stdio, request.tty, containerFolder(dirs.state, name));
	const program = await attachment.launch([...(hostToolWords(facts, 'sh') ?? []), '-c', script]);
	try {
		const exec = {
			kind: 'exec',
			cwd: request.workdir ?? process.cwd,
			args: request.args,
			env: [...withHome(process.env, record.process.ids.uid), ...(request.tty ? ['TERM=xterm'] : []), ...request.env],
			init: 'none',
		} as const;
		const inside = await passEnterGate(
			host,
			facts,
			program,
			{...exec, env: lastOfEach(exec.env)},
			{
				namespaceIds: record.process.namespaceIds,
				namespaces: record.namespaces,
				cgroups: record.cgroups,
				bounding: boundingSet(process, facts),
				confinement: record.confinement,
				noNewPrivileges: process.noNewPrivileges,
			},
			attachment.onProcess,
		);
		const stop = (): void => void signalProcess(host, inside, String(request.signal.reason) as NodeJS.Signals);
		const kill = (): void => void signalProcess(host, inside, 'SIGKILL');
		request.signal.addEventListener('abort', stop, {once: true});
		request.force.addEventListener('abort', kill, {once: true});
		if (request.signal.aborted) stop();
		attachment.connect();
		const ended = await program.ended;
		request.signal.removeEventListener('abort', stop);
		request.force.removeEventListener('abort', kill);
		return {exitCode: exitCodeOf(ended), signal: ended.signal ?? null};
	} finally {
		host.kill(-program.pid, 'SIGKILL');
		await attachment.finish();
	}
}

function withHome(env: readonly string[], uid: number): readonly string[] {
	return uid === 0 && !env.some(each => each.startsWith('HOME=')) ? [...env, 'HOME=/root'] : env;
}

/** Of two values for a name the later wins. */
function lastOfEach(env: readonly string[]): readonly string[] {
	return [...new Map(env.map(each => [each.split('=')[0], each])).values()];
}
