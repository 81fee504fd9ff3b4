import {createHash} from 'node:crypto';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import {takenStatus} from '../../step/verbs/host-script.ts';
import type {AddressInput, NetworkInput, NetworksInput} from '../input/network-input.ts';

/** Lines of sh that give a program its input. */
export function feed(command: string, lines: readonly string[]): readonly string[] {
	return [`${command} <<-'E'`, ...lines, 'E'];
}

/**
 * Lines of sh that add elements to a table of nft(8), and load its rules only where they are not the ones that a file notes. Loading rules
 * takes several times as long as adding elements. When somebody took the table away, adding fails, and the rules are loaded again.
 *
 * @param file - notes which rules the table has
 */
export function loadLines(file: string, rules: readonly string[], elements: readonly string[]): readonly string[] {
	const version = createHash('sha256').update(rules.join('\n')).digest('hex').slice(0, 12);
	return [
		`add=${shellWord(elements.join('\n'))}`,
		`rules=; [ ! -e ${shellWord(file)} ] || read -r rules < ${shellWord(file)}`,
		`if [ "$rules" != ${version} ] || ! printf '%s\\n' "$add" | nft -f - 2>/dev/null; then`,
		'nft -f - <<-E',
		...rules,
		'$add',
		'E',
		`printf '%s\\n' ${version} > ${shellWord(file)}`,
		'fi',
	];
}

/** Lines of sh that delete elements by commands of nft(8) which `$gone` has, also when some are gone already: one process, else one for each. */
export const deleteLines: readonly string[] = [
	`printf '%s\\n' "$gone" | nft -f - 2>/dev/null || printf '%s\\n' "$gone" | while read -r each; do nft "$each" 2>/dev/null || :; done`,
];

/** Lines of sh that are run only while the address is the container's own. */
export function ifLeased({lease, leaseText}: AddressInput, lines: readonly string[]): readonly string[] {
	return [
		`if [ -e ${shellWord(lease)} ] && [ "$(cat ${shellWord(lease)})" = ${shellWord(leaseText)} ]; then`,
		...lines.map(line => `	${line}`),
		'fi',
	];
}

/** Makes a file, and ends the script if it is there with another text. Only between `set -C` and `set +C`: then `>` makes files, and fails for others. */
export const claim = (text: string, path: string, otherwise = `exit ${takenStatus}`): string =>
	`{ ${put(text, path)}; } 2>/dev/null || [ "$(cat ${shellWord(path)})" = ${shellWord(text)} ] || ${otherwise}`;

/** A line of sh that writes a line into a file. */
export const put = (text: string, path: string): string => `printf '%s\\n' ${shellWord(text)} > ${shellWord(path)}`;

/** Where the lines of a script run: on the host, or in the namespace of an ordinary user. */
export function placeOf({own}: NetworksInput): {readonly namespace?: string} {
	return own === null ? {} : {namespace: own.file};
}

/** A folder that is there while a device is, in the network namespace of whoever looks. /sys shows the devices of the one that mounted it. */
export function deviceFolder(name: string): string {
	return `/proc/sys/net/ipv4/conf/${name}`;
}

/** The addresses of a container on a network, for people. */
export function addressWords({addresses}: NetworkInput): string {
	return addresses.map(({address}) => address).join(' and ');
}
