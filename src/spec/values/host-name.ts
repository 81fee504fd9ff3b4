import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** Parses a host name by RFC 1123, at most 64 bytes (HOST_NAME_MAX of limits.h, uname(2)). Also used for domain names. */
export function parseHostName(name: string): Parsed<string> {
	const labels = name.split('.');
	if (name.length <= 64 && labels.every(label => /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/.test(label))) {
		return good(name);
	}
	return bad(`must be a host name of letters, digits and inner hyphens, at most 64, not ${quoted(name)}`);
}

/** Derives a host name from a container's name. RFC 1123 has no underscores, so they become hyphens. */
export function hostNameOf(containerName: string): string {
	const labels = containerName
		.replaceAll('_', '-')
		.split('.')
		.map(label => label.replace(/^-+/, '').slice(0, 63).replace(/-+$/, ''))
		.filter(label => label !== '');
	return labels.length === 0 ? 'box' : labels.join('.');
}
