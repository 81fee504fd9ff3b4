import type {ContainerNetwork} from '../../container/machine/observed.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {plural} from '../../view/text/duration.ts';
import {escapeText} from '../../view/text/escape.ts';
import {type Body, type Frame, type Line, line, span} from '../draw/line.ts';
import {type Cell, columnLines} from './columns.ts';

/** The network of a container: the networks it is on, interfaces, routes, listening sockets, and the ports of its spec. */
export function networkTab(network: ContainerNetwork, frame: Frame): Body {
	const whose =
		network.kind === 'own'
			? line('a network of its own')
			: line(`${frame.glyphs.warning} the network of the host: it sees and reaches all that the host does`, 'warning');
	return {
		lines: [
			whose,
			...(network.networks.length === 0 ? [] : section('networks', networkRows(network), frame, 'none')),
			...(network.egress === undefined
				? []
				: section(
						'egress',
						network.egress.map(entry => [{text: escapeText(entry)}]),
						frame,
						'nothing: only its networks can be reached',
					)),
			...section('interfaces', interfaceRows(network), frame, 'none'),
			...section(
				'routes',
				network.routes.map(route => [{text: escapeText(route)}]),
				frame,
				'none: nothing outside can be reached',
			),
			...section('listening', listeningRows(network), frame, 'no socket listens'),
			...section(
				network.isPublished ? 'published' : 'asked to be published',
				network.ports.map(port => [{text: escapeText(port)}]),
				frame,
				'nothing',
			),
		],
	};
}

function section(title: string, rows: readonly (readonly Cell[])[], frame: Frame, none: string): readonly Line[] {
	const lines = rows.length === 0 ? [line(none, 'quiet')] : columnLines(rows, frame);
	return [[], line(title, 'title'), ...lines.map(row => [span('  '), ...row])];
}

function networkRows({networks}: ContainerNetwork): readonly (readonly Cell[])[] {
	return networks.map(({name, addresses, interface: device, names, internal}) => [
		{text: escapeText(name), tone: 'strong'},
		{text: escapeText(`${addresses.join(' and ')} on ${device}`)},
		{text: `known as ${names.map(escapeText).join(', ')}`},
		{text: internal ? 'internal: no way out' : '', tone: 'quiet'},
	]);
}

function interfaceRows({interfaces}: ContainerNetwork): readonly (readonly Cell[])[] {
	return interfaces.map(({name, addresses, rxBytes, txBytes, rxPackets, txPackets}) => [
		{text: escapeText(name), tone: 'strong'},
		addresses.length === 0 ? {text: 'no address', tone: 'quiet'} : {text: addresses.map(escapeText).join(' ')},
		{text: `received ${bytes(rxBytes)} in ${plural(rxPackets, 'packet')}`},
		{text: `sent ${bytes(txBytes)} in ${plural(txPackets, 'packet')}`},
	]);
}

function listeningRows({listening}: ContainerNetwork): readonly (readonly Cell[])[] {
	return listening.map(({protocol, address, port, program}) => [
		{text: escapeText(protocol)},
		{text: `${address.includes(':') ? `[${escapeText(address)}]` : escapeText(address)}:${port}`},
		{text: escapeText(program), tone: 'quiet'},
	]);
}
