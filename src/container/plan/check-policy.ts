import type {Machine} from '../machine/machine.ts';
import {dirname} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import {explainOrigin} from '../../spec/project/explain-origin.ts';
import type {Policy, PolicyRule} from '../../spec/config/policy.ts';
import {excessOf, offencesOf, type PolicyOffence} from '../../spec/config/policy-offences.ts';
import type {Origin, Service} from '../../spec/model/project.ts';
import {excerptAt} from '../../spec/syntax/source-text.ts';

/**
 * Checks a container against every policy. All plans pass through here. Paths are compared after resolving symlinks in every
 * component.
 *
 * @param excerpts - false to show no lines of the spec, since the origins in a record may name any file of this machine
 * @throws TsboxError E_POLICY with each violation, its place in the spec, and the rule with its file.
 */
export function checkPolicy(
	{host, policies = []}: Machine,
	service: Service,
	spec: string,
	{excerpts = true}: {readonly excerpts?: boolean} = {},
): void {
	const found = policies.flatMap(policy => {
		const folders = policy.allowedBinds?.flatMap(folder => host.realpath(folder) ?? []);
		const isAllowed = (path: string): boolean => {
			const real = whereTo(host, path);
			return real !== undefined && folders?.some(folder => isWithin(real, folder)) === true;
		};
		const seen = {
			isAllowed,
			realpath: (path: string) => host.realpath(path),
			isDisk: (path: string) => isDisk(host, path),
		};
		return offencesOf(policy, service, seen).map(offence => ({policy, offence}));
	});
	refuse(excerpts ? host : undefined, found, service.origins, spec);
}

/**
 * Checks new limits of a running container against every policy.
 *
 * @throws TsboxError E_POLICY.
 */
export function checkLimits(
	{host, policies = []}: Machine,
	limits: Pick<Service, 'memLimit' | 'cpus' | 'pidsLimit'>,
	options: Readonly<Record<string, Origin>>,
	spec: string,
): void {
	const found = policies.flatMap(policy =>
		excessOf(policy, limits)
			.filter(({key}) => key in options)
			.map(offence => ({policy, offence})),
	);
	refuse(host, found, options, spec);
}

/** Whether a policy sets a maximum, so that limits must not be skipped. */
export function hasMaximum({policies = []}: Pick<Machine, 'policies'>): boolean {
	return policies.some(policy => [policy.maxMemory, policy.maxCpus, policy.maxPids].some(most => most !== undefined));
}

interface Found {
	readonly policy: Policy;
	readonly offence: PolicyOffence;
}

function refuse(
	host: Host | undefined,
	found: readonly Found[],
	origins: Readonly<Record<string, Origin>>,
	spec: string,
): void {
	const [first, ...others] = found;
	if (first === undefined) return;
	const folder = dirname(spec);
	const headline = ({offence}: Found): string => `${placeOf(origins[offence.key], spec)}: ${offence.message}`;
	const rule = ({policy, offence}: Found): string => `the policy ${ruleAt(policy, offence.rule)}`;
	const excerpt = ({offence}: Found): readonly string[] => {
		const origin = origins[offence.key];
		if (host === undefined || origin?.kind !== 'file') return [];
		const text = host.readText(origin.file) ?? '';
		const shown = excerptAt({file: origin.file, shown: origin.file, text}, origin);
		return shown === undefined ? [] : [shown];
	};
	if (others.length === 0) {
		const [output] = excerpt(first);
		throw new TsboxError('E_POLICY', headline(first), {
			...(output === undefined ? {} : {output}),
			why: `${rule(first)} forbids it`,
			hint: first.offence.hint,
		});
	}
	throw new TsboxError('E_POLICY', `${headline(first)} (and ${others.length} more policy violations)`, {
		output: found
			.map(each => [headline(each), ...excerpt(each), `  = ${rule(each)}`, `  = ${each.offence.hint}`].join('\n'))
			.join('\n\n'),
		hint: `fix these ${found.length} places of ${folder === '/' ? spec : spec.slice(folder.length + 1)}`,
	});
}

function placeOf(origin: Origin | undefined, spec: string): string {
	return origin === undefined || origin.kind === 'default' ? spec : explainOrigin(origin, '/nowhere');
}

function ruleAt({origins}: Policy, rule: PolicyRule): string {
	const origin = origins[rule];
	return `\`${rule}\`${origin === undefined ? '' : ` of ${explainOrigin(origin, '/nowhere')}`}`;
}

function isWithin(path: string, folder: string): boolean {
	return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

/** Where a path leads, even if its last components do not exist yet; undefined when unknown, as behind a dead symlink. */
function whereTo(host: Host, path: string): string | undefined {
	const real = host.realpath(path);
	if (real !== undefined) return real;
	if (host.lstat(path) !== undefined || path === '/') return undefined;
	const parent = whereTo(host, dirname(path));
	return parent === undefined ? undefined : `${parent === '/' ? '' : parent}/${path.slice(path.lastIndexOf('/') + 1)}`;
}

/** A block device, or memory of the machine. Major number 1 also has null(4), hence the minor numbers; mem(4). */
function isDisk(host: Host, path: string): boolean {
	const device = host.stat(path)?.device;
	if (device === undefined) return false;
	return device.type === 'b' || (device.major === 1 && [1, 2, 4].includes(device.minor));
}
