import {execFileSync} from 'node:child_process';
import {createConnection} from 'node:net';
import {fetched} from './network-stack.ts';
import type {Ports, StackOptions} from './stack-project.ts';

/* The stacks of config/examples/stacks, as test/system/stacks.test.ts goes through them. */

/** One stack: how it is reached, and what is done to it. */
export interface StackRow extends StackOptions {
	/** What somebody outside gets; throws while there is no answer. */
	readonly reach: (ports: Ports) => string | Promise<string>;
	/** What {@link reach} comes to. */
	readonly answers: RegExp;
	/** A service without a port of its own, of which there are several for a while. */
	readonly scale: string;
	/** The service whose main process is killed. */
	readonly crash: string;
	/** A text of the file, what takes its place, and the services that are made anew for that: all others go on as they are. */
	readonly change: {readonly from: string; readonly to: string; readonly anew: readonly string[]};
	/** What {@link reach} comes to after the change, where that is something else. */
	readonly afterwards?: RegExp;
}

const page = ({PORT}: Ports, ...words: readonly string[]): string => fetched(...words, `http://localhost:${PORT}/`);

/** What a server answers to a line of text. */
async function answerTo(port: string | undefined, line: string): Promise<string> {
	const socket = createConnection(Number(port), '127.0.0.1');
	try {
		socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
		socket.write(`${line}\r\n`);
		for await (const bytes of socket) return String(bytes);
		throw new Error('it hung up');
	} finally {
		socket.destroy();
	}
}

/** Sends a mail by SMTP. Throws if nobody takes it. */
function sendMail({SMTP_PORT}: Ports, text: string): void {
	const words = ['--mail-from', 'a@example.org', '--mail-rcpt', 'b@example.org', '-T', '-'];
	execFileSync('curl', ['-sS', '-m', '5', `smtp://localhost:${SMTP_PORT}`, ...words], {
		stdio: 'pipe',
		input: `Subject: ${text}\r\n\r\n${text}\r\n`,
	});
}

export const stackRows: readonly StackRow[] = [
	{
		name: 'shop',
		ports: ['SHOP_PORT'],
		reach: ({SHOP_PORT}) => page({PORT: SHOP_PORT ?? ''}),
		answers: /^\d+ orders, asked by \d/,
		scale: 'app',
		crash: 'app',
		change: {from: '--maxmemory, 64mb', to: '--maxmemory, 32mb', anew: ['cache']},
	},
	{
		name: 'queue',
		ports: ['PORT'],
		reach: ({PORT}) => answerTo(PORT, 'PING'),
		answers: /^\+PONG/,
		scale: 'worker',
		crash: 'redis',
		change: {from: 'stop_grace_period: 10s', to: 'stop_grace_period: 9s', anew: ['worker']},
	},
	{
		name: 'wordpress',
		byCompose: true,
		ports: ['PORT'],
		// The first question of a reader installs it; all later ones find the page.
		reach: ports => {
			const found = page(ports, '-L');
			if (!found.includes('install.php')) return found;
			const form =
				'weblog_title=Stacks&user_name=me&admin_password=open-sesame&admin_password2=open-sesame&pw_weak=1&admin_email=a@example.org';
			return fetched('-d', form, `http://localhost:${ports['PORT']}/wp-admin/install.php?step=2`);
		},
		answers: /<title>Stacks<\/title>/,
		scale: 'wordpress',
		crash: 'db',
		change: {from: '"${PORT:-8080}:80"', to: '"127.0.0.1:${PORT:-8080}:80"', anew: ['web']},
	},
	{
		name: 'metrics',
		ports: ['PORT'],
		reach: ports => page(ports),
		answers: /^This machine\nexporters that answer: 1\nprocessors: \d+\nbytes of memory: \d/,
		scale: 'node-exporter',
		crash: 'prometheus',
		change: {from: 'TITLE: This machine', to: 'TITLE: That machine', anew: ['dashboard']},
		afterwards: /^That machine\nexporters that answer: 1\n/,
	},
	{
		name: 'forge',
		ports: ['PORT'],
		reach: ({PORT}) => fetched(`http://localhost:${PORT}/git/hello.git/info/refs?service=git-upload-pack`),
		answers: /^001e# service=git-upload-pack\n/,
		scale: 'users',
		crash: 'web',
		change: {from: '[CMD, curl, -sS,', to: '[CMD, curl, -s,', anew: ['users']},
	},
	{
		name: 'mail',
		ports: ['PORT', 'SMTP_PORT', 'MAIL_PORT'],
		reach: ports => {
			page(ports, '-d', 'by the application');
			sendMail(ports, 'from outside');
			return page({PORT: ports['MAIL_PORT'] ?? ''});
		},
		answers:
			/From shop@example.org to desk@example.org\n[^]*by the application[^]*From a@example.org to b@example.org\n[^]*from outside/,
		scale: 'app',
		crash: 'mail',
		change: {from: 'SENDER=shop@', to: 'SENDER=till@', anew: ['app', 'web']},
		afterwards: /From till@example.org/,
	},
	{
		name: 'proxy',
		ports: ['PORT'],
		reach: ports =>
			[page(ports), page(ports), ...['blue', 'green'].map(site => page({PORT: `${ports['PORT']}/${site}`}))]
				.sort()
				.join(''),
		answers: /^blue\nblue\ngreen\ngreen\n$/,
		scale: 'green',
		crash: 'proxy',
		change: {from: './blue:/usr', to: './green:/usr', anew: ['blue']},
		afterwards: /^(?:green\n){4}$/,
	},
	{
		name: 'jobs',
		ports: ['PORT'],
		reach: ports => page(ports),
		answers: /^hello, [1-9]\d* ticks, no report\n$/,
		scale: 'clock',
		crash: 'store',
		change: {from: '-u, /page.py', to: '-u, -B, /page.py', anew: ['page']},
		afterwards: /^hello, [1-9]\d* ticks, backup of REDIS\n$/,
	},
	{
		name: 'vault',
		ports: ['PORT'],
		reach: ports => page(ports, '-H', 'Authorization: Bearer sesame') + page(ports),
		answers: /^Good morning, keeper\nno\n$/,
		scale: 'app',
		crash: 'db',
		change: {from: ':-Good morning}', to: ':-Good evening}', anew: ['app']},
		afterwards: /^Good evening, keeper\nno\n$/,
	},
	{
		name: 'chain',
		ports: ['PORT'],
		reach: ports => page(ports),
		answers: /^source > filter > sort > sink\n$/,
		scale: 'source',
		crash: 'filter',
		change: {from: 'NAME=sink', to: 'NAME=drain', anew: ['sink']},
		afterwards: /^source > filter > sort > drain\n$/,
	},
];
