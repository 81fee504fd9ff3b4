import {bad, good, type Parsed, quoted} from '../../spec/model/parsed.ts';

/** The kind of machine that an image is for. */
export interface Platform {
	readonly os: string;
	readonly arch: string;
	readonly variant?: string;
}

/** Other names of the same processors. Source: containerd/platforms, normalizeArch. */
const archNames: Readonly<Record<string, readonly [string, string?]>> = {
	x86_64: ['amd64'],
	'x86-64': ['amd64'],
	i386: ['386'],
	i686: ['386'],
	aarch64: ['arm64'],
	armhf: ['arm', 'v7'],
	armel: ['arm', 'v6'],
};

/** Reads `linux/amd64`, `linux/arm/v7`, or a processor alone. */
export function parsePlatform(text: string): Parsed<Platform> {
	const parts = text.toLowerCase().split('/');
	const [first = '', second, third] = parts.length === 1 ? ['linux', ...parts] : parts;
	if (parts.length > 3 || !parts.every(part => /^[a-z0-9_.-]+$/.test(part)) || second === undefined) {
		return bad(`must be a platform such as \`linux/amd64\`, not ${quoted(text)}`);
	}
	if (first !== 'linux') return bad(`is for ${quoted(first)}; tsbox builds images for Linux`);
	const [arch, implied] = archNames[second] ?? [second];
	const variant = normalVariant(arch, third ?? implied);
	return good({os: first, arch, ...(variant !== undefined && {variant})});
}

/** `linux/arm/v7`. */
export function platformText({os, arch, variant}: Platform): string {
	return [os, arch, ...(variant === undefined ? [] : [variant])].join('/');
}

/** The variant that goes without saying is left out, as containerd does. */
function normalVariant(arch: string, variant: string | undefined): string | undefined {
	const named = variant !== undefined && /^\d/.test(variant) ? `v${variant}` : variant;
	if (arch === 'arm64' && named === 'v8') return undefined;
	if (arch === 'amd64' && named === 'v1') return undefined;
	if (arch === 'arm' && named === undefined) return 'v7';
	return named;
}
