import {constants} from 'node:os';
import {defineCommand} from '../verb/command.ts';
import {escapeText} from '../../view/text/escape.ts';
import {present} from '../../spec/syntax/pick.ts';
import {usageError} from '../options/usage-error.ts';

/** `tsbox attach`: joins a container that runs in the background. */
export const attach = defineCommand({
	name: 'attach',
	describe: 'Attach to the input and output of a container in the background',
	examples: [
		['tsbox attach shop-web', 'what it prints from now on; Ctrl-C is passed on to it'],
		['tsbox attach --sig-proxy=false shop-web', 'the same; Ctrl-C leaves it running'],
		['tsbox attach shell', 'one with `tty: true`: as if it ran here; Ctrl-P Ctrl-Q leaves it running'],
		['tsbox attach --detach-keys ctrl-x,d shell', 'leave it with other keys'],
	],
	options: {
		'detach-keys': {
			kind: 'text',
			value: 'KEYS',
			describe: 'Keys that leave a terminal: ctrl-X or a character, commas between; by default ctrl-p,ctrl-q',
		},
		'no-stdin': {kind: 'flag', describe: 'Pass nothing on that is typed'},
		'sig-proxy': {
			kind: 'text',
			value: 'BOOL',
			choices: ['true', 'false'],
			describe: 'Pass SIGINT and SIGTERM on to a container without a terminal; true by default',
		},
	},
	positionals: [{name: 'NAME', describe: 'Container', required: true, completes: 'container'}],
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
		io.err(`${io.isTerminal('stderr') ? '\r' : ''}detached; ${name} runs on\n`);
		return end.kind === 'detached' ? 0 : 128 + constants.signals[end.signal];
	},
});
