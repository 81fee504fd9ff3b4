import type {Machine} from '../container/machine/machine.ts';
import type {SpecRequest} from '../container/machine/spec-request.ts';
import {basename, dirname, join, resolve} from 'node:path';
import {loadProject} from '../container/machine/load-project.ts';
import {noSuchService} from '../container/machine/no-service.ts';
import {type ImagePins, pinImages} from '../container/machine/pin-images.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {explainOrigin} from '../spec/project/explain-origin.ts';
import {shownPath as fromFolder} from '../spec/syntax/source-text.ts';
import {shellCommand} from '../spec/syntax/shell-words.ts';
import {labelOf} from '../spec/keys/replicas.ts';
import type {ImageSource, Project, RootfsSource} from '../spec/model/project.ts';
import {type CompareContext, compareService, type LockDifference, missingService} from './compare.ts';
import {type Lock, type LockedService, lockText, lockVersion, readLock} from './lock-file.ts';
import {absentTree, type LockableProject, lockService, type LookOptions} from './lock-service.ts';
import {portableProject, shownPath} from './portable.ts';

/** The spec to lock, or to compare with its lock. */
export interface LockRequest extends LookOptions {
	/** Overrides from the command line are ignored, since a lock covers the spec only. */
	readonly spec: SpecRequest;
	/** The selected services; all if empty. */
	readonly services: readonly string[];
	/** Whether to leave out the dependencies of the selected services. */
	readonly alone?: boolean;
	/** The lock file; by default `tsbox.lock` beside the spec. */
	readonly file?: string;
	/** With {@link makeLock}: ask registries, and change only the services whose image is another one now. */
	readonly update?: boolean;
}

/** Something a service depends on that the lock does not cover, for people. */
export interface NotLocked {
	readonly service: string;
	readonly text: string;
}

/** The result of comparing a spec with its lock. */
export interface LockCheck {
	readonly file: string;
	readonly services: readonly string[];
	readonly differences: readonly LockDifference[];
	readonly notLocked: readonly NotLocked[];
	/** The digests that the images of the lock have. */
	readonly images: ImagePins;
}

/** A selected service: its name, and its key in the lock. */
interface Meant {
	readonly name: string;
	readonly key: string;
}

interface Opened extends LockableProject {
	/** All services of the spec. */
	readonly names: readonly Meant[];
	readonly path: string;
	readonly request: SpecRequest;
}

async function openSpec(machine: Machine, {spec, services, file}: LockRequest): Promise<Opened> {
	const {host} = machine;
	const {overrides: _, service: __, ...request} = spec;
	// Without names all are locked, also those that only a profile starts.
	const named = {...request, named: services, ...(services.length === 0 ? {profiles: ['*']} : {})};
	const project = await loadProject(named, machine);
	const portable = await portableProject(machine, named, project);
	const names = project.services.flatMap((service, at): readonly Meant[] => {
		const other = portable.services[at];
		return service.replica !== undefined || other === undefined ? [] : [{name: service.service, key: labelOf(other)}];
	});
	const strange = services.find(word => !names.some(({name}) => name === word));
	if (strange !== undefined) throw noSuchService(project, strange);
	const path = file === undefined ? join(dirname(project.file), 'tsbox.lock') : resolve(spec.cwd, file);
	const text = filesOf(project)
		.map(each => host.readText(each) ?? '')
		.join('\n');
	return {project, portable, text, names, path, request};
}

/** The files of a project that its values come from: also those that it includes, and that its services extend. */
function filesOf({file, others = [], services}: Project): readonly string[] {
	const origins = services.flatMap(service => Object.values(service.origins));
	return [...new Set([file, ...others, ...origins.flatMap(each => (each.kind === 'file' ? [each.file] : []))])];
}

async function look(machine: Machine, opened: Opened, key: string, asked: LockRequest): Promise<LockedService> {
	try {
		return await lockService(machine, opened, key, opened.request, asked);
	} catch (error) {
		if (asked.signal?.aborted !== true) throw error;
		throw new TsboxError('E_INTERRUPTED', `reading the inputs of ${key} was interrupted`, {cause: asked.signal.reason});
	}
}

/** A lock belongs to one spec. Another spec in the same folder needs a lock file of its own. */
function checkSpec({project, path}: Opened, lock: Lock): void {
	if (lock.spec === basename(project.file)) return;
	throw new TsboxError('E_LOCKED', `${path} is the lock of ${lock.spec}, not of ${basename(project.file)}`, {
		hint: 'choose another lock file with `--lock FILE`',
	});
}

/** A new lock, not yet written. */
export interface MadeLock {
	readonly file: string;
	readonly text: string;
	/** The services that were locked. */
	readonly services: readonly string[];
	readonly notLocked: readonly NotLocked[];
	/** With `update`: what became of each service. */
	readonly updates: readonly ImageUpdate[];
}

/** What an update of a lock did with a service. */
export interface ImageUpdate {
	readonly service: string;
	/** What the spec names; null when the service has no image, or one that is built from the spec. */
	readonly reference: string | null;
	/** The digest that the lock had; null when it had none. */
	readonly before: string | null;
	/** The digest that it has now; null without an image. */
	readonly now: string | null;
	/** What else differed from the lock, and is as it is now: `mem_limit`, `/etc/app: hi.txt`. Empty unless the image moved. */
	readonly also: readonly string[];
}

/**
 * Computes the lock of a spec, or of selected services; other services keep their entries. Writes nothing: the file lies
 * in the user's folder, where a kill during an atomic write would leave a stray temporary file.
 *
 * @throws TsboxError for a spec that cannot start here, and with `update` as `resolveImage`; E_LOCKED for an unreadable lock or the lock of
 *     another spec.
 */
export async function makeLock(machine: Machine, asked: LockRequest): Promise<MadeLock> {
	const opened = await openSpec(machine, asked);
	const {names, path, project} = opened;
	const before = readLock(machine.host, path);
	if (before !== undefined) checkSpec(opened, before);
	const meant = asked.services.length === 0 ? names : names.filter(({name}) => asked.services.includes(name));
	const isUpdate = asked.update === true;
	const made: [string, LockedService][] = [];
	const updates: ImageUpdate[] = [];
	for (const {name, key} of meant) {
		const known = isUpdate ? before?.services[key] : undefined;
		const rootfs = project.services.find(each => each.service === name)?.rootfs;
		if (known !== undefined && (rootfs === undefined || !isAsked(rootfs))) {
			updates.push({service: key, reference: null, before: null, now: null, also: []});
			continue;
		}
		const service = await look(machine, isUpdate ? asking(opened) : opened, key, asked);
		if (isUpdate) {
			const update = updateOf({name, key}, known, service, opened);
			updates.push(update);
			if (known !== undefined && update.before === update.now) continue;
		}
		const absent = Object.entries(service.inputs).find(([, {digest}]) => digest === absentTree.digest);
		if (absent !== undefined)
			throw new TsboxError(
				'E_SPEC_INVALID',
				`${key}: the source of the read-only bind mount ${absent[0]} does not exist yet`,
				{
					why: 'the start would create it, and the lock would no longer match',
					hint: 'create it first',
				},
			);
		made.push([key, service]);
	}
	const others = asked.services.length === 0 && !isUpdate ? {} : (before?.services ?? {});
	const services = {...others, ...Object.fromEntries(made)};
	return {
		file: path,
		text: lockText({version: lockVersion, spec: basename(project.file), services}),
		services: made.map(([key]) => key),
		notLocked: made.flatMap(([service, {notLocked}]) => notLocked.map(text => ({service, text}))),
		updates,
	};
}

/** The spec as if each image that is not built had `pull_policy: always`. */
function asking(opened: Opened): Opened {
	const services = opened.project.services.map(service =>
		isAsked(service.rootfs) ? {...service, rootfs: {...service.rootfs, pull: 'always' as const}} : service,
	);
	return {...opened, project: {...opened.project, services}};
}

/** Whether somebody else says what the image is: a registry, or a file. */
function isAsked(rootfs: RootfsSource): rootfs is ImageSource {
	return rootfs.kind === 'image' && rootfs.pull !== 'build' && rootfs.built !== true;
}

function updateOf(
	meant: Meant,
	known: LockedService | undefined,
	{rootfs, ...others}: LockedService,
	opened: Opened,
): ImageUpdate {
	const image = rootfs.kind === 'image' ? rootfs : undefined;
	const was = known?.rootfs.kind === 'image' ? known.rootfs : undefined;
	const isMoved = known !== undefined && image !== undefined && image.digest !== was?.digest;
	// What follows from another image is no news: its settings are in the plan.
	const also = isMoved
		? compareService({...known, rootfs, plan: others.plan}, {rootfs, ...others}, contextOf(opened, meant, '')).map(
				({what}) => what,
			)
		: [];
	return {
		service: meant.key,
		reference: image?.reference ?? null,
		before: was?.digest ?? null,
		now: image?.digest ?? null,
		also,
	};
}

/**
 * Compares a spec with its lock and changes nothing. Dependencies of the selected services are compared too.
 *
 * @throws TsboxError E_LOCKED for a missing or unreadable lock; E_INTERRUPTED.
 */
export async function checkLock(machine: Machine, asked: LockRequest): Promise<LockCheck> {
	const spec = await openSpec(machine, asked);
	const {names, path, project} = spec;
	const lock = readLock(machine.host, path);
	if (lock === undefined)
		throw new TsboxError('E_LOCKED', `no lock file at ${path}`, {
			hint: `write it with \`${takeOverCommand(asked, project)}\`, or choose another with \`--lock FILE\``,
		});
	checkSpec(spec, lock);
	const images = imagesOf(lock, names);
	// A tag that has moved since then says nothing about the image that the lock means.
	const opened = {...spec, project: pinImages(project, images)};
	const isAll = asked.services.length === 0 && project.active === undefined;
	const wanted =
		asked.alone === true && asked.services.length > 0
			? new Set(asked.services)
			: withDependencies(opened, asked.services);
	const meant = names.filter(({name}) => wanted.has(name));
	const differences: LockDifference[] = [];
	const notLocked: NotLocked[] = [];
	const command = takeOverCommand(asked, project);
	for (const {name, key} of meant) {
		const takeOver = names.length === 1 ? command : `${command} ${shellCommand([name])}`;
		const locked = lock.services[key];
		if (locked === undefined) {
			differences.push(missingService(key, false, takeOver));
			continue;
		}
		const now = await look(machine, opened, key, asked);
		notLocked.push(...now.notLocked.map(text => ({service: key, text})));
		differences.push(...compareService(locked, now, contextOf(opened, {name, key}, takeOver)));
	}
	const gone = isAll ? Object.keys(lock.services).filter(key => !names.some(each => each.key === key)) : [];
	differences.push(...gone.map(key => missingService(key, true, command)));
	return {file: path, services: meant.map(({key}) => key), differences, notLocked, images};
}

/** The digests of a lock's images. */
function imagesOf({services}: Lock, names: readonly Meant[]): ImagePins {
	const rows = names.flatMap(({name, key}) => {
		const rootfs = services[key]?.rootfs;
		return rootfs?.kind === 'image' ? [[name, {reference: rootfs.reference, digest: rootfs.digest}] as const] : [];
	});
	return Object.fromEntries(rows);
}

/** The command that locks the whole spec as it is now. */
function takeOverCommand({file, spec: {cwd}}: LockRequest, project: Project): string {
	return `tsbox lock ${shellCommand([...(file === undefined ? [] : ['--lock', file]), fromFolder(project.file, cwd)])}`;
}

function withDependencies({project: {services, active}}: Opened, named: readonly string[]): ReadonlySet<string> {
	const wanted = new Set(named.length > 0 ? named : (active ?? services.map(({service}) => service)));
	for (const name of wanted)
		for (const {service} of services.find(each => each.service === name)?.dependsOn ?? [])
			if (active?.includes(service) ?? true) wanted.add(service);
	return wanted;
}

function contextOf({project, portable, request}: Opened, {name, key}: Meant, takeOver: string): CompareContext {
	const service = project.services.find(each => each.service === name);
	const other = portable.services.find(each => labelOf(each) === key);
	return {
		service: key,
		originOf: spoken => {
			const origin = service?.origins[spoken] ?? service?.origins[`${spoken}.0`];
			return origin === undefined ? undefined : explainOrigin(origin, request.cwd);
		},
		sourceOf: target => {
			const bind = other?.volumes.find(each => each.target === target);
			return bind?.type === 'bind' ? shownPath(bind.source) : target;
		},
		rootfs: other === undefined ? 'the host' : rootfsWords(other.rootfs),
		takeOver,
	};
}

function rootfsWords(rootfs: RootfsSource): string {
	if ('path' in rootfs) return shownPath(rootfs.path);
	return rootfs.kind === 'image' ? rootfs.reference : 'the host';
}
