/** One row of /proc/PID/mountinfo, proc_pid_mountinfo(5), with octal escapes decoded. */
export interface MountInfo {
	readonly id: number;
	readonly parent: number;
	/** The folder inside the filesystem that this mount shows. */
	readonly root: string;
	readonly target: string;
	/** Per-mount options. */
	readonly options: readonly string[];
	/** The optional fields, which tell how mounts spread: `shared:5`, `master:1`; empty for a private mount. */
	readonly propagation: readonly string[];
	readonly type: string;
	readonly source: string;
	/** Options of the filesystem. */
	readonly superOptions: readonly string[];
}

/** Parses a mountinfo table. Skips malformed rows. */
export function parseMountinfo(text: string): readonly MountInfo[] {
	return text.split('\n').flatMap(line => {
		const [left = '', right = ''] = line.split(' - ');
		const [id, parent, , root, target, options, ...propagation] = left.split(' ');
		const [type, source, superOptions] = right.split(' ');
		if (root === undefined || target === undefined || options === undefined || source === undefined) return [];
		return [
			{
				id: Number(id),
				parent: Number(parent),
				root: unescaped(root),
				target: unescaped(target),
				options: options.split(','),
				propagation,
				type: type ?? '',
				source: unescaped(source),
				superOptions: (superOptions ?? '').split(','),
			},
		];
	});
}

/** The mount that contains `path` (absolute, real): the last one with the deepest target above it. */
export function mountOf(path: string, mounts: readonly MountInfo[]): MountInfo | undefined {
	let best: MountInfo | undefined;
	for (const mount of mounts) {
		const above = mount.target === '/' || path === mount.target || path.startsWith(`${mount.target}/`);
		if (above && mount.target.length >= (best?.target.length ?? 0)) best = mount;
	}
	return best;
}

function unescaped(field: string): string {
	return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
