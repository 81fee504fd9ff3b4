import {shellWord} from '../../spec/syntax/shell-words.ts';
import type {AddressInput} from '../input/network-input.ts';

/** Lines of sh that give a program its input. */
export function feed(command: string, lines: readonly string[]): readonly string[] {
	return [`${command} <<-'E'`, ...lines, 'E'];
}

/** Lines of sh that are run only while the address is the container's own. */
export function ifLeased({lease, leaseText}: AddressInput, lines: readonly string[]): readonly string[] {
	return [
		`if [ -e ${shellWord(lease)} ] && [ "$(cat ${shellWord(lease)})" = ${shellWord(leaseText)} ]; then`,
		...lines.map(line => `	${line}`),
		'fi',
	];
}
