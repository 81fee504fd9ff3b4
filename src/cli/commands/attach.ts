import {constants} from 'node:os';
import {defineCommand} from '../verb/command.ts';
import {escapeText} from '../../view/text/escape.ts';
import {present} from '../../spec/syntax/pick.ts';
import {usageError} from '../options/usage-error.ts';
import {containerName} from '../options/arguments.ts';

/** `tsbox attach`: attaches to a container in the background. */
export const attach = defineCommand({
	name: 'attach',
	describe: 'Attach to the input and output of a container in the background',
	examples: [
		['tsbox attach shop-web-1', 'show new output; Ctrl-C is passed on'],
		['tsbox attach --sig-proxy=false shop-web-1', 'the same, but Ctrl-C only detaches'],
		['tsbox attach shell', 'a container with `tty: true`; Ctrl-P Ctrl-Q detaches'],
		['tsbox attach --detach-keys ctrl-x,d shell', 'detach with other keys'],
	],
	options: {
		'detach-keys': {
			kind: 'text',
			value: 'KEYS',
			describe: 'Keys that detach from a terminal: characters or ctrl-X, separated by commas; default ctrl-p,ctrl-q',
		},
		'no-stdin': {kind: 'flag', describe: 'Do not pass on standard input'},
		'sig-proxy': {
			kind: 'text',
			value: 'BOOL',
			choices: ['true', 'false'],
			describe: 'Pass SIGINT and SIGTERM on to a container without a terminal; default true',
		},
	},
	positionals: [containerName],
	async run({values, positionals: [name = '']}, {io, engine, folders}) {
		const {parseDetachKeys} = await import('../../spec/values/detach-keys.ts');
		const text = values['detach-keys'];
		const keys = text === undefined ? undefined : parseDetachKeys(text);
		if (keys?.ok === false) throw usageError(`--detach-keys ${keys.problem}`, undefined, 'attach');
		const end = await engine.attachTo(await engine.openMachine(folders), name, {
			stdin: !values['no-stdin'],
			signals: values['sig-proxy'] !== 'false',
			say: text => io.err(`${escapeText(text)}\n`),
			onSignal: callback => io.onSignal(callback),
			...present({detachKeys: keys?.value}),
		});
		if (end.kind === 'ended') return end.exitCode;
		if (end.kind === 'reader gone') return 0;
		io.err(`${io.isTerminal('stderr') ? '\r' : ''}detached; ${name} keeps running\n`);
		return end.kind === 'detached' ? 0 : 128 + constants.signals[end.signal];
	},
});
