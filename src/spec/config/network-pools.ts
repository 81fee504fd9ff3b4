import * as z from 'zod/mini';
import {formatCidr, isExactCidr, parseCidr} from '../../network/address.ts';
import type {Pool} from '../../network/pools.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {numberIn} from '../syntax/scalar.ts';
import {described, key, parsedBy, text, textOrNumber} from '../values/schema-parts.ts';

function parseBase(text: string): Parsed<string> {
	const cidr = parseCidr(text);
	if (cidr === undefined) return bad(`must be a block of addresses such as \`10.89.0.0/16\`, not ${quoted(text)}`);
	const exact = formatCidr(cidr);
	return isExactCidr(text)
		? good(exact)
		: bad(`must begin with the first address of its block, not ${quoted(text)}`, `write \`${exact}\``);
}

/** A subnet without room for a gateway and a container is of no use. */
function parsePool({base, size}: Pool): Parsed<Pool> {
	const cidr = parseCidr(base);
	const [least, most] = [cidr?.prefix ?? 0, cidr?.family === 6 ? 127 : 31];
	return size >= least && size <= most
		? good({base, size})
		: bad(`must have a \`size\` from ${least}, that of its base, to ${most}, not ${size}`);
}

/** The schema of the key `networks` in tsbox's configuration. */
export const networksSchema = z.strictObject(
	{
		pools: key(
			'Blocks that the subnets of networks are cut from, the first free one first, such as `[{base: 10.89.0.0/16, size: 24}]`.',
			z
				.array(
					parsedBy(
						z.strictObject(
							{
								base: described('All addresses of the pool, as a CIDR.', parsedBy(text, parseBase)),
								size: described('The prefix of each subnet.', parsedBy(textOrNumber, numberIn({min: 1, max: 127}))),
							},
							{error: 'must be a map'},
						),
						parsePool,
					),
					{error: 'must be a list of pools'},
				)
				.check(z.minLength(1, {error: 'must have at least one pool'})),
		),
	},
	{error: 'must be a map'},
);
