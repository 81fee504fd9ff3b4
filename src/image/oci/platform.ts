import {TsboxError} from '../../errors/tsbox-error.ts';
import type {IndexEntry} from './manifest.ts';

/** uname(2)'s machine names, and the platform in the words of Go that registries use; variants as containerd's platforms package has them. */
const machines: Readonly<Record<string, string>> = {
	x86_64: 'linux/amd64',
	aarch64: 'linux/arm64/v8',
	armv7l: 'linux/arm/v7',
	armv6l: 'linux/arm/v6',
	i686: 'linux/386',
	i386: 'linux/386',
	ppc64le: 'linux/ppc64le',
	s390x: 'linux/s390x',
	riscv64: 'linux/riscv64',
	loongarch64: 'linux/loong64',
	mips64: 'linux/mips64le',
};

/** The platform of this machine: `linux/amd64`. */
export function platformOf(arch: string): string {
	return machines[arch] ?? `linux/${arch}`;
}

/**
 * The entry of an index for a platform `os/architecture[/variant]`: the same variant, else the highest one below it, as a processor runs
 * what was made for its predecessors.
 *
 * @throws TsboxError E_IMAGE_NOT_FOUND with the platforms that the image has.
 */
export function entryFor(name: string, entries: readonly IndexEntry[], platform: string): IndexEntry {
	const [os = '', architecture = '', variant = implied(architecture)] = platform.split('/');
	const fitting = entries
		.filter(entry => entry.os === os && entry.architecture === architecture)
		.map(entry => ({entry, variant: entry.variant === '' ? implied(architecture) : entry.variant}))
		.filter(each => each.variant <= variant || variant === '')
		.sort((one, other) => (one.variant < other.variant ? 1 : -1));
	const [best] = fitting;
	if (best !== undefined) return best.entry;
	const all = entries.filter(entry => entry.os !== 'unknown' && entry.os !== '').map(platformText);
	throw new TsboxError('E_IMAGE_NOT_FOUND', `the image ${name} has no variant for ${platform}`, {
		why: `it is there for ${[...new Set(all)].slice(0, 20).join(', ') || 'no platform'}`,
		hint: 'ask for another one with `platform:`, or use another tag',
	});
}

/** The variant that is meant where none is written: containerd's platforms, normalizeArch. */
function implied(architecture: string): string {
	return {arm64: 'v8', arm: 'v7'}[architecture] ?? '';
}

function platformText({os, architecture, variant}: IndexEntry): string {
	return [os, architecture, ...(variant === '' ? [] : [variant])].join('/');
}
