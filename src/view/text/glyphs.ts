/** The symbols of the output. Each stands beside a word, never instead of it. */
export interface Glyphs {
	readonly done: string;
	readonly failed: string;
	readonly waiting: string;
	readonly undone: string;
	readonly warning: string;
	/** Only ASCII characters may be printed. */
	readonly isAscii: boolean;
	readonly barFull: string;
	readonly barEmpty: string;
	readonly spinner: readonly string[];
}

const unicode: Glyphs = {
	done: '✔',
	failed: '✘',
	waiting: '·',
	undone: '↩',
	warning: '!',
	isAscii: false,
	barFull: '█',
	barEmpty: '░',
	spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

const ascii: Glyphs = {
	done: '+',
	failed: 'x',
	waiting: '.',
	undone: '<',
	warning: '!',
	isAscii: true,
	barFull: '#',
	barEmpty: '-',
	spinner: ['|', '/', '-', '\\'],
};

/** A progress bar of `columns` characters; `part` is from 0 to 1. */
export function bar(part: number, columns: number, {barFull, barEmpty}: Glyphs): string {
	const full = Math.round(part * columns);
	return barFull.repeat(full) + barEmpty.repeat(columns - full);
}

/** The symbols that the locale can show. Order of the variables from locale(7): LC_ALL, LC_CTYPE, LANG. */
export function glyphs(env: Readonly<Record<string, string | undefined>>): Glyphs {
	const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
	return /utf-?8/i.test(locale) ? unicode : ascii;
}
