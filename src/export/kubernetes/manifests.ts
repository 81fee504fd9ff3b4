import type {IDeployment} from 'kubernetes-models/apps/v1';
import type {IJob} from 'kubernetes-models/batch/v1';
import type {IRuntimeClass} from 'kubernetes-models/node.k8s.io/v1';
import type {IConfigMap, IPersistentVolumeClaim, IPodTemplateSpec, IService} from 'kubernetes-models/v1';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {podIds} from './ids.ts';
import {labelsOf, objectName} from './names.ts';
import {notCarried} from './not-carried.ts';
import {containerPorts, podSpec, runtimeClass} from './pod.ts';
import {podVolumes, type PodVolumes, type VolumeSources} from './volumes.ts';

/** An object of a cluster. */
export type Manifest = IRuntimeClass | IConfigMap | IPersistentVolumeClaim | IDeployment | IJob | IService;

/** A project as objects of a cluster. */
export interface Manifests {
	readonly objects: readonly Manifest[];
	/** What a reader has to do or to know, each with the service that it is about. */
	readonly notes: readonly string[];
}

/**
 * The services of a project as objects of Kubernetes: a Deployment for each, or a Job for one that is to end, Services by whose names they
 * find each other, claims, ConfigMaps, and the RuntimeClass under which tsbox makes the containers.
 *
 * @param active - the services to write
 * @throws TsboxError E_SPEC_INVALID for a service without an image of a registry.
 */
export function manifests(project: Project, active: readonly string[], readFile: VolumeSources['readFile']): Manifests {
	const services = project.services.filter(({service, replica}) => replica === undefined && active.includes(service));
	const made = services.map(service => ofService(project, service, readFile));
	const objects = new Map<string, Manifest>();
	for (const object of [runtime, ...made.flatMap(each => each.objects)])
		objects.set(`${object.kind} ${object.metadata?.name ?? ''}`, object);
	return {objects: [...objects.values()], notes: [...new Set(made.flatMap(({notes}) => notes))]};
}

const runtime: IRuntimeClass = {
	apiVersion: 'node.k8s.io/v1',
	kind: 'RuntimeClass',
	metadata: {name: runtimeClass},
	handler: 'tsbox',
};

function ofService(project: Project, service: Service, readFile: VolumeSources['readFile']): Manifests {
	const volumes = podVolumes(service, {project: project.name, readFile});
	return {
		objects: [...volumes.objects, workload(project, service, volumes), ...services(project, service)],
		notes: [...volumes.notes, ...podIds(service).notes, ...ownNotes(service), ...notCarried(service)].map(
			note => `${service.service}: ${note}`,
		),
	};
}

function imageOf({rootfs, service}: Service): string {
	// Images of files and folders have a transport before their path: `oci:/srv/image`.
	if (rootfs.kind === 'image' && !/^[a-z-]+:\//.test(rootfs.reference)) return rootfs.reference;
	throw new TsboxError('E_SPEC_INVALID', `${service} has no image of a registry`, {
		why: 'machines of a cluster pull images',
		hint: 'push its root filesystem with `tsbox images import FILE NAME` and `tsbox images push NAME`, and write `image: NAME`',
	});
}

function ownNotes({rootfs, restart, security, extraHosts = []}: Service): readonly string[] {
	return [
		...(rootfs.kind === 'image' && rootfs.built === true
			? [`push its image first: tsbox images push ${rootfs.reference}`]
			: []),
		...(restart?.kind === 'on-failure' && restart.most !== undefined
			? [`it is tried again ${restart.most} times`]
			: []),
		...(security.seccomp.kind === 'file' ? ['its seccomp profile is left out: the runtime has its own'] : []),
		...(extraHosts.some(({address}) => address === 'host-gateway')
			? ['`host-gateway` is left out: a pod has no such address']
			: []),
	];
}

function workload(project: Project, service: Service, volumes: PodVolumes): IDeployment | IJob {
	const labels = labelsOf(project.name, service.service);
	const metadata = {name: objectName(service.service), labels};
	const replicas = project.services.filter(each => each.service === service.service).length;
	const {restart} = service;
	const annotations = {...service.labels, ...service.annotations};
	const template = (policy: 'Always' | 'OnFailure' | 'Never'): IPodTemplateSpec => ({
		metadata: {labels, ...(Object.keys(annotations).length === 0 ? {} : {annotations})},
		spec: podSpec(service, imageOf(service), policy, volumes),
	});
	if (restart?.kind === 'no' || restart?.kind === 'on-failure') {
		const again = restart.kind === 'on-failure';
		return {
			apiVersion: 'batch/v1',
			kind: 'Job',
			metadata,
			spec: {
				parallelism: replicas,
				completions: replicas,
				...(again ? (restart.most === undefined ? {} : {backoffLimit: restart.most}) : {backoffLimit: 0}),
				template: template(again ? 'OnFailure' : 'Never'),
			},
		};
	}
	// A claim that one machine has at a time must be free before the next pod begins.
	const alone = volumes.volumes.some(({persistentVolumeClaim}) => persistentVolumeClaim !== undefined);
	return {
		apiVersion: 'apps/v1',
		kind: 'Deployment',
		metadata,
		spec: {
			replicas,
			selector: {matchLabels: labels},
			...(alone ? {strategy: {type: 'Recreate'}} : {}),
			template: template('Always'),
		},
	};
}

/** What makes the names of a service known: one Service for its own name, one for each alias, and one for its published ports. */
function services(project: Project, service: Service): readonly IService[] {
	if (service.networkMode === 'none') return [];
	const selector = labelsOf(project.name, service.service);
	const aliases = (service.networks ?? []).flatMap(join => join.aliases);
	const open = containerPorts(service).map(({containerPort, protocol}) => ({
		name: `${protocol.toLowerCase()}-${containerPort}`,
		port: containerPort,
		protocol,
	}));
	const named = [...new Set([service.service, ...aliases].map(word => objectName(word)))].map(
		(name): IService => ({
			apiVersion: 'v1',
			kind: 'Service',
			metadata: {name, labels: selector},
			// Without ports a name leads to the pods themselves.
			spec: open.length === 0 ? {clusterIP: 'None', selector} : {selector, ports: open},
		}),
	);
	const published = service.ports.flatMap(({published: port, target, protocol}) =>
		port === undefined ? [] : [{port, targetPort: target, protocol}],
	);
	const unique = [...new Map(published.map(each => [`${each.port}/${each.protocol}`, each])).values()];
	if (unique.length === 0) return named;
	return [
		...named,
		{
			apiVersion: 'v1',
			kind: 'Service',
			metadata: {name: objectName(service.service, 'published'), labels: selector},
			spec: {
				type: 'LoadBalancer',
				selector,
				ports: unique.map(({port, targetPort, protocol}) => ({
					name: `${protocol}-${port}`,
					port,
					targetPort,
					protocol: protocol.toUpperCase() as 'TCP' | 'UDP' | 'SCTP',
				})),
			},
		},
	];
}
