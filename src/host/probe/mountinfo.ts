/** One row of /proc/PID/mountinfo, proc_pid_mountinfo(5); octal escapes are undone. */
export interface MountInfo {
	readonly id: number;
	readonly parent: number;
	/** The folder of the filesystem that is the root of this mount. */
	readonly root: string;
	readonly target: string;
	/** Options of this mount. */
	readonly options: readonly string[];
	readonly type: string;
	readonly source: string;
	/** Options of the filesystem. */
	readonly superOptions: readonly string[];
}

/** Reads a mountinfo table; rows that make no sense are left out. */
export function parseMountinfo(text: string): readonly MountInfo[] {
	return text.split('\n').flatMap(line => {
		const [left = '', right = ''] = line.split(' - ');
		const [id, parent, , root, target, options] = left.split(' ');
		const [type, source, superOptions] = right.split(' ');
		if (root === undefined || target === undefined || options === undefined || source === undefined) return [];
		return [
			{
				id: Number(id),
				parent: Number(parent),
				root: unescaped(root),
				target: unescaped(target),
				options: options.split(','),
				type: type ?? '',
				source: unescaped(source),
				superOptions: (superOptions ?? '').split(','),
			},
		];
	});
}

/** The mount that `path` (absolute, real) lies on: the last one of the deepest targets above it. */
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
