import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import list from '../../config/host-hidden.json' with {type: 'json'};
import {starters, target} from './attack.ts';

const secret = 'a secret of the host';
const made: string[] = [];

/** A folder with secrets that no mode protects, in a folder that is hidden. */
function planted(parent: string): string {
	const folder = mkdtempSync(join(parent, 'tsbox-planted-'));
	made.push(folder);
	for (const name of ['open', 'shut']) {
		mkdirSync(join(folder, name));
		writeFileSync(join(folder, name, 'secret'), secret, {mode: 0o666});
		for (const path of [folder, join(folder, name)]) chmodSync(path, 0o777);
		chmodSync(join(folder, name, 'secret'), 0o666);
	}
	return folder;
}

const folders = ['/root', '/home', '/run', '/var/tmp'].filter(existsSync).map(planted);
const socket = join(planted('/run'), 'socket');
const server = createServer(connection => connection.end(secret));
const temporary = process.env['TMPDIR'];

beforeAll(async () => {
	await new Promise<void>(resolve => server.listen(socket, resolve));
	chmodSync(socket, 0o777);
	// The store and the state lie where nothing else is hidden.
	const place = mkdtempSync('/srv/tsbox-planted-');
	made.push(place);
	chmodSync(place, 0o755);
	process.env['TMPDIR'] = place;
});

afterAll(async () => {
	if (temporary === undefined) delete process.env['TMPDIR'];
	else process.env['TMPDIR'] = temporary;
	await new Promise(resolve => server.close(resolve));
	for (const folder of made) rmSync(folder, {recursive: true});
});

const files = [...list.writable, ...list.closed].flatMap(({path}) =>
	execFileSync('sh', ['-c', `ls -d ${path} 2>/dev/null; true`], {encoding: 'utf8'})
		.trim()
		.split('\n'),
);
/** Prints each file below its arguments that has something in it, then what the socket says. */
const look = `
find "$@" ! -type d -exec sh -c 'for f; do [ "$(head -c 1 "$f" 2>/dev/null | wc -c)" = 0 ] || echo "read $f"; done' sh {} + 2>/dev/null
perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]); print "connected\\n" if $s' ${socket}
true`;
const users = [
	...starters.map(([name, starter]) => [name, starter, ''] as const),
	['nobody', undefined, 'user: nobody\n'] as const,
];

test.each(users)(
	'%s: a container over the root of the host finds nothing of the list, of the store or the state',
	async (_, starter, head) => {
		await using at = await target(starter);
		const {box} = at;
		const spec = (rootfs: string): string =>
			box.file('host.yaml', `name: ${box.name}\nrootfs: ${rootfs}\n${box.head}${head}`);
		const own = ['store', 'state'].map(name => join(box.folder, name));
		const run = (rootfs: string, words: readonly string[]) => box.tsbox(['run', spec(rootfs), '--', ...words]);
		expect(await run('host', ['sh', '-c', look, 'sh', ...files, ...folders, ...own])).toMatchObject({
			status: 0,
			out: '',
		});
		// What is to be seen is: the proof that the words above do find files.
		expect((await run('host', ['sh', '-c', look, 'sh', '/etc/os-release'])).out).toBe('read /etc/os-release\n');
		at.canary.isUntouched();
	},
);

test('`show` opens a folder below a hidden one and nothing beside it, and what is written there stays in the container', async () => {
	await using at = await target();
	const {box} = at;
	const [folder = ''] = folders;
	const open = join(folder, 'open');
	const text = `name: ${box.name}\nrootfs: {host: {show: [${open}, /etc/shadow]}}\n`;
	const script = `cat ${open}/secret; echo; ls -A ${open}/..; ls -A ${folder}/..; echo mine > ${open}/secret; cat ${open}/secret; wc -c < /etc/shadow; wc -c < /etc/gshadow`;
	const {out} = await box.tsbox(['run', box.file('host.yaml', text), '--', 'sh', '-c', script]);
	const names = `open\n${folder.slice('/root/'.length)}\n`;
	expect(out).toBe(`${secret}\n${names}mine\n${statSync('/etc/shadow').size}\n0\n`);
	expect(readFileSync(join(open, 'secret'), 'utf8')).toBe(secret);
	const readOnly = await box.tsbox([
		'run',
		box.file('ro.yaml', `${text}read_only: true\n`),
		'--',
		'sh',
		'-c',
		`for f in ${open} /root /home /run /tmp /var/tmp; do touch $f/new && echo $f; done 2>/dev/null; cat ${open}/secret`,
	]);
	expect(readOnly.out).toBe(secret);
	const bound = await box.tsbox([
		'run',
		box.file(
			'v.yaml',
			`name: ${box.name}\nrootfs: host\nvolumes: ["${open}:${open}:ro", "${open}/secret:/root/.npmrc:ro", "${socket}:/run/the.sock"]\n`,
		),
		'--',
		'sh',
		'-c',
		`cat ${open}/secret /root/.npmrc; test -S /run/the.sock && ls -A ${folder}`,
	]);
	expect(bound).toMatchObject({status: 0, out: `${secret}${secret}open\n`});
	at.canary.isUntouched();
	expect(box.leftovers()).toEqual([]);
});
