import type {Readable} from 'node:stream';
import {setTimeout as wait} from 'node:timers/promises';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {unlessForbidden} from '../../host/errno.ts';
import {toolFolders} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {dyingWithUs} from '../../host/programs/dying-with-us.ts';
import {quoted} from '../archive/jail.ts';
import {mostText} from '../store/blobs.ts';
import {skopeoEnvironment} from './skopeo-environment.ts';
import {skopeoError, type SkopeoWork, workWords} from './skopeo-error.ts';

/** How skopeo is called. */
export interface Skopeo {
	readonly host: Host;
	/** The caller's environment. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The longest that a registry may be silent, ms. */
	readonly patience?: number | undefined;
}

/** The default of `patience`, ms. A registry behind a slow proxy may need half a minute for its first byte. */
const defaultPatience = 60_000;

/** The pauses before further tries after an error that may pass, ms. */
const pauses = [1000, 2000, 4000] as const;

/** Errors that may pass: of a busy registry, or of a connection that broke. skopeo itself retries only some of them. */
const passing =
	/unexpected EOF|: EOF\b|connection reset|broken pipe|timeout|(status( code)?:?|StatusCode:|registry) ?5\d\d|toomanyrequests/i;

/** What a program of skopeo's is told about: its stderr so far, and whether it is still alive. */
export interface SkopeoRun {
	readonly signal?: AbortSignal | undefined;
	/** The image, for messages. */
	readonly name: string;
	/** What it does, for messages; `fetch` by default. */
	readonly work?: SkopeoWork | undefined;
	/** Called with each piece of what skopeo prints, and every second; returns a number that grows with progress. */
	readonly progress?: (said: string) => number;
}

/**
 * Runs skopeo to its end and returns its stdout. Tries again, up to three times, after an error that may pass.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED without skopeo, E_IMAGE_PULL with the registry's own words, E_INTERRUPTED.
 */
export async function skopeo(tools: Skopeo, args: readonly string[], run: SkopeoRun): Promise<Buffer> {
	for (const pause of pauses) {
		try {
			return await runOnce(tools, args, run);
		} catch (error) {
			if (!(isTsboxError(error) && error.code === 'E_IMAGE_PULL' && passing.test(error.output ?? ''))) throw error;
			await wait(pause, undefined, {signal: run.signal}).catch(() => undefined);
		}
	}
	return runOnce(tools, args, run);
}

async function runOnce(
	{host, env, patience = defaultPatience}: Skopeo,
	args: readonly string[],
	{signal, name, progress, work = 'fetch'}: SkopeoRun,
): Promise<Buffer> {
	const argv = [skopeoPath(host), ...policy(host, env), ...args];
	const command = argv.map(quoted).join(' ');
	stopIfAborted(name, signal, work);
	// It fetches on by itself: a killed tsbox must not have a second one at work beside that of the next try.
	const program = host.start([...dyingWithUs(host), ...argv], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: skopeoEnvironment(env),
	});
	const out = collect(program.pipes[1] as Readable, mostText + 1);
	const said = collect(program.pipes[2] as Readable, 64 * 1024);
	const kill = (): void => void host.kill(-program.pid, 'SIGKILL');
	signal?.addEventListener('abort', kill, {once: true});
	let last = {at: host.now(), mark: -1};
	let silent = false;
	const watch = setInterval(() => {
		const mark = (progress?.(said.text()) ?? 0) + said.size() + out.size();
		if (mark !== last.mark) last = {at: host.now(), mark};
		else if (host.now() - last.at > patience) {
			silent = true;
			kill();
		}
	}, progressEvery);
	const {exitCode, startError} = await program.ended;
	clearInterval(watch);
	signal?.removeEventListener('abort', kill);
	stopIfAborted(name, signal, work);
	if (silent)
		throw new TsboxError('E_IMAGE_PULL', `the registry of ${name} sent nothing for ${Math.round(patience / 1000)} s`, {
			command,
			hint: 'try again later; what has arrived is kept',
		});
	await Promise.all([out.closed, said.closed]);
	if (exitCode !== 0) throw skopeoError(name, command, startError?.message ?? said.text(), work);
	if (out.size() > mostText)
		throw new TsboxError('E_IMAGE_INVALID', `the image ${name} has a manifest or configuration of more than 4 MiB`);
	return out.bytes();
}

function stopIfAborted(name: string, signal: AbortSignal | undefined, work: SkopeoWork): void {
	if (signal?.aborted !== true) return;
	throw new TsboxError('E_INTERRUPTED', `${workWords[work].doing} ${name} was interrupted`, {cause: signal.reason});
}

/** The interval of looks at skopeo, ms. */
const progressEvery = 100;

/** The words that read a manifest or an index, unchanged. */
export function inspectManifest(source: string): readonly string[] {
	return ['inspect', '--raw', ...loopback(source, '--tls-verify=false'), source];
}

/** The words that read a configuration, unchanged. */
export function inspectConfig(source: string): readonly string[] {
	return ['inspect', '--config', '--raw', ...loopback(source, '--tls-verify=false'), source];
}

/**
 * The words that copy an image into a folder in the OCI layout, and its blobs into a shared folder, where those that are there
 * already are not fetched again. Layers stay as they are: an uncompressed one is not compressed.
 */
export function copyImage(source: string, folder: string, blobs: string): readonly string[] {
	return [
		'copy',
		...loopback(source, '--src-tls-verify=false'),
		'--dest-shared-blob-dir',
		blobs,
		'--dest-oci-accept-uncompressed-layers',
		'--',
		source,
		`oci:${folder}`,
	];
}

/** The words that copy an image from a folder in the OCI layout, whose blobs are in a shared folder, to a registry, with all digests as they are. */
export function pushImage(folder: string, blobs: string, destination: string): readonly string[] {
	return [
		'copy',
		...loopback(destination, '--dest-tls-verify=false'),
		'--src-shared-blob-dir',
		blobs,
		'--preserve-digests',
		'--',
		`oci:${folder}`,
		destination,
	];
}

/**
 * The words that log in to a registry, or out of it. skopeo asks for what is missing on the terminal, and keeps it in the caller's auth file.
 *
 * @param args - options of skopeo, and the registry
 * @throws TsboxError E_HOST_UNSUPPORTED without skopeo.
 */
export function loginWords(host: Host, verb: 'login' | 'logout', args: readonly string[]): readonly string[] {
	return [skopeoPath(host), verb, ...args];
}

/**
 * A registry on this machine may speak plain HTTP, as with Docker, unless the caller has certificates for it
 * (containers-certs.d(5)).
 */
function loopback(reference: string, option: string): readonly string[] {
	return /^docker:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\//.test(reference) ? [option] : [];
}

/** Finds skopeo in the folders of the distribution: the caller's PATH must not control what root runs. */
export function findSkopeo(host: Host): string | undefined {
	return toolFolders.map(folder => `${folder}/skopeo`).find(path => host.stat(path)?.kind === 'file');
}

function skopeoPath(host: Host): string {
	const path = findSkopeo(host);
	if (path !== undefined) return path;
	throw new TsboxError('E_HOST_UNSUPPORTED', 'images need skopeo, which is not on this machine', {
		why: 'tsbox leaves registries, their logins, and certificates to skopeo',
		hint: 'install the package `skopeo`, such as with `apt-get install skopeo`',
	});
}

/** Debian only recommends the package with a policy.json, without which skopeo stops. What it says by default is to accept all. */
function policy(host: Host, env: Skopeo['env']): readonly string[] {
	const home = env['XDG_CONFIG_HOME'] ?? (env['HOME'] === undefined ? undefined : `${env['HOME']}/.config`);
	const files = [...(home === undefined ? [] : [`${home}/containers/policy.json`]), '/etc/containers/policy.json'];
	return files.some(path => unlessForbidden(() => host.stat(path)) !== undefined) ? [] : ['--insecure-policy'];
}

interface Collected {
	readonly size: () => number;
	readonly text: () => string;
	readonly bytes: () => Buffer;
	readonly closed: Promise<void>;
}

/** Collects at most `limit` bytes of a stream; the rest is read and dropped. */
function collect(stream: Readable, limit: number): Collected {
	const chunks: Buffer[] = [];
	let size = 0;
	stream.on('data', (chunk: Buffer) => {
		if (size < limit) chunks.push(chunk);
		size += chunk.length;
	});
	const bytes = (): Buffer => Buffer.concat(chunks).subarray(0, limit);
	return {
		size: () => size,
		bytes,
		text: () => bytes().toString('utf8'),
		closed: new Promise(resolve => stream.once('close', resolve)),
	};
}
