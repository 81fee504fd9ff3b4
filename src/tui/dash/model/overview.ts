import {escapeText} from '../../../view/text/escape.ts';
import {fitLine, fitText} from '../../draw/fit.ts';
import {type Frame, type Line, line, type Span, span} from '../../draw/line.ts';
import {type Column, columns as allColumns} from './columns.ts';
import {type ColumnName, isLive, type ListFacts, type ListView, type Row} from './rows.ts';

/** Everything that the overview draws. */
export interface Overview {
	readonly rows: readonly Row[];
	readonly facts: ListFacts;
	readonly view: ListView;
	/** Key of the selected row, and keys of the marked rows. */
	readonly cursor: string | undefined;
	readonly marked: ReadonlySet<string>;
	/** The selected columns in their order. */
	readonly columns: readonly ColumnName[];
	/** Index of the first visible row. */
	readonly top: number;
	readonly isFocused: boolean;
}

const gap = 1;
const gutter = 2;
const shortestName = 14;
const longestName = 40;

/** The columns that fit, each with its width. The least important columns are removed. */
export function fitColumns(
	wanted: readonly ColumnName[],
	room: number,
	nameWidth: number,
): readonly (readonly [Column, number])[] {
	let kept = wanted.flatMap(name =>
		allColumns
			.filter(column => column.name === name)
			// The containers of a project are indistinguishable if their names are cut.
			.map(column => (name === 'name' ? {...column, least: nameWidth, most: nameWidth} : column)),
	);
	const need = (some: readonly Column[]): number => some.reduce((sum, {least}) => sum + least + gap, 0);
	while (kept.length > 1 && need(kept) > room) {
		const worst = Math.max(...kept.map(({rank}) => rank));
		kept = kept.filter(({rank}, index) => rank !== worst || index !== kept.findLastIndex(each => each.rank === worst));
	}
	let left = Math.max(0, room - need(kept));
	// The remaining room goes to the columns that can use it, from the first one on.
	return kept.map(column => {
		const more = Math.min(left, column.most - column.least);
		left -= more;
		return [column, column.least + more] as const;
	});
}

/** The width of the name column, within limits. */
function nameWidth({rows}: Pick<Overview, 'rows'>, {width}: Pick<Frame, 'width'>): number {
	const widths = rows.map(row =>
		row.kind === 'container' ? width(escapeText(row.container.name)) + indentOf(row) : 0,
	);
	return Math.max(shortestName, Math.min(longestName, Math.max(0, ...widths)));
}

/** Containers of a project are indented below its header. */
function indentOf(row: Row): number {
	return row.kind === 'container' && row.container.project === undefined ? 0 : 2;
}

/** The header and the visible rows, each as wide as the frame. */
export function overviewLines(overview: Overview, frame: Frame): readonly Line[] {
	const {rows, top} = overview;
	const fitted = fitColumns(overview.columns, frame.columns - gutter, nameWidth(overview, frame));
	const body = rows.slice(top, top + Math.max(0, frame.rows - 1)).map(row => rowLine(row, overview, fitted, frame));
	const empty = rows.length === 0 ? emptyLines(overview) : [];
	return [headerLine(overview, fitted, frame), ...body, ...empty].map(each => fitLine(each, frame.columns, frame));
}

function emptyLines({facts, view}: Overview): readonly Line[] {
	if (view.filter !== '') return [line(`  nothing matches ${escapeText(view.filter)}`, 'quiet')];
	const ended = facts.containers.length;
	return ended > 0
		? [line(`  nothing runs; a shows what has ended`, 'quiet')]
		: [line('  there are no containers: start some with `tsbox up -d` in another terminal', 'quiet')];
}

function headerLine({view}: Overview, fitted: readonly (readonly [Column, number])[], frame: Frame): Line {
	const cells = fitted.map(([column, width]) => {
		const sign = frame.glyphs.isAscii ? (view.sort.descending ? 'v' : '^') : view.sort.descending ? '▼' : '▲';
		const isSorted = view.sort.column === column.name;
		// Cut the title to make room for the sign.
		const title = isSorted ? `${`${column.title} `.slice(0, width - 1)}${sign}` : column.title;
		return span(`${fitText(title, width, frame, column.side)} `, isSorted ? 'accent' : 'quiet');
	});
	return [span('  '), ...cells];
}

/** The column at a position of the header; undefined outside of the columns. */
export function columnAt(
	overview: Pick<Overview, 'columns' | 'rows'>,
	at: number,
	frame: Pick<Frame, 'columns' | 'width'>,
): ColumnName | undefined {
	let left = gutter;
	for (const [column, width] of fitColumns(overview.columns, frame.columns - gutter, nameWidth(overview, frame))) {
		if (at >= left && at < left + width) return column.name;
		left += width + gap;
	}
	return undefined;
}

function rowLine(row: Row, overview: Overview, fitted: readonly (readonly [Column, number])[], frame: Frame): Line {
	const isCursor = row.key === overview.cursor;
	const isMarked = overview.marked.has(row.key);
	const {isAscii} = frame.glyphs;
	const pointer = isCursor ? (isAscii ? '>' : '▶') : ' ';
	const mark = isMarked ? (isAscii ? '+' : '✚') : ' ';
	const front: Span = span(`${pointer}${mark}`, isMarked ? 'accent' : 'plain');
	const body = bodyOf(row, overview, fitted, frame);
	// Without the focus, only the pointer marks the selected row.
	if (!isCursor || !overview.isFocused) return [front, ...body];
	const text = [front, ...body].map(each => each.text).join('');
	return [span(fitText(text, frame.columns, frame), 'cursor')];
}

function bodyOf(row: Row, overview: Overview, fitted: readonly (readonly [Column, number])[], frame: Frame): Line {
	const {isAscii} = frame.glyphs;
	if (row.kind === 'project') {
		const isFolded = overview.view.folded.includes(row.project.name);
		const sign = isFolded ? (isAscii ? '+' : '▸') : isAscii ? '-' : '▾';
		const running = row.containers.filter(isLive).length;
		const sick = row.containers.filter(({health}) => health === 'unhealthy').length;
		const wanted = row.project.services.length;
		return [
			span(`${sign} ${escapeText(row.project.name)}`, 'title'),
			span(`  ${running} of ${Math.max(wanted, row.containers.length)} running`, 'quiet'),
			...(sick > 0 ? [span(`  ${frame.glyphs.failed} ${sick} unhealthy`, 'failed')] : []),
			span(row.project.spec === null ? '' : `  ${escapeText(row.project.spec)}`, 'quiet'),
		];
	}
	const indent = overview.view.grouped && (row.kind === 'absent' || row.container.project !== undefined) ? '  ' : '';
	if (row.kind === 'absent')
		return [
			span(`${indent}${escapeText(row.service)}`, 'strong'),
			span(`  ${frame.glyphs.failed} is not there: it did not start, or is not started yet`, 'failed'),
		];
	return fitted.flatMap(([column, width]): Line => {
		const {text, tone} = column.cell(row.container, overview.facts, frame);
		const shown = column.name === 'name' ? `${indent}${text}` : text;
		return [span(fitText(shown, width, frame, column.side), tone), span(' '.repeat(gap))];
	});
}
