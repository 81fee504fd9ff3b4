import type {Host} from '../../host/host.ts';

/** Where the front of each stream was let go of: what lies before is a hole. */
export type Freed = Readonly<Record<string, number>>;

/** The file of {@link Freed} beside the streams. */
export function freedFile(folder: string): string {
	return `${folder}/freed`;
}

/** How far the streams of a container were let go of. */
export function readFreed(host: Host, folder: string): Freed {
	try {
		return JSON.parse(host.readText(freedFile(folder)) ?? '{}') as Freed;
	} catch {
		return {};
	}
}

/** Where the first whole line of what is kept begins. */
export function keptFrom(host: Host, folder: string, stream: string): number {
	const freed = readFreed(host, folder)[stream] ?? 0;
	if (freed === 0) return 0;
	const bytes = host.readBytes(`${folder}/${stream}`, freed, 65_536) ?? Buffer.alloc(0);
	const end = bytes.indexOf(10);
	return end === -1 ? freed : freed + end + 1;
}

/** Where the last lines of a file begin, not before `from`; found by reading backwards, further each time. */
export function lastLinesFrom(host: Host, path: string, from: number, size: number, lines: number): number {
	if (lines === 0) return size;
	for (let window = 65_536; ; window *= 4) {
		const start = Math.max(from, size - window);
		const bytes = host.readBytes(path, start, size - start) ?? Buffer.alloc(0);
		// The last line may have no end.
		let at = bytes.length;
		let found = 0;
		while (found <= lines && at > 0) {
			at = bytes.lastIndexOf(10, at - 1);
			if (at === -1) break;
			if (at < bytes.length - 1) found += 1;
			if (found === lines) return start + at + 1;
		}
		if (start === from) return from;
	}
}
