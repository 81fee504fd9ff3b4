/** The signs that stand beside a word; never instead of it. */
export interface Glyphs {
	readonly done: string;
	readonly failed: string;
	readonly waiting: string;
	readonly undone: string;
	readonly warning: string;
	/** No sign outside ASCII may be shown. */
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

/** A bar of so many characters, of which a part from 0 to 1 is full. */
export function bar(part: number, columns: number, {barFull, barEmpty}: Glyphs): string {
	const full = Math.round(part * columns);
	return barFull.repeat(full) + barEmpty.repeat(columns - full);
}

/** The signs that the caller's locale can show; locale(7): LC_ALL before LC_CTYPE before LANG. */
export function glyphs(env: Readonly<Record<string, string | undefined>>): Glyphs {
	const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
	return /utf-?8/i.test(locale) ? unicode : ascii;
}
