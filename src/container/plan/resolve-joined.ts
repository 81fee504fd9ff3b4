import {TsboxError} from '../../errors/tsbox-error.ts';
import {namespaceFiles} from '../../host/probe/namespaces.ts';
import type {UserMap} from '../../host/id-map.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {JoinedNamespace} from '../../plan/input/joined-namespace.ts';
import {joinedOf, modeWord, type NamespaceChoice, type OtherContainer} from '../../spec/model/namespace-mode.ts';
import type {BindVolume, Project, Service} from '../../spec/model/project.ts';
import {present} from '../../spec/syntax/pick.ts';
import {shownName} from '../../state/alias.ts';
import {containerFolder, containersFolder, readRecord} from '../../state/record.ts';
import {allRecords, findContainer} from '../machine/find-container.ts';
import type {Machine} from '../machine/machine.ts';
import {type RunningRecord, runs} from '../machine/running-container.ts';
import {nameFile} from './name-files.ts';

/** What a container has from others. */
export interface Joined {
	readonly namespaces: readonly JoinedNamespace[];
	/** With the network of another goes its host name; undefined where the spec's own holds. */
	readonly hostname?: string;
	/** Its /etc/hosts and /etc/resolv.conf too, if they are not those of its image. */
	readonly names: readonly BindVolume[];
}

/**
 * Finds the containers whose namespaces a service shares, and the namespaces as files of /proc.
 *
 * @param dry - nothing will be started: a container that does not run has a placeholder for the number of its process
 * @throws TsboxError E_NO_SUCH_CONTAINER when one does not run, E_PERMISSION, E_HOST_UNSUPPORTED, E_SPEC_INVALID for what cannot be
 * shared.
 */
export function resolveJoined(
	machine: Machine,
	project: Project,
	service: Service,
	{map, dry}: {readonly map: UserMap | null; readonly dry: boolean},
): Joined {
	const choices = joinedOf(service);
	if (choices.length === 0) return {namespaces: [], names: []};
	if (machine.facts.user.uid !== 0)
		throw new TsboxError('E_PERMISSION', 'only root can share the namespaces of another container', {
			why: 'setns(2) wants the capability CAP_SYS_ADMIN outside of the container too',
			hint: 'run it with sudo, or put both on one network',
		});
	const found = choices.map(choice => {
		refuseInUserNamespace(choice, map);
		const owner = ownerOf(machine, project, service, choice, dry);
		return {choice, ...owner};
	});
	const ofNetwork = found.find(({choice}) => choice.kind === 'network')?.record;
	return {
		namespaces: found.map(({choice: {kind}, name, record}): JoinedNamespace => {
			const file = namespaceFiles[kind];
			if (record === undefined) return {kind, path: `/proc/PID-OF-${name}/ns/${file}`, owner: {name}};
			const {pid, startTime} = record.process;
			const path = `/proc/${pid}/ns/${file}`;
			return {kind, path, ...present({id: machine.host.readlink(path)}), owner: {name, process: {pid, startTime}}};
		}),
		names: ofNetwork === undefined ? [] : namesOf(machine, ofNetwork),
		...present({hostname: service.namespaces.includes('uts') ? ofNetwork?.config.hostname : undefined}),
	};
}

/** The configuration with the namespaces of others, as the OCI runtime-spec has them. */
export function withJoined(config: OciConfig, joined: readonly JoinedNamespace[]): OciConfig {
	if (joined.length === 0) return config;
	const {linux} = config;
	const namespaces = [...linux.namespaces, ...joined.map(({kind, path}) => ({type: kind, path}))];
	return {...config, linux: {...linux, namespaces}};
}

/** /proc and the queues show a namespace, and mounting them wants the rights of root over it. */
function refuseInUserNamespace({key, kind, from}: NamespaceChoice, map: UserMap | null): void {
	if (map === null || kind === 'network') return;
	throw new TsboxError(
		'E_HOST_UNSUPPORTED',
		`\`${key}: ${typeof from === 'object' ? modeWord(from) : from}\` and a user namespace exclude each other`,
		{
			why: `only root of the user namespace to which a ${kind} namespace belongs can mount ${kind === 'pid' ? '/proc' : '/dev/mqueue'} for it`,
			hint: 'write `userns_mode: host`',
		},
	);
}

interface Owner {
	/** For people. */
	readonly name: string;
	/** Undefined for one that does not run. */
	readonly record: RunningRecord | undefined;
}

function ownerOf(
	machine: Machine,
	project: Project,
	service: Service,
	choice: NamespaceChoice & {readonly from: OtherContainer},
	dry: boolean,
): Owner {
	const {host, dirs} = machine;
	const {key, kind, from} = choice;
	const meant = 'service' in from ? project.services.find(each => each.service === from.service)?.name : undefined;
	const record =
		'container' in from
			? findContainerOrNone(machine, from.container, dry)
			: readRecord(host, containerFolder(dirs.state, meant ?? from.service));
	const name =
		record === undefined ? (meant ?? modeWord(from).replace(/^.*?:/, '')) : shownName(host, dirs.state, record.name);
	if (record === undefined || !runs(machine, record)) {
		if (dry) return {name, record: undefined};
		throw new TsboxError(
			'E_NO_SUCH_CONTAINER',
			`${name}, whose ${kind} namespace ${service.name} shares, is not running`,
			{
				why: `the spec says \`${key}: ${modeWord(from)}\``,
				hint: 'service' in from ? 'start both with `tsbox up -d`' : `start it first: \`tsbox start ${name}\``,
			},
		);
	}
	if (record.name === service.name)
		throw new TsboxError('E_SPEC_INVALID', `${name} cannot share a namespace of its own`, {
			hint: `take \`${key}\` out`,
		});
	refuseUnshared(machine, record, choice, name);
	if (kind === 'pid') refuseTracers(machine, record);
	return {name, record};
}

function findContainerOrNone(machine: Machine, name: string, dry: boolean) {
	try {
		return findContainer(machine, name);
	} catch (error) {
		if (dry) return undefined;
		throw error;
	}
}

/** Refuses what the other container has from the host, or does not share. */
function refuseUnshared(
	{host}: Machine,
	{process: {pid}, sharesIpc}: RunningRecord,
	{key, kind}: NamespaceChoice,
	name: string,
): void {
	const file = namespaceFiles[kind];
	if (host.readlink(`/proc/${pid}/ns/${file}`) === host.readlink(`/proc/self/ns/${file}`))
		throw new TsboxError('E_SPEC_INVALID', `${name} has the ${kind} namespace of the host`, {
			hint: `write \`${key}: host\` to share that`,
		});
	if (kind === 'ipc' && sharesIpc !== true)
		throw new TsboxError('E_SPEC_INVALID', `${name} does not share its message queues and shared memory`, {
			hint: `write \`ipc: shareable\` for ${name}, and start it again`,
		});
}

/**
 * Until it is the command, the first process of a container has all rights of root. Those in its pid namespace see it; CAP_SYS_PTRACE would let
 * them take it over: ptrace(2), "Ptrace access mode checking".
 */
function refuseTracers(machine: Machine, owner: RunningRecord): void {
	const {host, dirs} = machine;
	const pidsOf = (record: RunningRecord): string | undefined => host.readlink(`/proc/${record.process.pid}/ns/pid`);
	const tracer = allRecords(machine).find(
		record =>
			runs(machine, record) &&
			pidsOf(record) === pidsOf(owner) &&
			record.config.process.capabilities.bounding.includes('CAP_SYS_PTRACE'),
	);
	if (tracer === undefined) return;
	const name = shownName(host, dirs.state, tracer.name);
	throw new TsboxError('E_SPEC_INVALID', `${name} has the capability SYS_PTRACE over the processes to be shared`, {
		why: 'it could take over the first process of another container before that has dropped the rights of root',
		hint: `take SYS_PTRACE out of ${name}: the container that joins can have it`,
	});
}

/** The files of names of another container that are not those of its image: it may have them from a third one. */
function namesOf({dirs}: Machine, {config}: RunningRecord): readonly BindVolume[] {
	return config.mounts.flatMap(({destination, source}) =>
		['/etc/hosts', '/etc/resolv.conf'].includes(destination) && source.startsWith(`${containersFolder(dirs.state)}/`)
			? [nameFile(source, destination)]
			: [],
	);
}
