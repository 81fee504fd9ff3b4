import type {Host} from '../host/host.ts';

/** A JSON object of root's or of our own; what somebody else wrote, or what is cut short, is nothing. */
export function ownJson<T extends object>(host: Host, path: string): T | undefined {
	const owner = host.lstat(path)?.uid;
	if (owner !== 0 && owner !== process.getuid?.()) return undefined;
	try {
		const value: unknown = JSON.parse(host.readText(path) ?? '');
		return typeof value === 'object' && value !== null ? (value as T) : undefined;
	} catch {
		return undefined;
	}
}
