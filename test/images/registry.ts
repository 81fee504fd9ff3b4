import {type ChildProcess, execFile, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {containersHome, type KnownRegistry} from './containers-home.ts';
import {faultyRegistry} from './faulty-registry.ts';
import type {MadeImage} from './make-image.ts';

/** A registry on the loopback interface. Disposal ends it and removes its data. */
export interface TestRegistry extends AsyncDisposable {
	/** `127.0.0.1:PORT`. */
	readonly address: string;
	/** The environment of a user who trusts the registry and is logged in. */
	readonly environment: Readonly<Record<string, string>>;
	/** What such a user knows, for a home of a test's own: {@link containersHome}. */
	readonly known: KnownRegistry;
	/**
	 * Puts an image, with all its platforms, into the registry with skopeo.
	 *
	 * @param name `x:1`, say.
	 * @param format The manifest is converted to this; otherwise its bytes and its digest stay.
	 * @returns The reference: `127.0.0.1:PORT/x:1`.
	 */
	push(image: MadeImage, name: string, format?: 'v2s2' | 'oci'): Promise<string>;
	/** The lines of its log that tell of requests: `GET /v2/x/manifests/1 200`. */
	requests(): readonly string[];
}

/** How a registry is reached. */
export interface RegistryOptions {
	/** Asks for a user and a password: those of `known.login`. */
	readonly auth?: boolean;
	/** Has a certificate that a certificate authority of its own has signed. */
	readonly tls?: boolean;
}

/** Whom a registry with `auth` knows. */
const testLogin = {user: 'ann', password: 'open sesame'} as const;
/** The password by bcrypt with the lowest cost: the registry computes it at each request. */
const hash = '$2y$04$96vRu4GNdCyp8Xb/pYZ6BOE/ePFZJUsgdPXNTO8MqRQ3aPX1Ma.oW';

/** The programs that {@link startRegistry} and its `push` need; a test without one of them is skipped. */
export const registryPrograms = ['docker-registry', 'openssl', 'setpriv', 'skopeo'] as const;

/** Starts Debian's docker-registry. Throws with its log if it does not listen. */
export async function startRegistry({auth = false, tls = false}: RegistryOptions = {}): Promise<TestRegistry> {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-registry-'));
	try {
		return await startIn(folder, auth, tls);
	} catch (error) {
		rmSync(folder, {recursive: true, force: true});
		throw error;
	}
}

async function startIn(folder: string, auth: boolean, tls: boolean): Promise<TestRegistry> {
	if (auth) writeFileSync(join(folder, 'htpasswd'), `${testLogin.user}:${hash}\n`);
	if (tls) makeCertificates(folder);
	writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration(folder, auth, tls)));
	// The registry dies with the test, however that dies.
	const words = ['--pdeathsig', 'KILL', 'docker-registry', 'serve', join(folder, 'config.json')];
	const child = spawn('setpriv', words, {stdio: ['ignore', 'pipe', 'pipe']});
	let log = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text: string) => (log += text));
	const address = await addressOf(child, () => log);
	const known: KnownRegistry = {
		address,
		...(tls ? {ca: readFileSync(join(folder, 'ca.pem'), 'utf8')} : {insecure: true}),
		...(auth && {login: `${testLogin.user}:${testLogin.password}`}),
	};
	const environment = containersHome(join(folder, 'home'), [known]);
	return {
		address,
		environment,
		known,
		async push(image, name, format) {
			await using source = await faultyRegistry(image);
			const words = ['copy', '-q', '--all', format === undefined ? '--preserve-digests' : `--format=${format}`];
			const env = {PATH: process.env['PATH'], ...containersHome(join(folder, 'home'), [known, source.known])};
			await promisify(execFile)('skopeo', [...words, `docker://${source.address}/x`, `docker://${address}/${name}`], {
				env,
			});
			return `${address}/${name}`;
		},
		requests: () =>
			[...log.matchAll(/"([A-Z]+ \/v2\/[^" ]*) HTTP\/[\d.]+" (\d+)/g)].map(
				([, what = '', status = '']) => `${what} ${status}`,
			),
		[Symbol.asyncDispose]: async () => {
			if (child.exitCode === null && child.signalCode === null) {
				const over = once(child, 'exit');
				child.kill('SIGKILL');
				await over;
			}
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

/** YAML is a superset of JSON. */
function configuration(folder: string, auth: boolean, tls: boolean): object {
	const files = {certificate: join(folder, 'server.pem'), key: join(folder, 'server.key')};
	return {
		version: '0.1',
		log: {level: 'info', formatter: 'json'},
		storage: {filesystem: {rootdirectory: join(folder, 'data')}, delete: {enabled: true}},
		http: {addr: '127.0.0.1:0', secret: 'test', ...(tls && {tls: files})},
		...(auth && {auth: {htpasswd: {realm: 'test', path: join(folder, 'htpasswd')}}}),
	};
}

/** An authority, `ca.pem`, and what it has signed for 127.0.0.1, `server.pem`. */
function makeCertificates(folder: string): void {
	const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
	const ca = ['-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=tsbox test authority'];
	const server = ['-keyout', 'server.key', '-out', 'server.pem', '-subj', '/CN=127.0.0.1'];
	const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', 'subjectAltName=IP:127.0.0.1'];
	const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE'];
	for (const words of [ca, [...server, ...signed, ...leaf]])
		execFileSync('openssl', ['req', '-x509', ...key, ...words], {cwd: folder, stdio: 'pipe'});
}

/** The address that the registry says it listens on. It chose the port. */
async function addressOf(child: ChildProcess, log: () => string): Promise<string> {
	return new Promise((resolve, reject) => {
		const look = (): void => {
			const found = /listening on (127\.0\.0\.1:\d+)/.exec(log())?.[1];
			if (found !== undefined) resolve(found);
		};
		child.stdout?.on('data', look);
		child.stderr?.on('data', look);
		child.once('error', reject);
		child.once('close', () => reject(new Error(`the registry ended:\n${log()}`)));
	});
}
