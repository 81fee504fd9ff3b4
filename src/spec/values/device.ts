import {checkPath} from './container-path.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Device} from '../model/project.ts';

/** Names below /dev that tsbox itself creates. */
const reserved = /^\/dev\/(?:\.box|pts|shm|mqueue|console|ptmx|init|fd|stdin|stdout|stderr)(?:\/|$)/;

/** Parses an entry of `devices`, `SOURCE[:TARGET][:PERMISSIONS]`. Source: Compose Specification, "devices". */
export function parseDevice(entry: string): Parsed<Device> {
	const parts = entry.split(':');
	const last = parts.length > 1 && /^[rwm]{1,3}$/.test(parts.at(-1) ?? '') ? parts.pop() : undefined;
	const [source = '', target = source] = parts;
	const hint = 'write `/dev/NAME`, or `/dev/NAME:/dev/OTHER:rw`';
	if (parts.length > 2) return bad(`has ${quoted(entry)}, which is no device`, hint);
	for (const path of [source, target]) {
		const checked = checkPath(path);
		if (!checked.ok) return bad(`has ${quoted(entry)}, and ${quoted(path)} ${checked.problem}`, hint);
		if (!/^\/dev\/[^/]/.test(path) || /\/\.{1,2}(?:\/|$)|\/\/|\/$/.test(path))
			return bad(`has ${quoted(entry)}; a device lies below /dev`, hint);
	}
	if (reserved.test(target)) return bad(`has the target ${quoted(target)}, which is made by tsbox`, 'take it out');
	return good({source, target, permissions: [...new Set(last ?? 'rwm')].join('')});
}
