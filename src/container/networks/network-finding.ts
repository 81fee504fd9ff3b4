import type {Finding} from '../../host/diagnose/finding.ts';
import type {HostFacts, PackageManager} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {findProgram} from '../../host/probe/tools.ts';
import {outsideTools, tunTrouble} from '../plan/own-namespace.ts';

/** A base chain as `nft -j list chains` prints it. */
interface PrintedChain {
	readonly family?: string;
	readonly table?: string;
	readonly name?: string;
	readonly hook?: string;
	readonly policy?: string;
}

const install: Readonly<Record<string, string>> = {
	'apt-get': 'apt-get install nftables',
	dnf: 'dnf install nftables',
	zypper: 'zypper install nftables',
	apk: 'apk add nftables',
	pacman: 'pacman -S nftables',
};

const installPasta: Readonly<Record<PackageManager, string>> = {
	'apt-get': 'apt-get install passt',
	dnf: 'dnf install passt',
	zypper: 'zypper install passt',
	apk: 'apk add passt',
	pacman: 'pacman -S passt',
};

/**
 * The line of `tsbox doctor` about networks: whether nft(8) is there, and whether a firewall of the host drops what it forwards. An accept in
 * one table overrules no drop in another, so the rules of tsbox alone do not help.
 */
export async function networkFinding(host: Host, {user, packageManager}: HostFacts): Promise<Finding> {
	const base = {id: 'networks', area: 'programs', subject: 'networks'} as const;
	const none = 'containers cannot be on networks, and `ports` are not published';
	const nft = findProgram(host, 'nft');
	if (nft === undefined)
		return {
			...base,
			state: 'warn',
			found: 'nft is missing',
			without: none,
			hint: install[packageManager ?? ''] ?? null,
		};
	if (user.uid !== 0) {
		const found = outsideTools.find(name => findProgram(host, name) !== undefined);
		const tun = tunTrouble(host);
		return {
			...base,
			state: found === undefined || tun !== undefined ? 'warn' : 'ok',
			found:
				found === undefined
					? 'pasta and slirp4netns are missing'
					: (tun?.why ?? `a namespace, ${found}, and nft rules`),
			without: none,
			hint: found === undefined ? (packageManager === null ? null : installPasta[packageManager]) : (tun?.hint ?? null),
		};
	}
	const {exitCode, stdout} = await host.run([nft, '-j', 'list', 'chains'], {timeoutMs: 10_000});
	const chains = exitCode === 0 ? chainsOf(stdout) : [];
	const closed = chains.find(
		({hook, policy, table = ''}) => hook === 'forward' && policy === 'drop' && !table.startsWith('tsbox'),
	);
	const without = 'containers reach nothing outside, and their `ports` are not reached from there';
	if (closed !== undefined) {
		const chain = `${closed.family} ${closed.table} ${closed.name}`;
		return {
			...base,
			state: 'warn',
			found: `the chain ${chain} drops what this host forwards`,
			without,
			hint: `nft insert rule ${chain} iifname '"tsb-*"' accept; nft insert rule ${chain} oifname '"tsb-*"' accept`,
		};
	}
	if (chains.some(({table}) => table === 'firewalld'))
		return {
			...base,
			state: 'warn',
			found: 'firewalld rejects what this host forwards',
			without,
			hint: 'firewall-cmd --permanent --zone=trusted --add-source=10.89.0.0/16 && firewall-cmd --reload',
		};
	// A name needs it alone, and a start without it says so.
	const names = findProgram(host, 'dnsmasq') === undefined ? '; `egress` by address alone, as dnsmasq is missing' : '';
	return {...base, state: 'ok', found: `bridges and nft rules${names}`, without: none, hint: null};
}

function chainsOf(json: string): readonly PrintedChain[] {
	try {
		const {nftables = []} = JSON.parse(json) as {readonly nftables?: readonly {readonly chain?: PrintedChain}[]};
		return nftables.flatMap(({chain}) => chain ?? []);
	} catch {
		return [];
	}
}
