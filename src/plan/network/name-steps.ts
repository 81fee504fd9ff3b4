import {egressFile, hostsFile, networksFile, ownHosts} from '../../state/network-names.ts';
import type {WrittenFile} from '../../step/verbs/name-files.ts';
import type {StepBefore} from '../../step/verbs/step.ts';
import type {NetworksInput} from '../input/network-input.ts';
import {tableOf} from './nft-text.ts';
import {resolverConf} from './resolver-conf.ts';

const text = (lines: readonly string[]): string => lines.map(line => `${line}\n`).join('');

/** Step 1, so that its undo comes last: the names of this container vanish from the others when its leases are gone. */
export function filesStep(
	{conf, hosts, resolv, joins, egress, lock, state}: NetworksInput,
	owner: Pick<WrittenFile, 'owner'>,
): StepBefore {
	return {
		id: 'network.files',
		phase: 'network',
		side: 'before',
		title: 'write /etc/hosts and /etc/resolv.conf of the container',
		why: 'Programs look names up in /etc/hosts first. It gets the addresses of all containers of the same networks, and is kept up to date while they come and go. Other names go to the resolvers of the host.',
		man: 'hosts(5)',
		object: `files ${conf}/hosts, resolv.conf`,
		action: {
			kind: 'writeFiles',
			files: [
				{path: `${conf}/${ownHosts}`, text: text(hosts), mode: 0o600},
				{path: `${conf}/${networksFile}`, text: text(joins.map(({record}) => record.name)), mode: 0o600},
				{path: `${conf}/${hostsFile}`, text: text(hosts), mode: 0o644, ...owner},
				{path: `${conf}/resolv.conf`, text: text(resolv), mode: 0o644, ...owner},
				...(egress?.resolver === undefined
					? []
					: [{path: `${conf}/${egressFile}`, text: text(resolverConf(tableOf(state), egress)), mode: 0o600}]),
			],
		},
		undo: {kind: 'refreshNames', state, lock},
		checks: [],
	};
}

/** For a container on no network: what its spec says of names. */
export function namesAloneStep({conf, hosts, resolv}: NetworksInput, owner: Pick<WrittenFile, 'owner'>): StepBefore {
	const files = [
		{name: hostsFile, lines: hosts},
		{name: 'resolv.conf', lines: resolv},
	].filter(({lines}) => lines.length > 0);
	const names = files.map(({name}) => `/etc/${name}`).join(' and ');
	return {
		id: 'network.files',
		phase: 'network',
		side: 'before',
		title: `write ${names} of the container`,
		why: 'Programs look names up in /etc/hosts first, and then ask the name servers of /etc/resolv.conf. The spec says more of them than the image does.',
		man: 'hosts(5)',
		object: `files ${files.map(({name}) => `${conf}/${name}`).join(', ')}`,
		action: {
			kind: 'writeFiles',
			files: files.map(({name, lines}) => ({path: `${conf}/${name}`, text: text(lines), mode: 0o644, ...owner})),
		},
		undo: {kind: 'none', reason: 'they go with the folder of the container'},
		checks: [],
	};
}

/** Tells the names to the other containers. */
export function namesStep({state, lock}: NetworksInput): StepBefore {
	return {
		id: 'network.names',
		phase: 'network',
		side: 'before',
		title: 'tell the names of this container to the others of its networks',
		why: 'Each container of a network finds the others by the names of their services, by their own names, and by their aliases.',
		man: 'hosts(5)',
		object: 'hosts files',
		action: {kind: 'refreshNames', state, lock},
		undo: {kind: 'none', reason: 'they are told again when it leaves'},
		checks: [],
	};
}
