/**
 * The libraries a program is linked with, absolute and as the loader found them, from what `ld.so --list` printed:
 * `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)`. The vdso has no file, and the loader's own line no arrow.
 */
export function librariesIn(list: string): readonly string[] {
	return [...list.matchAll(/=> (\/\S.*?) \(0x[0-9a-f]+\)$/gm)].flatMap(([, path]) =>
		path === undefined ? [] : [path],
	);
}
