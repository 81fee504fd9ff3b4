import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {KnownRegistry} from './containers-home.ts';
import type {MadeImage} from './make-image.ts';

/** What a request is about. `index` is a request for the tag, where it points to an index. */
export type RequestKind = 'ping' | 'index' | 'manifest' | 'config' | 'layer';

/** What a registry does wrong. */
export type Fault = {
	/** The requests to which it happens: skopeo takes a refused ping for a question after its login. */
	readonly at: RequestKind | 'all';
	/** Only where they ask for this one. */
	readonly digest?: string;
	/** To how many of these; to all when left out. */
	readonly times?: number;
} & (
	| {
			/** Answers with this status. */
			readonly kind: 'status';
			readonly status: number;
			/** Value of the header Retry-After, s. */
			readonly retryAfter?: number;
			/** What the registry says of it; `the registry says ${status}` when left out. */
			readonly message?: string;
	  }
	/** Sends half of the bytes, and closes the connection. */
	| {readonly kind: 'cut'}
	/** Sends as many other bytes. */
	| {readonly kind: 'other bytes'}
	/** Sends as many bytes of blanks before the JSON, so that a manifest has another digest and is long. */
	| {readonly kind: 'padded'; readonly bytes: number}
	/** Takes the request, and never answers. */
	| {readonly kind: 'hang'}
	/** Sends half of the bytes, and never more. */
	| {readonly kind: 'half'}
);

/** A registry that has one image under every name and tag. Disposal closes all connections. */
export interface FaultyRegistry extends AsyncDisposable {
	/** `127.0.0.1:PORT`. */
	readonly address: string;
	/** What a user knows of it: for `containersHome`. */
	readonly known: KnownRegistry;
	/** The requests so far: `GET manifest`, `HEAD layer`. */
	readonly requests: readonly string[];
	/** The faults that happened so far. */
	readonly faults: () => number;
}

const codes: Readonly<Record<number, string>> = {
	401: 'UNAUTHORIZED',
	403: 'DENIED',
	404: 'MANIFEST_UNKNOWN',
	429: 'TOOMANYREQUESTS',
};

/** Starts a registry that speaks as much of the distribution API as a pull needs, with a fault. */
export async function faultyRegistry(image: MadeImage, fault?: Fault): Promise<FaultyRegistry> {
	const requests: string[] = [];
	let faults = 0;
	const server = createServer((request, response) => {
		const {digest, kind} = asked(image, request.url ?? '');
		requests.push(`${request.method} ${kind}`);
		const answer = {request, response, bytes: image.blobs.get(digest ?? ''), type: typeOf(image, digest), digest};
		const meant =
			(fault?.at === 'all' || fault?.at === kind) && (fault.digest === undefined || fault.digest === digest);
		if (fault === undefined || !meant || faults >= (fault.times ?? Number.POSITIVE_INFINITY)) send(answer);
		else {
			faults += 1;
			fail(answer, fault);
		}
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		address,
		known: {address, insecure: true},
		requests,
		faults: () => faults,
		[Symbol.asyncDispose]: async () => {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}

interface Answer {
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly bytes: Buffer | undefined;
	readonly type: string;
	readonly digest: string | undefined;
}

function asked(image: MadeImage, url: string): {readonly digest?: string; readonly kind: RequestKind | 'other'} {
	if (url === '/v2/') return {kind: 'ping'};
	const [, what, reference = ''] = /^\/v2\/.+\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
	if (what === undefined) return {kind: 'other'};
	const digest = reference.includes(':') || what === 'blobs' ? decodeURIComponent(reference) : image.top.digest;
	if (image.images.some(({config}) => config.digest === digest)) return {digest, kind: 'config'};
	if (image.images.some(({manifest}) => manifest.digest === digest)) return {digest, kind: 'manifest'};
	return {digest, kind: digest === image.top.digest ? 'index' : 'layer'};
}

function typeOf({top, images}: MadeImage, digest: string | undefined): string {
	const manifest = [top, ...images.map(each => each.manifest)].find(each => each.digest === digest);
	return manifest?.mediaType ?? 'application/octet-stream';
}

function send({request, response, bytes, type, digest}: Answer): void {
	response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
	if (request.url === '/v2/') {
		response.end('{}');
		return;
	}
	if (bytes === undefined || digest === undefined) {
		refuse(response, 404, 'there is no such thing');
		return;
	}
	const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
	const rest = bytes.subarray(from);
	if (from > 0) response.setHeader('Content-Range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
	response.writeHead(from > 0 ? 206 : 200, {
		'Content-Type': type,
		'Content-Length': rest.length,
		'Docker-Content-Digest': digest,
		'Accept-Ranges': 'bytes',
	});
	response.end(request.method === 'HEAD' ? undefined : rest);
}

function fail(answer: Answer, fault: Fault): void {
	const {response, bytes = Buffer.alloc(0)} = answer;
	switch (fault.kind) {
		case 'status':
			if (fault.status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="test"');
			if (fault.retryAfter !== undefined) response.setHeader('Retry-After', fault.retryAfter);
			refuse(response, fault.status, fault.message ?? `the registry says ${fault.status}`);
			break;
		case 'cut':
			response.writeHead(200, {'Content-Type': answer.type, 'Content-Length': bytes.length});
			response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
			break;
		case 'other bytes':
			send({...answer, bytes: Buffer.from(bytes.map(byte => byte ^ 1))});
			break;
		case 'padded':
			send({...answer, bytes: Buffer.concat([Buffer.alloc(fault.bytes, ' '), bytes])});
			break;
		case 'hang':
			break;
		case 'half':
			response.writeHead(200, {'Content-Type': answer.type, 'Content-Length': bytes.length});
			response.write(bytes.subarray(0, bytes.length / 2));
			break;
	}
}

function refuse(response: ServerResponse, status: number, message: string): void {
	response.writeHead(status, {'Content-Type': 'application/json'});
	response.end(JSON.stringify({errors: [{code: codes[status] ?? 'UNKNOWN', message}]}));
}
