import type {Bench} from './bench-context.ts';
import {keptBelow} from './kept-memory.ts';
import {libraryProcess} from './library-process.ts';
import {digits} from './measure.ts';
import {word} from './peers.ts';
import {row} from './targets.ts';

/** The sizes of the pools that are compared. */
const [few, many] = [2, 22] as const;

/** The memory of a container of a pool that waits, beyond what all of the pool share: what more of them hold more. */
export async function waitingRow({scratch, root, wants, measured}: Bench): Promise<void> {
	if (!wants(row.waiting)) return;
	const held = async (size: number): Promise<number> => {
		const name = `wait-${size}`;
		await using pool = await libraryProcess({way: 'pool', folder: scratch, rootfs: root, name, word, size});
		return keptBelow(pool.child.pid ?? 0);
	};
	const each = ((await held(many)) - (await held(few))) / (many - few);
	measured.set(row.waiting, each);
	console.log(
		`\nA container of a pool that waits holds ${digits(each, 2)} MiB (PSS), beside what the pool's containers share`,
	);
}
