import {type Frame, type Line, line, span} from '../draw/line.ts';
import type {Keys, Place} from './model/keys.ts';
import type {Sheet} from './model/sheet.ts';
import {tabNames} from './model/tabs.ts';

const headings: Readonly<Partial<Record<Place, string>>> = {
	anywhere: 'Everywhere',
	list: 'In the overview',
	detail: 'In the detail',
};

/** All keys, from the table that they are read by. */
export function helpSheet(keys: Keys): Sheet {
	const lines = (frame: Frame): readonly Line[] => {
		const places: readonly Place[] = ['anywhere', 'list', 'detail', ...tabNames];
		return places
			.flatMap(place => {
				const rows = keys.filter(row => row.place === place);
				if (rows.length === 0) return [];
				const body = rows.map((row): Line => [span(`  ${row.keys.join(', ').padEnd(16)}`, 'accent'), span(row.words)]);
				const more: Line[] =
					place === 'anywhere'
						? [[span(`  ${'1 ... 9'.padEnd(16)}`, 'accent'), span(`show a tab: ${tabNames.join(', ')}`)]]
						: [];
				return [line(headings[place] ?? `In the tab ${place}`, 'title'), ...body, ...more, line('')];
			})
			.concat([line(`Keys, columns and the theme can be set in tsbox.config.yaml, under dash:`, 'quiet')])
			.slice(0, Math.max(frame.rows, 1000));
	};
	return {kind: 'text', title: 'keys (Esc leaves)', lines, top: 0};
}
