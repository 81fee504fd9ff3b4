import type {LayerProgress} from '../../image/pull/pull.ts';
import {pullLines, type PulledLayer, pullNews} from '../../view/lists/pull-lines.ts';
import {redraw} from '../../view/text/redraw.ts';
import {isCapable} from '../../view/text/theme.ts';
import type {Io} from '../verb/io.ts';

/** The interval between drawings, ms. */
const drawEvery = 100;

/** Shows a pull on standard error. */
export interface PullView {
	/** Takes what will be fetched. */
	readonly begin: (layers: readonly PulledLayer[]) => void;
	readonly show: (progress: readonly LayerProgress[]) => void;
	/** Draws the last state; may be called when nothing was begun. */
	readonly end: () => void;
}

/** A line per layer that is drawn again and again on a terminal; elsewhere a line when a layer gets to its next state. */
export function pullView(title: string, io: Io): PullView {
	const isScreen = io.isTerminal('stderr') && isCapable(io.env);
	let layers: readonly PulledLayer[] = [];
	let last: readonly LayerProgress[] = [];
	let told: readonly LayerProgress[] = [];
	let drawn = 0;
	let at = Number.NEGATIVE_INFINITY;
	const draw = (): void => {
		const text = [title, ...pullLines(layers, last, io.columns())].join('\n');
		const {bytes, lines} = redraw(text, drawn, {columns: io.columns(), rows: io.rows()});
		io.err(bytes);
		drawn = lines;
		at = io.now();
	};
	return {
		begin(all) {
			layers = all;
			if (!isScreen) io.err(`${title}: ${all.length} layers\n`);
		},
		show(progress) {
			// The caller changes the array.
			last = [...progress];
			if (isScreen) {
				if (io.now() - at >= drawEvery) draw();
				return;
			}
			for (const line of pullNews(layers, told, last)) io.err(`${line}\n`);
			told = last;
		},
		end() {
			if (isScreen && last.length > 0) draw();
		},
	};
}
