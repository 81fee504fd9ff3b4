import type {IContainer, IPodSpec, IProbe} from 'kubernetes-models/v1';
import type {Healthcheck, Hook, NamespaceKind, Service} from '../../spec/model/project.ts';
import {present} from '../../spec/syntax/pick.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import {podIds} from './ids.ts';
import {literal, objectName} from './names.ts';
import type {PodVolumes} from './volumes.ts';

/** The RuntimeClass under which tsbox makes the containers of a cluster. */
export const runtimeClass = 'tsbox';

/** A pod that runs a service; Kubernetes API v1, "PodSpec". The image is one of a registry. */
export function podSpec(
	service: Service,
	image: NonNullable<IContainer['image']>,
	restartPolicy: NonNullable<IPodSpec['restartPolicy']>,
	{volumes, mounts}: PodVolumes,
): IPodSpec {
	const {dns, dnsSearch = [], dnsOpt = [], extraHosts = []} = service;
	const hostAliases = extraHosts
		.filter(({address}) => address !== 'host-gateway')
		.map(({name, address}) => ({ip: address, hostnames: [name]}));
	const security = podSecurity(service);
	return {
		runtimeClassName: runtimeClass,
		restartPolicy,
		containers: [container(service, image, mounts)],
		terminationGracePeriodSeconds: Math.ceil(service.stopGraceMs / 1000),
		...(volumes.length === 0 ? {} : {volumes: [...volumes]}),
		// The name of its container is a default here, and that of the pod there.
		...(service.origins['hostname']?.kind === 'default' ? {} : present({hostname: service.hostname})),
		...(sharesHost(service, 'network', service.networkMode) ? {hostNetwork: true} : {}),
		...(sharesHost(service, 'pid', service.pid) ? {hostPID: true} : {}),
		...(sharesHost(service, 'ipc', service.ipc) ? {hostIPC: true} : {}),
		...(service.usernsMode === 'auto' ? {hostUsers: false} : {}),
		...nodeSelector(service),
		...(hostAliases.length === 0 ? {} : {hostAliases}),
		...(dns === undefined && dnsSearch.length === 0 && dnsOpt.length === 0
			? {}
			: {
					dnsPolicy: dns === undefined ? 'ClusterFirst' : 'None',
					dnsConfig: {
						...(dns === undefined ? {} : {nameservers: [...dns]}),
						searches: [...dnsSearch],
						options: dnsOpt.map(option => {
							const [name = '', value] = option.split(':');
							return {name, ...present({value})};
						}),
					},
				}),
		...(Object.keys(security).length === 0 ? {} : {securityContext: security}),
	};
}

/** Whether a namespace is the host's, and not that of another container. */
function sharesHost({namespaces}: Service, kind: NamespaceKind, mode: unknown): boolean {
	return !namespaces.includes(kind) && typeof mode !== 'object';
}

/** The machines on which an image of another platform runs, by their well-known labels. */
function nodeSelector({rootfs}: Service): Pick<IPodSpec, 'nodeSelector'> {
	const [os, arch] = (rootfs.kind === 'image' ? (rootfs.platform ?? '') : '').split('/');
	if (os === undefined || arch === undefined) return {};
	return {nodeSelector: {'kubernetes.io/os': os, 'kubernetes.io/arch': arch}};
}

function container(service: Service, image: string, mounts: PodVolumes['mounts']): IContainer {
	const {entrypoint, command, environment, workingDir, postStart = [], preStop = []} = service;
	const env = Object.entries(environment).map(([name, value]) => ({name, value: literal(value)}));
	const lifecycle = {
		...(postStart.length === 0 ? {} : {postStart: {exec: {command: oneCommand(postStart)}}}),
		...(preStop.length === 0 ? {} : {preStop: {exec: {command: oneCommand(preStop)}}}),
	};
	const ports = containerPorts(service);
	const resources = resourcesOf(service);
	return {
		name: objectName(service.service),
		image,
		imagePullPolicy: pullPolicy(service),
		...(entrypoint.length === 0 ? {} : {command: entrypoint.map(literal)}),
		...(command.length === 0 ? {} : {args: command.map(literal)}),
		...(env.length === 0 ? {} : {env}),
		...present({workingDir}),
		...(ports.length === 0 ? {} : {ports: [...ports]}),
		...(mounts.length === 0 ? {} : {volumeMounts: [...mounts]}),
		...(resources === undefined ? {} : {resources}),
		securityContext: containerSecurity(service),
		...(service.healthcheck === undefined ? {} : probes(service.healthcheck)),
		...(Object.keys(lifecycle).length === 0 ? {} : {lifecycle}),
		...(service.tty === true ? {tty: true} : {}),
		...(service.stdinOpen === true ? {stdin: true} : {}),
	};
}

function pullPolicy({rootfs}: Service): 'Always' | 'Never' | 'IfNotPresent' {
	if (rootfs.kind !== 'image') return 'IfNotPresent';
	return rootfs.pull === 'always' ? 'Always' : rootfs.pull === 'never' ? 'Never' : 'IfNotPresent';
}

/** The ports that others reach: those of `ports` and of `expose`, each once. */
export function containerPorts({ports, expose = []}: Pick<Service, 'ports' | 'expose'>): readonly {
	readonly containerPort: number;
	readonly protocol: 'TCP' | 'UDP' | 'SCTP';
}[] {
	const words = [
		...ports.map(({target, protocol}) => `${target}/${protocol}`),
		...expose.flatMap(word => {
			const [range = '', protocol = 'tcp'] = word.split('/');
			const [from = 0, until = from] = range.split('-').map(Number);
			return Array.from({length: until - from + 1}, (_, at) => `${from + at}/${protocol}`);
		}),
	];
	return [...new Set(words)].map(word => {
		const [port, protocol = 'tcp'] = word.split('/');
		return {containerPort: Number(port), protocol: protocol.toUpperCase() as 'TCP' | 'UDP' | 'SCTP'};
	});
}

function resourcesOf({memLimit, memReservation, cpus}: Service): IContainer['resources'] {
	const limits = {
		...(memLimit === undefined ? {} : {memory: String(memLimit)}),
		...(cpus === undefined ? {} : {cpu: String(cpus)}),
	};
	if (Object.keys(limits).length === 0 && memReservation === undefined) return undefined;
	return {
		...(Object.keys(limits).length === 0 ? {} : {limits}),
		...(memReservation === undefined ? {} : {requests: {memory: String(memReservation)}}),
	};
}

type ContainerSecurity = NonNullable<IContainer['securityContext']>;

function containerSecurity(service: Service): ContainerSecurity {
	const {capAdd, capDrop, privileged, readOnly, security} = service;
	const plain = (names: readonly string[]): string[] => names.map(name => name.toUpperCase().replace(/^CAP_/, ''));
	const capabilities = {
		...(capAdd.length === 0 ? {} : {add: plain(capAdd)}),
		...(capDrop.length === 0 ? {} : {drop: plain(capDrop)}),
	};
	const {runAsUser, runAsGroup} = podIds(service);
	return {
		...present({runAsUser, runAsGroup}),
		...(Object.keys(capabilities).length === 0 ? {} : {capabilities}),
		...(readOnly ? {readOnlyRootFilesystem: true} : {}),
		// The API refuses the other value for a privileged container.
		...(privileged ? {privileged} : {allowPrivilegeEscalation: !service.noNewPrivileges}),
		...(privileged
			? {}
			: {seccompProfile: {type: security.seccomp.kind === 'unconfined' ? 'Unconfined' : 'RuntimeDefault'}}),
		...(security.systemPathsUnconfined && !privileged ? {procMount: 'Unmasked'} : {}),
		...(security.apparmor === undefined ? {} : {appArmorProfile: appArmor(security.apparmor)}),
		...(security.label === undefined ? {} : {seLinuxOptions: seLinux(security.label)}),
	};
}

function appArmor(profile: string): NonNullable<ContainerSecurity['appArmorProfile']> {
	return profile === 'unconfined' ? {type: 'Unconfined'} : {type: 'Localhost', localhostProfile: profile};
}

/** A context of SELinux by its parts: `USER:ROLE:TYPE:LEVEL`. */
function seLinux(context: string): NonNullable<ContainerSecurity['seLinuxOptions']> {
	const [user, role, type, ...level] = context.split(':');
	return present({user, role, type, level: level.length === 0 ? undefined : level.join(':')});
}

function podSecurity(service: Service): NonNullable<IPodSpec['securityContext']> {
	const {supplementalGroups} = podIds(service);
	const rows = Object.entries(service.sysctls).map(([name, value]) => ({name, value}));
	return {
		...present({supplementalGroups}),
		...(rows.length === 0 ? {} : {sysctls: rows}),
	};
}

/** A check that both restarts a container and takes it out of its Service while it fails. */
function probes({
	test,
	intervalMs,
	timeoutMs,
	startPeriodMs,
	retries,
}: Healthcheck): Pick<IContainer, 'livenessProbe' | 'readinessProbe'> {
	const seconds = (ms: number): number => Math.max(1, Math.round(ms / 1000));
	const probe: IProbe = {
		exec: {command: test.map(literal)},
		periodSeconds: seconds(intervalMs),
		timeoutSeconds: seconds(timeoutMs),
		failureThreshold: Math.max(1, retries),
	};
	const initialDelaySeconds = Math.round(startPeriodMs / 1000);
	return {
		livenessProbe: {...probe, ...(initialDelaySeconds === 0 ? {} : {initialDelaySeconds})},
		readinessProbe: probe,
	};
}

/** A pod has one command for each moment: several become one of a shell. */
function oneCommand(hooks: readonly Hook[]): string[] {
	const [first] = hooks;
	if (first !== undefined && hooks.length === 1) return first.command.map(literal);
	const line = hooks.map(({command}) => command.map(shellWord).join(' ')).join(' && ');
	return ['/bin/sh', '-c', literal(line)];
}
