import {execFileSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {realHost} from './real-host.ts';
import {blanksOf, sealTools, toolboxFolder} from './sealed-tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealed-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

test('finds each whole name, and refuses a loader without the names', () => {
	const text = Buffer.from('x\0/etc/ld.so.preload\0y/etc/ld.so.preload\0\0/etc/ld.so.cache\0/etc/ld.so.preload\0');
	const found = blanksOf('/lib/ld-linux-x86-64.so.2', text);
	expect(found.map(({offset, text: name}) => [name, text.toString('latin1', offset, offset + name.length)])).toEqual([
		['/etc/ld.so.preload', '/etc/ld.so.preload'],
		['/etc/ld.so.preload', '/etc/ld.so.preload'],
		['/etc/ld.so.cache', '/etc/ld.so.cache'],
	]);
	expect(found[0]?.offset).toBe(2);
	expect(() => blanksOf('/lib/ld-linux-x86-64.so.2', Buffer.from('nothing'))).toThrow(
		expect.objectContaining({code: 'E_HOST_UNSUPPORTED'}),
	);
	expect(blanksOf('/lib/ld-musl-x86_64.so.1', Buffer.from('nothing'))).toEqual([]);
	expect(blanksOf('/usr/bin/perl', text)).toEqual([]);
});

test('a toolbox runs, is readable for all, obeys no file of the root, and is created once', () => {
	const host = realHost();
	const ldd = execFileSync('ldd', ['/bin/cat'], {encoding: 'utf8'});
	const files = ['/bin/cat', ...[...ldd.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path ?? '')];
	const facts = {toolbox: {kind: 'copy', files, id: 'abc'}} as const;
	const made = sealTools(host, facts, join(folder, 'store'));
	expect(made).toBe(toolboxFolder(facts, join(folder, 'store')));
	const loader = files.find(file => file.includes('/ld-')) ?? '';
	const libc = files.find(file => file.endsWith('/libc.so.6')) ?? '';
	for (const [file, name] of [
		[loader, '/etc/ld.so.preload'],
		[libc, '/etc/nsswitch.conf'],
		[libc, '/etc/passwd'],
	] as const) {
		expect(readFileSync(file).includes(`\0${name}\0`)).toBe(true);
		expect(readFileSync(`${made}${file}`).includes(`\0${name}\0`)).toBe(false);
		expect(statSync(`${made}${file}`)).toMatchObject({size: statSync(file).size});
	}
	const path = libc.slice(0, libc.lastIndexOf('/'));
	expect(
		execFileSync(`${made}${loader}`, ['--library-path', `${made}${path}`, `${made}/bin/cat`, '/etc/hostname'], {
			encoding: 'utf8',
		}),
	).toBe(readFileSync('/etc/hostname', 'utf8'));
	expect(statSync(`${made}${path}`).mode & 0o777).toBe(0o755);
	const before = statSync(made).ino;
	sealTools(host, facts, join(folder, 'store'));
	expect(statSync(made).ino).toBe(before);
	expect(readdirSync(join(folder, 'store/tools'))).toEqual(['abc']);
});
