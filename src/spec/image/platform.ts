import {didYouMean} from '../../errors/did-you-mean.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** The processors that Go builds for Linux: `go tool dist list`. */
const architectures = '386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x'.split(' ');

/** Names of other tools: containerd's platforms package, normalizeArch. */
const aliases: Readonly<Record<string, string>> = {
	i386: '386',
	i686: '386',
	x86_64: 'amd64',
	'x86-64': 'amd64',
	aarch64: 'arm64',
	armhf: 'arm',
	armel: 'arm',
	loongarch64: 'loong64',
};

/** Parses `platform`: `[os/]architecture[/variant]` in the words of Go, such as `linux/arm64/v8`. */
export function parsePlatform(text: string): Parsed<string> {
	const words = text.toLowerCase().split('/');
	// Platforms of containerd may leave the system out.
	const [first = ''] = words;
	const isAlone = words.length === 1 && architectures.includes(aliases[first] ?? first);
	const [os = '', written, variant, ...others] = isAlone ? ['linux', first] : words;
	if (written === undefined || others.length > 0)
		return bad(
			`must be \`os/architecture\` or \`os/architecture/variant\`, not ${quoted(text)}`,
			'write `linux/amd64` or `linux/arm64`',
		);
	if (os !== 'linux') return bad(`is for ${quoted(os)}, and containers here are Linux`, `write \`linux/${written}\``);
	const arch = aliases[written] ?? written;
	if (!architectures.includes(arch)) {
		const near = didYouMean(arch, architectures);
		return bad(
			`has the architecture ${quoted(written)}`,
			near === undefined ? `write one of ${architectures.join(', ')}` : `did you mean \`linux/${near}\`?`,
		);
	}
	if (variant !== undefined && !/^v\d{1,2}$/.test(variant))
		return bad(`has the variant ${quoted(variant)}`, 'write one such as `v7`, or leave it out');
	return good([os, arch, ...(variant === undefined ? [] : [variant])].join('/'));
}
