import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import {outsideId} from '../../host/id-map.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {GivenFile} from '../../spec/model/given-file.ts';
import type {Service} from '../../spec/model/project.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {givenFolder} from '../plan/given-files.ts';

/** Largest file that is copied, bytes: as much as a config of Docker may have, and some. */
const largest = 4 * 1024 * 1024;

/**
 * Writes the secrets and configs of a container into its state folder, which nobody else may enter. They end with the folder. A text that
 * is known no more, as to a supervisor that was started again, is that of the last start.
 *
 * @throws TsboxError E_SPEC_INVALID for a file that cannot be copied, or a text that is nowhere; E_PERMISSION for an owner that the caller
 * cannot give files to.
 */
export function writeGiven(host: Host, conf: string, {given = []}: Service, {linux}: OciConfig): void {
	if (given.length === 0) return;
	const folder = `${conf}/${givenFolder}`;
	host.mkdirs(folder, 0o700);
	for (const [at, file] of given.entries()) {
		const path = `${folder}/${at}`;
		const text = textOf(host, file);
		if (text === undefined) {
			if (host.lstat(path)?.kind === 'file') continue;
			throw new TsboxError('E_SPEC_INVALID', `the text of the ${file.kind} ${file.name} is kept nowhere`, {
				why: 'a record has no texts of secrets and configs',
				hint: 'start it from its spec: `tsbox up -d`',
			});
		}
		host.writeAtomic(path, text, 0o400);
		give(host, path, file, linux);
	}
}

/** Whether a container was started with other texts than a service has now. */
export function hasOtherTexts(host: Host, conf: string, {given = []}: Service): boolean {
	return given.some(
		({text}, at) => text !== undefined && host.readText(`${conf}/${givenFolder}/${at}`) !== text.reveal(),
	);
}

function textOf(host: Host, {kind, name, file, text}: GivenFile): string | Buffer | undefined {
	if (file === undefined) return text?.reveal();
	const read = host.stat(file)?.kind === 'file' ? host.readBytes(file, 0, largest + 1) : undefined;
	if (read !== undefined && read.length <= largest) return read;
	throw new TsboxError(
		'E_SPEC_INVALID',
		`the ${kind} ${name} cannot be copied: ${file} ${read === undefined ? 'is no file that can be read' : `is larger than ${bytes(largest)}`}`,
		{hint: 'take `uid`, `gid` and `mode` out, and the file itself is mounted'},
	);
}

function give(
	host: Host,
	path: string,
	{kind, name, uid = 0, gid = 0, mode = 0o444}: GivenFile,
	{uidMappings, gidMappings}: OciConfig['linux'],
): void {
	const outside = (rows: typeof uidMappings, id: number): number | undefined =>
		rows === undefined
			? id
			: outsideId(
					rows.map(({containerID, hostID, size}) => ({inside: containerID, outside: hostID, count: size})),
					id,
				);
	const owner = [outside(uidMappings, uid), outside(gidMappings, gid)] as const;
	const caller = host.lstat(path)?.uid;
	if (caller !== 0 && (owner[0] !== caller || gid !== 0)) throw notGiven(`${kind} ${name}`, uid, gid);
	if (caller === 0) {
		if (owner[0] === undefined || owner[1] === undefined) throw notGiven(`${kind} ${name}`, uid, gid);
		host.chown(path, owner[0], owner[1]);
	}
	host.chmod(path, mode);
}

function notGiven(what: string, uid: number, gid: number): TsboxError {
	return new TsboxError('E_PERMISSION', `the ${what} cannot be given to ${uid}:${gid}`, {
		why: 'only root can give files to others, and only to ids that the container has',
		hint: 'take `uid` and `gid` out; all in the container can read it then',
	});
}
