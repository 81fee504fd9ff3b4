import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {holderLines} from '../../step/verbs/host-script.ts';
import type {StepBefore} from '../../step/verbs/step.ts';
import type {NetworksInput, OwnNamespace, PublishedPort} from '../input/network-input.ts';
import {relayProgram} from './relay-program.ts';

/** The file that names the process which carries a container's published ports: its pid and its start time. */
function relayFile({folder, container}: Pick<NetworksInput, 'folder' | 'container'>): string {
	return `${folder}/.relays/${container}`;
}

/** The step that publishes ports of an ordinary user's container: no rule of the host is that user's. */
export function relayStep({file, calls}: OwnNamespace, input: NetworksInput): StepBefore {
	const {ports, lock, folder} = input;
	const named = relayFile(input);
	return {
		id: 'network.ports',
		phase: 'network',
		side: 'before',
		title: `listen on ${ports.map(({published, protocol}) => `${published}/${protocol}`).join(', ')} of the host`,
		why: 'A process listens on the ports of the host, and connects to the container from inside the namespace of the networks. The container sees the address of its gateway as that of every client.',
		man: 'setns(2)',
		object: 'process',
		action: {
			kind: 'hostScript',
			lock,
			programs: {relay: relayProgram},
			lines: [
				...holderLines(file),
				`mkdir -p ${shellWord(`${folder}/.relays`)}`,
				'ulimit -n "$(ulimit -H -n)"',
				`perl -e "$relay" ${calls.setns} ${calls.capset} "$holder" ${shellWord(named)} ${shellCommand(ports.map(portWord))} < /dev/null > /dev/null 9>&-`,
			],
		},
		undo: {
			kind: 'undoScript',
			lock,
			lines: [...holderLines(named), '[ -z "$holder" ] || kill -9 "$holder"', `rm -f ${shellWord(named)}`],
		},
		checks: [{kind: 'processOf', file: named}],
	};
}

function portWord({hostIp, published, protocol, address, target}: PublishedPort): string {
	const any = address.includes(':') ? '::' : '0.0.0.0';
	return [protocol, hostIp ?? any, published, address, target].join(',');
}
