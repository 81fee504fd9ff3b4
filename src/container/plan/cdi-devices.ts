import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import type {CdiEdits, CdiFile} from '../../spec/cdi/cdi-file.ts';
import type {BindVolume, CdiRequest, Service} from '../../spec/model/project.ts';
import {cdiWord} from '../../spec/values/cdi.ts';
import {parseDevice} from '../../spec/values/device.ts';

/** Where files of the Container Device Interface lie; a device of the later one counts. */
const folders = ['/etc/cdi', '/var/run/cdi'];

/** A service with the devices that files of the host describe, and what of them was left out. */
export interface WithCdi {
	readonly service: Service;
	readonly warnings: readonly string[];
}

interface KnownDevice {
	readonly name: string;
	/** The file that describes it. */
	readonly path: string;
	readonly edits: readonly CdiEdits[];
}

/**
 * Adds what the files of the Container Device Interface say of the devices that a service asks for: nodes, mounts, variables and groups.
 * Source: its SPEC.md, "OCI Edits".
 *
 * @param bestEffort - leave out hooks with a warning
 * @throws TsboxError E_HOST_UNSUPPORTED for devices that no file describes, and for what tsbox does not do for them.
 */
export async function withCdi(host: Host, service: Service, bestEffort: boolean): Promise<WithCdi> {
	const {cdi = []} = service;
	if (cdi.length === 0) return {service, warnings: []};
	const files = await cdiFiles(host);
	const found = cdi.flatMap(request => devicesOf(request, files));
	const warnings: string[] = [];
	const equipped = found.reduce<Service>(
		(made, device) => device.edits.reduce((each, edits) => edited(each, device, edits, {bestEffort, warnings}), made),
		service,
	);
	return {service: equipped, warnings: [...new Set(warnings)]};
}

type PlacedFile = CdiFile & {readonly path: string};

async function cdiFiles(host: Host): Promise<readonly PlacedFile[]> {
	const {parseCdiFile} = await import('../../spec/cdi/cdi-file.ts');
	return folders
		.filter(folder => host.stat(folder)?.kind === 'directory')
		.flatMap(folder =>
			host
				.list(folder)
				.toSorted()
				.map(name => `${folder}/${name}`),
		)
		.filter(path => /\.(?:json|ya?ml)$/.test(path))
		.map(path => {
			const file = parseCdiFile(host.readText(path) ?? '');
			if (file.ok) return {...file.value, path};
			throw new TsboxError('E_HOST_UNSUPPORTED', `${path} ${file.problem}`, {
				hint: 'have the tool of the vendor write it again, or remove it',
			});
		});
}

function devicesOf(request: CdiRequest, files: readonly PlacedFile[]): readonly KnownDevice[] {
	const known = new Map<string, KnownDevice>();
	for (const {kind, devices, containerEdits, path} of files)
		if (kind === request.kind)
			for (const device of devices)
				known.set(device.name, {
					name: `${kind}=${device.name}`,
					path,
					edits: [containerEdits, device.containerEdits].filter(each => each !== undefined),
				});
	// `all` is a device of its own, which stands for the others.
	const single = [...known.keys()].filter(name => name !== 'all');
	const names =
		'names' in request
			? request.names
			: request.count === -1
				? known.has('all')
					? ['all']
					: single
				: single.slice(0, request.count);
	const missing = names.find(name => !known.has(name));
	const isFewer = !('names' in request) && (names.length === 0 || names.length < request.count);
	if (missing === undefined && !isFewer) return names.flatMap(name => known.get(name) ?? []);
	throw new TsboxError('E_HOST_UNSUPPORTED', `this host does not have ${cdiWord(request)}`, {
		why:
			known.size === 0
				? `no file in ${folders.join(' or ')} describes devices of the kind ${request.kind}`
				: `of the kind ${request.kind} there are ${[...known.keys()].join(', ')}`,
		hint: request.kind.startsWith('nvidia.com/')
			? 'write one: `nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`'
			: 'have the tool of the vendor write one, or name the devices with `devices`',
	});
}

function edited(
	service: Service,
	{name, path}: KnownDevice,
	edits: CdiEdits,
	{bestEffort, warnings}: {readonly bestEffort: boolean; readonly warnings: string[]},
): Service {
	const {env = [], deviceNodes = [], mounts = [], hooks = [], additionalGids = [], netDevices = [], intelRdt} = edits;
	const leave = (what: string, why: string): void => {
		if (!bestEffort)
			throw new TsboxError('E_HOST_UNSUPPORTED', `the device ${name} wants ${what}`, {
				why: `${path} says so; ${why}`,
				hint: 'name its nodes with `devices` and its files with `volumes`, or go without with --best-effort',
			});
		warnings.push(`${name} goes without ${what}: ${why}`);
	};
	for (const hook of hooks)
		leave(`the hook ${hook.path} (${hook.hookName})`, 'it would run as root of the host in the middle of a start');
	if (netDevices.length > 0) leave('network devices', 'tsbox moves none into a container');
	if (intelRdt !== undefined) leave('a class of resctrl', 'tsbox sets none');
	const devices = deviceNodes.map(node => {
		const parsed = parseDevice(`${node.hostPath ?? node.path}:${node.path}:${node.permissions ?? 'rwm'}`);
		if (parsed.ok) return parsed.value;
		throw new TsboxError('E_HOST_UNSUPPORTED', `the device ${name} ${parsed.problem}`, {
			why: `${path} says so`,
			...(parsed.hint === undefined ? {} : {hint: parsed.hint}),
		});
	});
	const binds = mounts.flatMap(({hostPath, containerPath, type = 'bind', options = []}): readonly BindVolume[] => {
		if (type !== 'bind' && type !== 'none' && type !== '') {
			leave(`a mount of the type ${type} on ${containerPath}`, 'only files and folders of the host are mounted');
			return [];
		}
		return [
			{
				type: 'bind',
				source: hostPath,
				target: containerPath,
				readOnly: options.includes('ro'),
				createHostPath: false,
				propagation: 'rprivate',
				recursive: options.includes('rbind'),
			},
		];
	});
	const isNew =
		<T extends {readonly target: string}>(list: readonly T[]) =>
		(each: T): boolean =>
			list.every(other => other.target !== each.target);
	return {
		...service,
		environment: {
			...service.environment,
			...Object.fromEntries(env.map(pair => [pair.replace(/=.*/s, ''), pair.replace(/^[^=]*=?/s, '')])),
		},
		devices: [...service.devices, ...devices.filter(isNew(service.devices))],
		volumes: [...service.volumes, ...binds.filter(isNew<Service['volumes'][number]>(service.volumes))],
		groupAdd: [...new Set([...service.groupAdd, ...additionalGids.map(String)])],
	};
}
