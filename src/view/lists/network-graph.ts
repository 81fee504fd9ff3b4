import {urlHost} from '../../network/address.ts';
import {escapeText} from '../text/escape.ts';
import type {Glyphs} from '../text/glyphs.ts';
import type {Look, Measure} from '../text/look.ts';

/** A network as `network graph` draws it. */
export interface DrawnNetwork {
	readonly name: string;
	readonly internal: boolean;
	readonly subnets: readonly {readonly subnet: string; readonly gateway: string}[];
	readonly driver: string;
	/** Null for other drivers than `bridge`, which are on a device of the host. */
	readonly bridge: string | null;
	readonly parent: {readonly device: string; readonly mode: string} | null;
	readonly containers: readonly {
		readonly name: string;
		readonly addresses: readonly string[];
		readonly interface: string;
		readonly ports: readonly {
			readonly hostIp: string;
			readonly published: number;
			readonly target: number;
			readonly protocol: string;
		}[];
		readonly alsoOn: readonly string[];
		readonly egress?: readonly string[];
	}[];
}

/** The narrowest room for words; a terminal that leaves less is drawn beyond its edge. */
const leastRoom = 20;

/**
 * Draws networks as trees: below each its containers, and below each of these the ports of the host that lead to it. Words that do
 * not fit beside each other follow on the next line.
 */
export function networkGraphText(networks: readonly DrawnNetwork[], look: Look, {isAscii}: Glyphs): string {
	const signs = isAscii ? {fork: '|- ', last: '`- ', line: '|  '} : {fork: '├─ ', last: '└─ ', line: '│  '};
	const {fit = Infinity, theme, width} = look;
	return networks
		.map(({name, driver, internal, subnets, bridge, parent, containers}) => {
			const facts = [
				...subnets.flatMap(({subnet, gateway}) => [subnet, `gateway ${gateway}`]),
				bridge === null ? `${driver} on ${parent?.device ?? ''}, mode ${parent?.mode ?? ''}` : `bridge ${bridge}`,
				...(internal ? ['internal: no way out'] : []),
				...(containers.length === 0 ? ['no container is on it'] : []),
			];
			const head = packed([name, ...facts].map(escapeText), fit - 3, width).map((line, at) =>
				at === 0
					? line.replace(escapeText(name), theme.strong)
					: `${containers.length === 0 ? '   ' : signs.line}${line}`,
			);
			const below = containers.flatMap((member, at) => {
				const isLast = at === containers.length - 1;
				const [fork, line] = isLast ? [signs.last, '   '] : [signs.fork, signs.line];
				const words = [member.name, `${member.addresses.join(' and ')} on ${member.interface}`].map(escapeText);
				const more = [
					...member.ports.map(
						({hostIp, published, target, protocol}) => `${urlHost(hostIp)}:${published} -> ${target}/${protocol}`,
					),
					...(member.egress === undefined ? [] : [`egress: ${member.egress.join(', ') || 'nothing'}`]),
					...(member.alsoOn.length === 0 ? [] : [`also on ${member.alsoOn.join(', ')}`]),
				];
				const [first = '', ...rest] = packed(words, fit - 5, width);
				return [
					fork + first,
					...rest.map(each => `${line}  ${each}`),
					...more.flatMap(each =>
						packed(escapeText(each).split(' '), fit - 7, width, ' ').map(
							(part, row) => `${line}${row === 0 ? '  ' : '    '}${part}`,
						),
					),
				];
			});
			return [...head, ...below].map(line => `${line}\n`).join('');
		})
		.join('\n');
}

/** Puts pieces beside each other, as many as fit on a line of `columns`. One that is longer by itself is broken. */
function packed(pieces: readonly string[], columns: number, width: Measure, gap = '  '): readonly string[] {
	const room = Math.max(columns, leastRoom);
	const lines: string[] = [];
	for (const piece of pieces.flatMap(each => broken(each, room, width))) {
		const longer = `${lines.at(-1) ?? ''}${gap}${piece}`;
		if (lines.length > 0 && width(longer) <= room) lines[lines.length - 1] = longer;
		else lines.push(piece);
	}
	return lines;
}

/** A text in parts that are at most `room` wide. */
function broken(text: string, room: number, width: Measure): readonly string[] {
	if (width(text) <= room) return [text];
	const parts = [''];
	for (const character of text) {
		const longer = (parts.at(-1) ?? '') + character;
		if (width(longer) > room) parts.push(character);
		else parts[parts.length - 1] = longer;
	}
	return parts;
}
