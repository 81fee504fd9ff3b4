import type {Port} from '../model/project.ts';

/** A port as the short form of `ports:` has it: `127.0.0.1:8080:80/tcp`. */
export function portWords({hostIp, published, target, protocol}: Port): string {
	const address = hostIp?.includes(':') === true ? `[${hostIp}]` : hostIp;
	const front = [address, published, target].filter(part => part !== undefined);
	return `${address !== undefined && published === undefined ? `${address}::${target}` : front.join(':')}/${protocol}`;
}
