import type {ContainerSummary} from '../../container/observe/list.ts';
import {redraw} from '../../view/text/redraw.ts';
import {isCapable} from '../../view/text/theme.ts';
import type {Io} from '../verb/io.ts';

type Containers = readonly ContainerSummary[];

/** How often a table is drawn again for its ages alone, ms; nothing is looked up for it. */
const ageEvery = 1000;

/** Shows a list that changes. */
export interface ListPrinter {
	/** Shows it as it is now, unless that is what was shown last. */
	readonly print: (containers: Containers) => Promise<void>;
	readonly close: () => void;
}

/**
 * Draws each list over the last one; where nothing can be drawn over, below it with an empty line between. A document a line
 * is never drawn over.
 */
export function listPrinter(
	write: (containers: Containers, drawn: boolean) => Promise<string>,
	isDocument: boolean,
	io: Io,
): ListPrinter {
	let before: string | undefined;
	/** Each change once: without `-a` one may change nothing that is shown. */
	const isNews = (containers: Containers): boolean => {
		const text = JSON.stringify(containers);
		const news = text !== before;
		before = text;
		return news;
	};
	if (isDocument || !io.isTerminal('stdout') || !isCapable(io.env)) {
		let isFirst = true;
		return {
			print: async containers => {
				if (!isNews(containers)) return;
				io.out(`${isFirst || isDocument ? '' : '\n'}${await write(containers, false)}`);
				isFirst = false;
			},
			close: () => {},
		};
	}
	let shown: Containers = [];
	let drawn = 0;
	const drawOver = async (): Promise<void> => {
		const text = await write(shown, true);
		const {bytes, lines} = redraw(text, drawn, {columns: io.columns(), rows: io.rows()});
		io.out(bytes);
		drawn = lines;
	};
	// One after the other: each must know how many lines the one before drew.
	let last = Promise.resolve();
	const draw = (): Promise<void> => (last = last.then(drawOver));
	const timer = setInterval(() => void draw(), ageEvery).unref();
	return {
		print: async containers => {
			shown = containers;
			if (isNews(containers)) await draw();
		},
		close: () => clearInterval(timer),
	};
}
