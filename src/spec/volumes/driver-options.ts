import {isIP} from 'node:net';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {VolumeFilesystem} from '../model/project.ts';

/** What `driver_opts` of the driver `local` say: a folder of the host, or a file system. */
export type DriverOptions =
	| {readonly kind: 'bind'; readonly source: string; readonly readOnly: boolean; readonly recursive: boolean}
	| {readonly kind: 'filesystem'; readonly filesystem: VolumeFilesystem};

/** Options that mount(8) itself acts on, in ways that no plan shows. */
const ofMount = /^(?:[xX]-.*|loop(?:=.*)?|user|users|nouser|group|owner|remount|move|noauto|auto|_netdev|defaults)$/;

const usual = '`{type: nfs, o: "addr=10.0.0.5,rw", device: ":/srv"}`, or `{type: none, o: bind, device: /srv}`';

/**
 * Parses `driver_opts` of the driver `local`: `type`, `o` and `device` as mount(8) has them. Source: Docker, "docker volume create",
 * "Driver-specific options".
 */
export function parseDriverOptions(options: Readonly<Record<string, string>>): Parsed<DriverOptions | undefined> {
	const {type = '', o = '', device = '', ...others} = options;
	const [other] = Object.keys(others);
	if (other !== undefined)
		return bad(`has the option ${quoted(other)}`, `the driver \`local\` has \`type\`, \`o\` and \`device\`: ${usual}`);
	if (type === '' && o === '' && device === '') return good(undefined);
	if (device === '') return bad('has no `device`', `write ${usual}`);
	const words = o.split(',').filter(word => word !== '');
	const strange = [type, device, ...words].find(word => /[\s"'\\\0]/.test(word) || word.startsWith('-'));
	if (strange !== undefined) return bad(`has ${quoted(strange)}`, 'write it without blanks and quotes');
	const isBind = words.includes('bind') || words.includes('rbind');
	if (isBind || type === 'none' || type === 'bind') return bindOf(device, words, isBind);
	if (type === '') return bad('has no `type`', `write ${usual}`);
	if (!/^[a-z][a-z0-9_.]*$/.test(type))
		return bad(`has the type ${quoted(type)}`, 'see /proc/filesystems for the types that the kernel has');
	const forbidden = words.find(word => ofMount.test(word));
	if (forbidden !== undefined)
		return bad(`has the option ${quoted(forbidden)}, which is none of a file system`, 'take it out');
	const address = words.find(word => word.startsWith('addr='))?.slice('addr='.length);
	if (type.startsWith('nfs') && (address === undefined || isIP(address) === 0))
		return bad(
			address === undefined ? 'has no `addr=` in `o`' : `has the address ${quoted(address)}`,
			'the kernel mounts nfs by the address of the server: `o: "addr=10.0.0.5,rw"`; `getent hosts NAME` says it',
		);
	return good({kind: 'filesystem', filesystem: {type, device, options: words}});
}

function bindOf(source: string, words: readonly string[], isBind: boolean): Parsed<DriverOptions> {
	if (!isBind) return bad('has neither a type nor `o: bind`', `write ${usual}`);
	const other = words.find(word => !['bind', 'rbind', 'ro', 'rw'].includes(word));
	if (other !== undefined)
		return bad(`has the option ${quoted(other)} beside \`bind\``, 'write `bind`, `rbind`, `ro` or `rw`');
	return good({kind: 'bind', source, readOnly: words.includes('ro'), recursive: words.includes('rbind')});
}
