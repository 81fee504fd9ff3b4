import {quoted} from '../../spec/model/parsed.ts';
import {instructionError} from '../syntax/dockerfile-error.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';
import {readFlags} from './flags.ts';
import type {RunInstruction} from './instruction.ts';
import {readCommand} from './read-command.ts';
import {readMount} from './read-mount.ts';

const flagKinds = {mount: 'list', network: 'text', security: 'text', device: 'list'} as const;
const networks = ['default', 'none', 'host'] as const;

/** Reads RUN. @throws E_DOCKERFILE also for `--security` and `--device`, which tsbox does not grant to a build */
export function readRun(raw: RawInstruction): RunInstruction {
	const flags = readFlags(raw, flagKinds);
	const security = flags.text('security');
	if (security !== undefined && security !== 'sandbox') {
		throw refused(
			raw,
			'security',
			`--security=${quoted(security).slice(1, -1)} asks for a container without protection`,
		);
	}
	if (flags.list('device').length > 0) throw refused(raw, 'device', '--device asks for a device of the host');
	const asked = flags.text('network') ?? 'default';
	const network = networks.find(name => name === asked);
	if (network === undefined) {
		throw refused(raw, 'network', `--network is \`default\`, \`none\` or \`host\`, not ${quoted(asked)}`);
	}
	const mounts = flags.list('mount');
	for (const [index, text] of mounts.entries()) {
		// What is in a variable is known later.
		const mount = text.includes('$') ? undefined : readMount(text);
		if (mount?.ok === false) {
			const flag = raw.flags.filter(({name}) => name === 'mount')[index];
			throw instructionError(raw, `--mount ${mount.problem}`, mount.hint, flag);
		}
	}
	const command = readCommand(raw);
	if (command.words.length === 0) throw instructionError(raw, 'RUN needs a command');
	return {kind: 'run', command, mounts, network};
}

function refused(raw: RawInstruction, name: string, message: string) {
	return instructionError(
		raw,
		message,
		undefined,
		raw.flags.find(flag => flag.name === name),
	);
}
