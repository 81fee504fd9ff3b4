import {appendFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {tar} from '../../../test/archives/tar-writer.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {imageFacts} from './facts-of.ts';

let folder: string;
let archive: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-digest-'));
	archive = join(folder, 'a.tar');
	writeFileSync(archive, tar({name: 'a'}));
});
afterEach(() => rmSync(folder, {recursive: true}));

/** A host whose clock is an hour ahead, so that a new file counts as settled. */
const later = {...realHost(), now: () => Date.now() + 3_600_000};

async function digest(host = later): Promise<string> {
	const facts = await imageFacts(host, join(folder, 'store'), {kind: 'archive', path: archive});
	return facts.kind === 'archive' ? facts.digest : facts.kind;
}

/** Puts a wrong digest into the index. The digest is returned only if the file is not read. */
function forgeIndex(): string {
	const path = join(folder, 'store/digests.json');
	const forged = `sha256:${'0'.repeat(64)}`;
	writeFileSync(path, readFileSync(path, 'utf8').replace(/sha256:\w+/, forged));
	return forged;
}

test('the digest equals that of sha256sum', async () => {
	writeFileSync(archive, tar());
	expect(await digest()).toBe('sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef');
});

test('does not read an unchanged archive again', async () => {
	await digest();
	const forged = forgeIndex();
	expect(await digest()).toBe(forged);
});

test('reads a rewritten archive again, even with the same size and mtime', async () => {
	utimesSync(archive, 1, 1);
	await digest();
	const forged = forgeIndex();
	writeFileSync(archive, tar({name: 'b'}));
	utimesSync(archive, 1, 1);
	expect(await digest()).not.toBe(forged);
});

test('does not remember a just-written archive', async () => {
	await digest(realHost());
	expect(() => readFileSync(join(folder, 'store/digests.json'))).toThrow('ENOENT');
});

test('ignores and repairs a damaged index', async () => {
	const before = await digest();
	const index = join(folder, 'store/digests.json');
	for (const text of ['{"schema":1,"files":{"x":{}}}', '{"sch', '[]', 'null']) {
		writeFileSync(index, text);
		expect(await digest()).toBe(before);
		expect(JSON.parse(readFileSync(index, 'utf8'))).toHaveProperty('files');
	}
});

test('writes nothing when `remember` is false', async () => {
	await imageFacts(later, join(folder, 'store'), {kind: 'archive', path: archive}, {remember: false});
	expect(later.list(folder)).toEqual(['a.tar']);
});

test('refuses an archive that is written while it is read', async () => {
	const host = {...later, readText: (path: string) => (appendFileSync(archive, 'x'), later.readText(path))};
	await expect(digest(host)).rejects.toMatchObject({
		code: 'E_ARCHIVE_INVALID',
		message: `the archive ${archive} was written while it was read`,
	});
});

test('accepts a folder as a root filesystem, and refuses everything but folders and archives', async () => {
	const facts = (path: string) => imageFacts(later, folder, {kind: 'archive', path});
	expect(await facts(folder)).toEqual({kind: 'directory', path: folder});
	await expect(facts(join(folder, 'no'))).rejects.toMatchObject({code: 'E_ROOTFS_NOT_FOUND'});
	await expect(facts('/dev/null')).rejects.toMatchObject({code: 'E_ROOTFS_NOT_FOUND'});
	await expect(facts('/proc/self/status')).rejects.toMatchObject({code: 'E_ARCHIVE_INVALID'});
});
