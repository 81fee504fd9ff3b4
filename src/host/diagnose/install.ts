import type {PackageManager, ToolName} from '../facts.ts';

/** The package of each tool in Debian 12 and 13, and in Arch. */
const packages: Readonly<Record<ToolName | 'skopeo', readonly [debian: string, arch: string]>> = {
	sh: ['dash', 'bash'],
	env: ['coreutils', 'coreutils'],
	unshare: ['util-linux', 'util-linux'],
	nsenter: ['util-linux', 'util-linux'],
	mount: ['mount', 'util-linux'],
	umount: ['mount', 'util-linux'],
	pivot_root: ['util-linux', 'util-linux'],
	chroot: ['coreutils', 'coreutils'],
	setpriv: ['util-linux', 'util-linux'],
	setarch: ['util-linux', 'util-linux'],
	prlimit: ['util-linux', 'util-linux'],
	setsid: ['util-linux', 'util-linux'],
	cp: ['coreutils', 'coreutils'],
	ln: ['coreutils', 'coreutils'],
	mkdir: ['coreutils', 'coreutils'],
	rmdir: ['coreutils', 'coreutils'],
	rm: ['coreutils', 'coreutils'],
	cat: ['coreutils', 'coreutils'],
	head: ['coreutils', 'coreutils'],
	hostname: ['hostname', 'hostname'],
	tar: ['tar', 'tar'],
	gzip: ['gzip', 'gzip'],
	zstd: ['zstd', 'zstd'],
	xz: ['xz-utils', 'xz'],
	bzip2: ['bzip2', 'bzip2'],
	sync: ['coreutils', 'coreutils'],
	script: ['bsdutils', 'util-linux'],
	stty: ['coreutils', 'coreutils'],
	flock: ['util-linux', 'util-linux'],
	fallocate: ['util-linux', 'util-linux'],
	perl: ['perl-base', 'perl'],
	tini: ['tini', 'tini'],
	catatonit: ['catatonit', 'catatonit'],
	chmod: ['coreutils', 'coreutils'],
	chown: ['coreutils', 'coreutils'],
	ip: ['iproute2', 'iproute'],
	newuidmap: ['uidmap', 'shadow'],
	newgidmap: ['uidmap', 'shadow'],
	skopeo: ['skopeo', 'skopeo'],
};

/** The command that installs a tool; null for an unknown package manager. */
export function installCommand(tool: ToolName | 'skopeo', manager: PackageManager | null): string | null {
	const [debian, arch] = packages[tool];
	switch (manager) {
		case 'apt-get':
			return `apt-get install ${debian}`;
		case 'pacman':
			return `pacman -S ${arch}`;
		// dnf and zypper find the package by a file in it.
		case 'dnf':
		case 'zypper':
			return `${manager} install /usr/bin/${tool}`;
		// apk finds it by the command.
		case 'apk':
			return `apk add cmd:${tool}`;
		case null:
			return null;
	}
}
