import type {ContainerSummary} from '../../container/observe/list.ts';
import {redraw} from '../../view/text/redraw.ts';
import {isCapable} from '../../view/text/theme.ts';
import type {Io} from '../verb/io.ts';

type Containers = readonly ContainerSummary[];

/** How often a table is redrawn to update its ages, in ms. A redraw does not list containers again. */
const ageEvery = 1000;

/** Prints a list each time it changes. */
export interface ListPrinter {
	/** Prints the list if it differs from the last one. */
	readonly print: (containers: Containers) => Promise<void>;
	readonly close: () => void;
}

/**
 * Draws each list over the last one on a terminal that can move its cursor. Elsewhere lists follow each other, separated
 * by an empty line. JSON documents are never drawn over.
 */
export function listPrinter(
	write: (containers: Containers, drawn: boolean) => Promise<string>,
	isDocument: boolean,
	io: Io,
): ListPrinter {
	let before: string | undefined;
	/** Without `-a`, a change may affect only hidden containers. */
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
	// In order, because each drawing needs the number of lines of the one before.
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
