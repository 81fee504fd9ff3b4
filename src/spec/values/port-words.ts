import type {Port} from '../model/project.ts';

/** Formats a port in the short form of `ports`: `127.0.0.1:8080:80/tcp`. */
export function portWords({hostIp, published: written, among, target, protocol}: Port): string {
	const published = written ?? among?.join('-');
	const address = hostIp?.includes(':') === true ? `[${hostIp}]` : hostIp;
	const front = [address, published, target].filter(part => part !== undefined);
	return `${address !== undefined && published === undefined ? `${address}::${target}` : front.join(':')}/${protocol}`;
}
