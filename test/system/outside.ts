import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {urlHost} from '../../src/network/address.ts';

/* A place outside of this host that needs no Internet: a network namespace with web servers and a name server. */

/** The outside of a test. */
export interface Outside extends Disposable {
	/** The addresses of its servers, of a range that is not private: each serves its own address at the ports 80 and 8080. */
	readonly servers: readonly [string, string, string];
	/** The same servers by IPv6. */
	readonly servers6: readonly [string, string];
	/** A private address with the same servers. */
	readonly inner: string;
	/** The address of the name server. */
	readonly dns: string;
	/** The addresses of this host there. */
	readonly host: string;
	readonly host6: string;
	/** Gives names to addresses, in place of those that were. */
	readonly names: (addresses: Readonly<Record<string, string>>) => void;
	/** Runs a program there. */
	readonly run: (...words: readonly string[]) => string;
}

const run = (program: string, ...words: readonly string[]): string =>
	execFileSync(program, words, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});

/** Makes it. */
export function outside(): Outside {
	const id = process.pid % 250;
	const ns = `tsbox-test-${process.pid}`;
	const link = `tsbo${process.pid % 1_000_000}`;
	const at = (last: number): string => `198.18.${id}.${last}`;
	const servers = [at(7), at(8), at(9)] as const;
	const at6 = (last: number): string => `2001:db8:${id}::${last}`;
	const servers6 = [at6(7), at6(8)] as const;
	const inner = `10.251.${id}.1`;
	const metadata = '169.254.169.254';
	const [host, host6, dns] = [at(1), at6(1), at(53)];
	const folder = mkdtempSync(join(tmpdir(), 'outside-'));
	const inside = (...words: readonly string[]): string => run('ip', 'netns', 'exec', ns, ...words);
	run('ip', 'netns', 'add', ns);
	run('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', ns);
	run('ip', 'address', 'add', `${host}/24`, 'dev', link);
	run('ip', 'address', 'add', `${host6}/64`, 'dev', link, 'nodad');
	run('ip', 'link', 'set', link, 'up');
	inside('ip', 'link', 'set', 'lo', 'up');
	for (const each of [dns, ...servers]) inside('ip', 'address', 'add', `${each}/24`, 'dev', 'eth0');
	for (const each of servers6) inside('ip', 'address', 'add', `${each}/64`, 'dev', 'eth0', 'nodad');
	for (const each of [inner, metadata]) inside('ip', 'address', 'add', `${each}/32`, 'dev', 'lo');
	inside('ip', 'link', 'set', 'eth0', 'up');
	inside('ip', 'route', 'add', 'default', 'via', host);
	run('ip', 'route', 'add', `${inner}/32`, 'via', dns);
	for (const each of [...servers, ...servers6, inner]) {
		const root = mkdtempSync(join(folder, 'www-'));
		writeFileSync(join(root, 'index.html'), each);
		for (const port of [80, 8080]) inside('busybox', 'httpd', '-p', `${urlHost(each)}:${port}`, '-h', root);
	}
	const hosts = join(folder, 'hosts');
	writeFileSync(hosts, '');
	const options = [
		'conf-file=/dev/null',
		'no-resolv',
		'no-hosts',
		'bind-interfaces',
		`pid-file=${join(folder, 'pid')}`,
	];
	const own = [`listen-address=${dns}`, `addn-hosts=${hosts}`, 'user=root', 'host-record=never.example,198.18.0.1'];
	inside('dnsmasq', ...[...options, ...own].map(each => `--${each}`));
	return {
		servers,
		servers6,
		inner,
		dns,
		host,
		host6,
		names: addresses => {
			const lines = Object.entries(addresses).map(([name, address]) => `${address} ${name}\n`);
			writeFileSync(hosts, lines.join(''));
			for (const pid of pids(ns, 'dnsmasq')) process.kill(pid, 'SIGHUP');
		},
		run: inside,
		[Symbol.dispose]: () => {
			for (const pid of pids(ns)) process.kill(pid, 'SIGKILL');
			run('ip', 'link', 'delete', link);
			run('ip', 'netns', 'delete', ns);
			rmSync(folder, {recursive: true});
		},
	};
}

/** The processes of a network namespace, or those of one program. */
function pids(ns: string, program = ''): readonly number[] {
	const all = run('ip', 'netns', 'pids', ns).trim().split('\n').filter(Boolean);
	return all.filter(pid => run('readlink', `/proc/${pid}/exe`).includes(program)).map(Number);
}
